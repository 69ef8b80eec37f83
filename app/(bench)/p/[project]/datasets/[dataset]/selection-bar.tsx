"use client";

import { Button, Group, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconClipboardCheck, IconTag, IconTrash } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useState } from "react";
import { formatNumber, plural } from "#app/_ui/format.ts";
import { useAct } from "#app/_ui/use-operation.ts";
import type { DatasetFilter } from "#lib/core/dataset-filter.ts";
import classes from "./dataset.module.css";
import { formatSearch } from "./search.ts";
import { notifyUndo } from "./undo-notice.tsx";

const TagDialog = dynamic(() => import("./tag-dialog.tsx").then((file) => file.TagDialog), {
  ssr: false,
});

type Props = {
  project: string;
  dataset: number;
  selected: ReadonlySet<string>;
  filter: DatasetFilter;
  /** All rows under the filter. */
  total: number | undefined;
  onClear: () => void;
};

/** More ids than this do not fit a request; a filter does. */
const mostIds = 10_000;

/** As many single rows as an address can name. */
const mostLinked = 200;

function labelHref(project: string, dataset: number, filter: DatasetFilter): string {
  const sort = { by: "added" as const, descending: false };
  const query = formatSearch({ filter, sort, version: undefined, open: undefined });
  query.set("dataset", String(dataset));
  return `/p/${project}/label/new?${query}`;
}

function LabelLink({ href, tooMany }: { href: string; tooMany: boolean }) {
  const icon = <IconClipboardCheck size={15} />;
  if (!tooMany) {
    return (
      <Button component={Link} href={href} size="xs" variant="default" leftSection={icon}>
        Send to label
      </Button>
    );
  }
  return (
    <Tooltip label={`More than ${mostLinked} single rows: give them a tag and filter by it`}>
      <Button size="xs" variant="default" leftSection={icon} data-disabled aria-disabled>
        Send to label
      </Button>
    </Tooltip>
  );
}

/** What can be done with the chosen rows, or with all rows that match the filter. */
export function SelectionBar({ project, dataset, selected, filter, total, onClear }: Props) {
  // “All” belongs to the selection it was chosen for: another choice of rows ends it.
  const [allOf, setAllOf] = useState<ReadonlySet<string>>();
  const all = allOf === selected;
  const [tagging, tags] = useDisclosure(false);
  const remove = useAct("conversations.remove", {
    onDone: (done) => {
      notifyUndo(project, dataset, done, (rows) => `${rows} removed`);
      onClear();
    },
  });
  const count = all ? (total ?? 0) : selected.size;
  const tooMany = !all && selected.size > mostIds;
  const chosen = {
    filter: all ? filter : { ids: [...selected].map(Number) },
    expected: count,
  };
  return (
    <section className={classes.selection} aria-label="Selected rows">
      <Text size="sm" fw={600} className="tabular">
        {all ? `All ${formatNumber(count)} matching` : `${formatNumber(count)} selected`}
      </Text>
      {!all && total !== undefined && total > selected.size && (
        <Button size="compact-sm" variant="subtle" onClick={() => setAllOf(selected)}>
          Select all {formatNumber(total)} matching
        </Button>
      )}
      <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
        Clear
      </Button>
      <Group gap={6} ml="auto">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconTag size={15} />}
          disabled={tooMany}
          onClick={tags.open}
        >
          Tags
        </Button>
        <LabelLink
          href={labelHref(project, dataset, chosen.filter)}
          tooMany={!all && selected.size > mostLinked}
        />
        <Tooltip label="Leaves the newest version; older versions keep them">
          <Button
            size="xs"
            variant="default"
            leftSection={<IconTrash size={15} />}
            disabled={tooMany}
            loading={remove.isPending}
            onClick={() => remove.mutate({ project, dataset, ...chosen })}
          >
            Remove
          </Button>
        </Tooltip>
      </Group>
      {tooMany && (
        <Text size="xs" c="red.9" w="100%">
          At most {formatNumber(mostIds)} single rows at once; use “Select all matching”.
        </Text>
      )}
      {tagging && (
        <TagDialog
          project={project}
          dataset={dataset}
          chosen={chosen}
          what={plural(count, "conversation")}
          onClose={tags.close}
        />
      )}
    </section>
  );
}
