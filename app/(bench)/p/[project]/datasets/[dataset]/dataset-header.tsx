"use client";

import { Anchor, Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCamera, IconFileImport, IconWand } from "@tabler/icons-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { plural } from "#app/_ui/format.ts";
import { onceWanted } from "#app/_ui/shell/once-wanted.tsx";
import { useOperation } from "#app/_ui/use-operation.ts";
import classes from "./dataset.module.css";
import { DatasetMenu } from "./dataset-menu.tsx";

const SnapshotDialog = onceWanted(() => import("./snapshot-dialog.tsx"));

export type Dataset = OutputOf<"datasets.read">;
type Props = {
  project: string;
  initial: Dataset;
  may: { write: boolean; remove: boolean };
};

const tabs = [
  { path: "", label: "Conversations" },
  { path: "/statistics", label: "Statistics" },
  { path: "/topics", label: "Topics" },
  { path: "/versions", label: "Versions" },
  { path: "/snapshots", label: "Snapshots" },
  { path: "/exports", label: "Export" },
];

/** Name, size and acts of a dataset, over all of its pages. */
export function DatasetHeader({ project, initial, may }: Props) {
  const pathname = usePathname();
  const [freezing, freeze] = useDisclosure(false);
  const base = `/p/${project}/datasets/${initial.id}`;
  const { data: dataset = initial } = useOperation(
    "datasets.read",
    { project, dataset: initial.id },
    { initialData: initial, topics: [`dataset:${initial.id}`] },
  );
  const here = [...tabs].reverse().find((tab) => pathname.startsWith(`${base}${tab.path}`));
  const empty = dataset.version === 0;
  const nav = useRef<HTMLElement>(null);
  // On a phone the open tab may stand outside the screen.
  useEffect(() => {
    if (pathname)
      nav.current
        ?.querySelector("[aria-current]")
        ?.scrollIntoView({ inline: "center", block: "nearest" });
  }, [pathname]);
  return (
    <PageHeader
      title={dataset.name}
      trail={[{ label: "Datasets", href: `/p/${project}/datasets` }]}
      note={
        <>
          {empty
            ? "Empty: no version yet"
            : `${plural(dataset.conversations, "conversation")} · version ${dataset.version}`}
          {dataset.forkedFrom && <ForkedFrom {...{ project }} origin={dataset.forkedFrom} />}
          {dataset.description && (
            <Text size="sm" lineClamp={2} maw={760} dir="auto">
              {dataset.description}
            </Text>
          )}
        </>
      }
      actions={
        <>
          <Button
            component={Link}
            href={`/p/${project}/datasets/import?into=${encodeURIComponent(dataset.name)}`}
            variant="default"
            leftSection={<IconFileImport size={16} />}
          >
            Import
          </Button>
          <Button
            component={Link}
            href={`/p/${project}/datasets/recipes?dataset=${dataset.id}`}
            variant="default"
            leftSection={<IconWand size={16} />}
          >
            Clean
          </Button>
          <Button
            leftSection={<IconCamera size={16} />}
            onClick={may.write && !empty ? freeze.open : undefined}
            data-disabled={!may.write || empty || undefined}
            aria-disabled={!may.write || empty}
            title={
              may.write
                ? empty
                  ? "Import conversations first: an empty dataset cannot be frozen"
                  : undefined
                : "Freezing a snapshot needs the role curator"
            }
          >
            Freeze snapshot
          </Button>
          <DatasetMenu {...{ project, dataset, may }} />
        </>
      }
    >
      <nav ref={nav} aria-label="Pages of this dataset" className={classes.tabs}>
        {tabs.map((tab) => (
          <Link
            key={tab.path}
            href={`${base}${tab.path}`}
            aria-current={tab.path === here?.path ? "page" : undefined}
          >
            {tab.label}
          </Link>
        ))}
      </nav>
      <SnapshotDialog
        project={project}
        dataset={dataset}
        opened={freezing}
        onClose={freeze.close}
      />
    </PageHeader>
  );
}

type ForkedProps = { project: string; origin: NonNullable<Dataset["forkedFrom"]> };

/** The version of another dataset that this one began with. */
function ForkedFrom({ project, origin }: ForkedProps) {
  const words = `${origin.name} v${origin.version}`;
  return (
    <>
      {" · Forked from "}
      {origin.deleted ? (
        `${words} (deleted)`
      ) : (
        <Anchor
          component={Link}
          inherit
          href={`/p/${project}/datasets/${origin.id}?version=${origin.version}`}
        >
          {words}
        </Anchor>
      )}
    </>
  );
}
