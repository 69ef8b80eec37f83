"use client";

import { Button, Group, NativeSelect, Paper, Stack, Text, Title } from "@mantine/core";
import { IconRestore } from "@tabler/icons-react";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import type { OutputOf } from "#app/_ui/client.ts";
import { MoreButton } from "#app/_ui/feedback/more-button.tsx";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { plural } from "#app/_ui/format.ts";
import { useAct, useOperation, usePages } from "#app/_ui/use-operation.ts";
import { ExportRecipe } from "./export-recipe.tsx";
import classes from "./recipes.module.css";
import { RevisionDiff } from "./revision-diff.tsx";

type Recipe = OutputOf<"recipes.read">;
type Revision = OutputOf<"recipes.revisions">["revisions"][number];
type Props = { project: string; initial: Recipe; mayWrite: boolean };

const numberIn = (text: string | null) => (text && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0);

/** What a recipe was: its revisions, what differs between two of them, and the way back to one. */
export function RevisionsPage({ project, initial, mayWrite }: Props) {
  const router = useRouter();
  const pathname = usePathname();
  const query = useSearchParams();
  const { data: recipe = initial } = useOperation(
    "recipes.read",
    { project, recipe: initial.id },
    { initialData: initial },
  );
  const pages = usePages(
    "recipes.revisions",
    { project, recipe: recipe.id },
    { rows: (page) => page.revisions, next: (page) => page.next, cursor: "before" },
  );
  const to = numberIn(query.get("to")) || recipe.revision;
  const from = numberIn(query.get("from")) || Math.max(1, to - 1);
  const compare = (next: { from: number; to: number }) =>
    router.replace(`${pathname}?from=${next.from}&to=${next.to}`, { scroll: false });
  const restore = useAct("recipes.restore", {
    done: (made) => `Revision ${made.revision} was made.`,
    refresh: ["recipes.read", "recipes.revisions", "recipes.list"],
    onDone: (made) => compare({ from: made.revision - 1, to: made.revision }),
  });
  const base = `/p/${project}/datasets/recipes`;
  return (
    <Page>
      <PageHeader
        title="Revisions"
        note="Each save of the steps is a revision that nobody changes. A run names the one it ran."
        trail={[
          { label: "Datasets", href: `/p/${project}/datasets` },
          { label: "Recipes", href: base },
          { label: recipe.name, href: `${base}/${recipe.id}` },
        ]}
        actions={<ExportRecipe project={project} recipe={recipe.id} revision={to} />}
      />
      {pages.error ? (
        <ErrorState error={pages.error} onRetry={pages.onRetry} />
      ) : pages.loading ? (
        <LoadingState />
      ) : (
        <Stack>
          <Paper p="lg" component="section" aria-label="Difference">
            <Group align="flex-end" mb="md">
              <Title order={2} style={{ flex: "1 1 12rem" }}>
                What differs
              </Title>
              <Choice
                label="From"
                value={from}
                newest={recipe.revision}
                onChange={(value) => compare({ from: value, to })}
              />
              <Choice
                label="To"
                value={to}
                newest={recipe.revision}
                onChange={(value) => compare({ from, to: value })}
              />
            </Group>
            <RevisionDiff {...{ project, from, to }} recipe={recipe.id} />
          </Paper>
          <Paper p="lg" component="section" aria-label="Revisions">
            <ul className={classes.revisions}>
              {pages.rows.map((one) => (
                <RevisionLine
                  key={one.number}
                  revision={one}
                  newest={one.number === recipe.revision}
                  mayWrite={mayWrite}
                  busy={restore.isPending}
                  onCompare={() => compare({ from: one.number, to: recipe.revision })}
                  onRestore={() =>
                    restore.mutate({
                      ...{ project, recipe: recipe.id, number: one.number },
                      revision: recipe.revision,
                    })
                  }
                />
              ))}
            </ul>
            <MoreButton pages={pages} mt="md">
              Earlier revisions
            </MoreButton>
          </Paper>
        </Stack>
      )}
    </Page>
  );
}

type ChoiceProps = {
  label: string;
  value: number;
  newest: number;
  onChange: (value: number) => void;
};

function Choice({ label, value, newest, onChange }: ChoiceProps) {
  return (
    <NativeSelect
      label={label}
      w={130}
      value={String(value)}
      onChange={(event) => onChange(Number(event.currentTarget.value))}
      data={Array.from({ length: newest }, (_, n) => ({
        value: String(newest - n),
        label: `Revision ${newest - n}`,
      }))}
    />
  );
}

type LineProps = {
  revision: Revision;
  newest: boolean;
  mayWrite: boolean;
  busy: boolean;
  onCompare: () => void;
  onRestore: () => void;
};

function RevisionLine({ revision, newest, mayWrite, busy, onCompare, onRestore }: LineProps) {
  const { number, steps, restoredFrom, by, at } = revision;
  return (
    <li>
      <div className={classes.revision}>
        <Text fw={600} size="sm">
          Revision {number}
          {newest && " · the newest"}
          {restoredFrom !== null && ` · as revision ${restoredFrom}`}
        </Text>
        <Text size="sm" c="dimmed">
          {plural(steps.length, "step")} · {by || "somebody who left"} · <TimeAgo at={at} />
        </Text>
      </div>
      {!newest && (
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={onCompare}>
            Compare with the newest
          </Button>
          {mayWrite && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconRestore size={15} />}
              disabled={busy}
              onClick={onRestore}
            >
              Restore
            </Button>
          )}
        </Group>
      )}
    </li>
  );
}
