"use client";

import { Anchor, Badge, Button, Paper, Progress, Table, Text, Tooltip } from "@mantine/core";
import { IconCirclesRelation, IconPlus } from "@tabler/icons-react";
import Link from "next/link";
import type { OutputOf } from "#app/_ui/client.ts";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { EmptyState } from "#app/_ui/feedback/states.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { formatNumber, plural } from "#app/_ui/format.ts";
import { StackedTable } from "#app/_ui/table/stacked-table.tsx";
import { useOperation } from "#app/_ui/use-operation.ts";
import { Raters } from "../label/raters.tsx";
import classes from "./compare.module.css";

type List = OutputOf<"compare.list">;
type Comparison = List["comparisons"][number];
type Props = { project: string; initial: List; may: { vote: boolean; manage: boolean } };

/** Topics followed at once; older comparisons are fresh after a reload. */
const followed = 20;

/** All comparisons with their progress, and what waits for this person. */
export function CompareHome({ project, initial, may }: Props) {
  const { data } = useOperation(
    "compare.list",
    { project },
    {
      initialData: initial,
      topics: initial.comparisons.slice(0, followed).map((one) => `comparison:${one.id}`),
    },
  );
  const comparisons = data?.comparisons ?? [];
  const base = `/p/${project}/compare`;
  return (
    <Page>
      <PageHeader
        title="Compare"
        note="People choose between two answers without knowing whose they are; the votes rank the models."
        actions={<NewButton href={`${base}/new`} may={may.manage} />}
      />
      {comparisons.length === 0 ? (
        <EmptyState
          title="No comparisons yet"
          icon={<IconCirclesRelation size={26} stroke={1.6} />}
          action={may.manage && <NewButton href={`${base}/new`} may />}
        >
          {may.manage
            ? "Run two or more model versions over the same prompts, then make blind pairs of their answers. Raters vote; Assay ranks."
            : "A curator of this project makes comparisons. Yours appear here as soon as there is one."}
        </EmptyState>
      ) : (
        <Paper className={classes.tablePaper}>
          <StackedTable aria-label="Comparisons" minWidth={680} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Comparison</Table.Th>
                <Table.Th>Votes</Table.Th>
                <Table.Th>Raters</Table.Th>
                <Table.Th>Made</Table.Th>
                {may.vote && <Table.Th data-figure>For you</Table.Th>}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {comparisons.map((one) => (
                <Row key={one.id} base={base} one={one} mayVote={may.vote} />
              ))}
            </Table.Tbody>
          </StackedTable>
        </Paper>
      )}
    </Page>
  );
}

function NewButton({ href, may }: { href: string; may: boolean }) {
  if (may) {
    return (
      <Button component={Link} href={href} leftSection={<IconPlus size={16} />}>
        New comparison
      </Button>
    );
  }
  return (
    <Tooltip label="Making a comparison needs the role curator">
      <Button leftSection={<IconPlus size={16} />} data-disabled aria-disabled>
        New comparison
      </Button>
    </Tooltip>
  );
}

function Row({ base, one, mayVote }: { base: string; one: Comparison; mayVote: boolean }) {
  return (
    <Table.Tr>
      <Table.Td className={classes.nameCell}>
        <Anchor
          component={Link}
          href={`${base}/${one.id}`}
          fw={550}
          className={classes.wrap}
          dir="auto"
        >
          {one.name}
        </Anchor>
        {one.state !== "open" && (
          <Badge ml={6} size="sm" color="gray" variant="light">
            closed
          </Badge>
        )}
        <Text size="xs" c="dimmed" className={classes.wrap} lineClamp={2}>
          {one.models.join(", ")}
        </Text>
      </Table.Td>
      <Table.Td miw={150} data-wide>
        <Progress
          value={one.total === 0 ? 0 : (one.done / one.total) * 100}
          size="sm"
          aria-label="Votes"
        />
        <Text size="xs" c="dimmed" className="tabular" mt={4}>
          {formatNumber(one.done)} of {formatNumber(one.total)}
          {one.mine > 0 && `, ${formatNumber(one.mine)} by you`}
        </Text>
      </Table.Td>
      <Table.Td data-wide data-label="Raters">
        <Raters count={one.raters} simulated={one.simulatedRaters} />
      </Table.Td>
      <Table.Td data-label="Made">
        <TimeAgo at={one.createdAt} />
      </Table.Td>
      {mayVote && (
        <Table.Td data-figure data-label="For you">
          {one.waiting > 0 ? (
            <Button
              component={Link}
              href={`${base}/${one.id}/vote`}
              size="compact-sm"
              variant="light"
              aria-label={`Vote in ${one.name}`}
            >
              {one.waiting >= 1000 ? "1,000+ pairs" : plural(one.waiting, "pair")}
            </Button>
          ) : (
            <Text size="sm" c="dimmed">
              {one.mine > 0 ? "done" : "–"}
            </Text>
          )}
        </Table.Td>
      )}
    </Table.Tr>
  );
}
