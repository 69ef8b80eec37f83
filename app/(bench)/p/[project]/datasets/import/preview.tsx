"use client";

import { Alert, Badge, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { Transcript } from "#app/_ui/conversation/transcript.tsx";
import { CodeSpans } from "#app/_ui/feedback/code-spans.tsx";
import { plural } from "#app/_ui/format.ts";
import { StackedTable } from "#app/_ui/table/stacked-table.tsx";
import type { Preview } from "./confirm-import.tsx";
import classes from "./import.module.css";

/** Records of the preview that cannot be taken, with line and reason. */
export function PreviewErrors({ preview }: { preview: Preview }) {
  if (preview.errors.length === 0) return null;
  return (
    <Paper p="lg">
      <Title order={2} mb="xs">
        {plural(preview.errors.length, "record")} cannot be taken
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        The import leaves such records out, counts them and lists them for download.
      </Text>
      <ErrorTable errors={preview.errors} />
    </Paper>
  );
}

export function ErrorTable({ errors }: { errors: Preview["errors"] }) {
  return (
    <StackedTable aria-label="Records left out" minWidth={560}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={90}>Line</Table.Th>
          <Table.Th>Reason</Table.Th>
          <Table.Th>Begins with</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {errors.map((error) => (
          <Table.Tr key={error.recordNumber}>
            <Table.Td data-label="Line">{error.line ?? error.recordNumber}</Table.Td>
            <Table.Td data-label="Reason" data-wide>
              <CodeSpans text={error.reason} />
            </Table.Td>
            <Table.Td data-label="Begins with" data-wide>
              <code className={classes.excerpt} dir="auto">
                {error.excerpt}
              </code>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </StackedTable>
  );
}

/** The first conversations, shown as they would be stored. */
export function PreviewConversations({ preview }: { preview: Preview }) {
  return (
    <section aria-label="First conversations">
      <Title order={2} mb="xs">
        First conversations
      </Title>
      <Stack>
        {preview.conversations.map((one, index) => (
          <Paper key={`${one.recordNumber} ${index}`} p="md">
            <Group gap="xs" mb="xs">
              <Text size="sm" c="dimmed">
                Record {one.recordNumber}
              </Text>
              <Badge variant="light" color="gray">
                {one.body.kind}
              </Badge>
            </Group>
            {one.warnings.map((warning) => (
              <Alert key={warning} color="brass" mb="xs" p="xs">
                <CodeSpans text={warning} />
              </Alert>
            ))}
            <Transcript body={one.body} />
          </Paper>
        ))}
        {preview.hidden > 0 && (
          <Text size="sm" c="dimmed">
            {plural(preview.hidden, "more conversation")} of the preview{" "}
            {preview.hidden === 1 ? "is" : "are"} too long to be shown here.
          </Text>
        )}
      </Stack>
    </section>
  );
}
