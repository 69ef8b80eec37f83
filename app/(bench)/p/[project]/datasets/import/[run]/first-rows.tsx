"use client";

import { Paper, Table, Text, Title } from "@mantine/core";
import { formatNumber } from "#app/_ui/format.ts";
import { useOperation } from "#app/_ui/use-operation.ts";

type Props = { project: string; run: number };

/** What an import has committed already, from the start of the file; it grows while the import runs. */
export function FirstRows({ project, run }: Props) {
  const { data } = useOperation("imports.rows", { project, run }, { topics: [`run:${run}`] });
  if (!data || data.rows.length === 0) return null;
  return (
    <Paper p="lg">
      <Title order={2} mb="xs">
        Read so far
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        The first {formatNumber(data.rows.length)} conversations of the file. They are in the
        dataset when the import has ended.
      </Text>
      <Table.ScrollContainer minWidth={480}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={90}>Record</Table.Th>
              <Table.Th>Begins with</Table.Th>
              <Table.Th w={90}>Kind</Table.Th>
              <Table.Th w={100} ta="right">
                Messages
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.rows.map((row) => (
              <Table.Tr key={`${row.recordNumber} ${row.conversation}`}>
                <Table.Td>{formatNumber(row.recordNumber)}</Table.Td>
                <Table.Td>
                  <Text size="sm" lineClamp={1} dir="auto">
                    {row.preview}
                  </Text>
                </Table.Td>
                <Table.Td>{row.kind}</Table.Td>
                <Table.Td ta="right">{formatNumber(row.messages)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
