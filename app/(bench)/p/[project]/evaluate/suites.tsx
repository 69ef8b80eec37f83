"use client";

import { Anchor, Badge, Button, FileButton, Group, Paper, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { notifyError } from "#app/_ui/feedback/notify.ts";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { formatNumber } from "#app/_ui/format.ts";
import { StackedTable } from "#app/_ui/table/stacked-table.tsx";
import { uploadFile } from "#app/_ui/upload.ts";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import { GreyedButton } from "../models/greyed-button.tsx";
import classes from "./evaluate.module.css";
import { SuiteDrawer } from "./suite-drawer.tsx";
import { kinds } from "./words.ts";

/** Suites of the project: those that ship with Assay, and its own. */
export function Suites({ project, mayWrite }: { project: string; mayWrite: boolean }) {
  const list = useOperation("suites.list", { project });
  const [sending, setSending] = useState(false);
  const [shown, setShown] = useState<OutputOf<"suites.list">["suites"][number]>();
  const act = useAct("suites.import", {
    done: ({ title, items }) => `${title}: ${formatNumber(items)} items imported`,
    refresh: ["suites.list"],
  });
  const take = async (file: File | null) => {
    if (!file) return;
    setSending(true);
    try {
      const { source } = await uploadFile(project, file);
      await act.mutateAsync({ project, source }).catch(() => undefined);
    } catch (cause) {
      notifyError(cause as Error);
    } finally {
      setSending(false);
    }
  };
  if (list.error) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <LoadingState />;
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <Text size="sm" c="dimmed" maw="46rem">
          Import CrowS-Pairs (CSV), BBQ (JSON lines), your own questions (a .jsonl file with lines
          such as {'{"prompt": "When do you open?", "expected": ["nine"]}'}), or a suite in Assay's
          own format.
        </Text>
        {mayWrite ? (
          <FileButton onChange={take} accept=".csv,.json,.jsonl">
            {(props) => (
              <Button {...props} variant="default" loading={sending}>
                Import a suite
              </Button>
            )}
          </FileButton>
        ) : (
          <GreyedButton variant="default" because="This needs the role maintainer">
            Import a suite
          </GreyedButton>
        )}
      </Group>
      <Paper>
        <StackedTable aria-label="Suites" minWidth={760}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Suite</Table.Th>
              <Table.Th>Kind</Table.Th>
              <Table.Th data-figure>Items</Table.Th>
              <Table.Th>Licence</Table.Th>
              <Table.Th>Digest</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.data.suites.map((suite) => (
              <Table.Tr key={suite.slug}>
                <Table.Td className={classes.wrap}>
                  <Group gap="xs">
                    <Anchor
                      component="button"
                      type="button"
                      size="sm"
                      fw={600}
                      ta="start"
                      className={classes.wrap}
                      onClick={() => setShown(suite)}
                    >
                      {suite.title}
                    </Anchor>
                    {!suite.shipped && (
                      <Badge size="sm" variant="light" radius="sm">
                        Yours
                      </Badge>
                    )}
                  </Group>
                  <Text size="xs" c="dimmed">
                    {suite.about || suite.slug}
                  </Text>
                </Table.Td>
                <Table.Td className={classes.number} data-label="Kind">
                  {kinds[suite.kind] ?? suite.kind}
                </Table.Td>
                <Table.Td data-figure data-label="Items">
                  {suite.items === 0 ? "from snapshot" : formatNumber(suite.items)}
                </Table.Td>
                <Table.Td className={classes.licence} data-label="Licence">
                  {suite.licence}
                </Table.Td>
                <Table.Td className={classes.number} data-label="Digest">
                  {suite.digest.slice(0, 12)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </StackedTable>
      </Paper>
      {shown && <SuiteDrawer project={project} suite={shown} onClose={() => setShown(undefined)} />}
    </Stack>
  );
}
