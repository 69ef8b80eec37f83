"use client";

import { Paper, Table, Text, Title } from "@mantine/core";
import type { CSSProperties } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { EmptyState } from "#app/_ui/feedback/states.tsx";
import { formatNumber, formatPercent, plural } from "#app/_ui/format.ts";
import { StackedTable } from "#app/_ui/table/stacked-table.tsx";
import classes from "../compare.module.css";

type Board = OutputOf<"compare.leaderboard">;
type Model = Board["models"][number];
type Rating = NonNullable<Model["rating"]>;

/** Standings by Bradley-Terry with 95 % intervals, and the counts they come from. */
export function Leaderboard({ board }: { board: Board }) {
  if (board.state === "hidden") {
    return (
      <EmptyState title="Standings are shown when the voting is over">
        Who votes should not know which model is ahead, nor find out whose answers were whose. A
        curator closes the comparison.
      </EmptyState>
    );
  }
  return (
    <>
      <section>
        <Title order={2} mb={4}>
          Standings
        </Title>
        {board.state === "ranked" ? (
          <Text size="sm" c="dimmed" mb="sm" maw="48rem">
            Bradley-Terry ratings with 95 % intervals, clustered by prompt. 1000 is the average of
            the rated models; 400 points are odds of ten to one. Ties and “both bad” count half for
            each side.
          </Text>
        ) : (
          <Missing board={board} />
        )}
        {board.models.length > 0 && <Standings board={board} />}
      </section>
      {board.matrix.models.length > 1 && <WinMatrix matrix={board.matrix} />}
    </>
  );
}

/** Not enough votes: what there is, and what is missing. */
function Missing({ board }: { board: Board }) {
  const { needs, models, prompts, versions } = board;
  const fewest = models.length < versions ? 0 : Math.min(...models.map((one) => one.votes));
  const gaps = [
    ...(fewest < needs.votes
      ? [
          `every model needs ${needs.votes} votes, and the one with the fewest has ${formatNumber(fewest)}`,
        ]
      : []),
    ...(prompts < needs.prompts
      ? [
          `votes must come from ${needs.prompts} prompts, and they come from ${formatNumber(prompts)}`,
        ]
      : []),
  ];
  return (
    <EmptyState title="Not enough votes for a ranking">
      {gaps.length > 0
        ? `${gaps.join("; ").replace(/^./, (first) => first.toUpperCase())}. A rating from less would be noise that looks like a result.`
        : "The votes do not link the models both ways yet: one side has won everything, so its lead has no measure. More votes, or harder prompts, may change that."}
    </EmptyState>
  );
}

const unrated: Record<string, string> = {
  few_votes: "too few votes",
  disconnected: "never compared with the rated models",
  separated: "won or lost everything: its lead has no measure yet",
  few_clusters: "votes come from too few prompts",
};

function Standings({ board }: { board: Board }) {
  const rated = board.models.flatMap((one) => (one.rating ? [one.rating] : []));
  const low = Math.min(...rated.map((one) => one.low));
  const high = Math.max(...rated.map((one) => one.high));
  return (
    <Paper className={classes.tablePaper} mt="sm">
      <StackedTable aria-label="Standings" minWidth={760}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Rank</Table.Th>
            <Table.Th>Model</Table.Th>
            <Table.Th data-figure>Rating</Table.Th>
            <Table.Th w="30%">95 % interval</Table.Th>
            <Table.Th data-figure>Won, lost, tied</Table.Th>
            <Table.Th data-figure>Win rate</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {board.models.map((one) => (
            <Table.Tr key={one.model}>
              <Table.Td className="tabular" data-last data-label="Rank">
                {one.rating ? ranks(one.rating) : "–"}
              </Table.Td>
              <Table.Td className={classes.nameCell} data-wide>
                <Text size="sm" fw={550} className={classes.wrap}>
                  {one.model}
                </Text>
              </Table.Td>
              <Table.Td data-figure data-last data-label="Rating">
                {one.rating ? Math.round(one.rating.value) : "–"}
              </Table.Td>
              <Table.Td data-wide>
                {one.rating ? (
                  <Interval rating={one.rating} low={low} high={high} />
                ) : (
                  <Text size="xs" c="dimmed">
                    {unrated[one.unrated ?? ""] ?? ""}
                  </Text>
                )}
              </Table.Td>
              <Table.Td data-figure data-last data-label="Won, lost, tied">
                {formatNumber(one.wins)}, {formatNumber(one.losses)}, {formatNumber(one.ties)}
              </Table.Td>
              <Table.Td data-figure data-last data-label="Win rate">
                {formatPercent(one.winRate, 0)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </StackedTable>
    </Paper>
  );
}

const ranks = ({ bestRank, worstRank }: Rating) =>
  bestRank === worstRank ? String(bestRank) : `${bestRank}–${worstRank}`;

function Interval({ rating, low, high }: { rating: Rating; low: number; high: number }) {
  const span = Math.max(1, high - low);
  const at = (value: number) => `${((value - low) / span) * 100}%`;
  return (
    <div>
      <div className={classes.scale} aria-hidden>
        {low < 1000 && high > 1000 && <div className={classes.mean} style={{ left: at(1000) }} />}
        <div
          className={classes.interval}
          style={{ left: at(rating.low), right: `calc(100% - ${at(rating.high)})` }}
        />
        <div className={classes.point} style={{ left: at(rating.value) }} />
      </div>
      <Text size="xs" c="dimmed" className="tabular">
        {Math.round(rating.low)} to {Math.round(rating.high)}
      </Text>
    </div>
  );
}

/** Who beat whom: wins of the row over the column. */
function WinMatrix({ matrix }: { matrix: Board["matrix"] }) {
  const { models, wins, ties } = matrix;
  return (
    <section>
      <Title order={2} mb={4}>
        Who beat whom
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        Wins of the model in the row over the one in the column, with ties.
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section style={{ overflowX: "auto" }} aria-label="Win matrix" tabIndex={0}>
        <table className={classes.matrix}>
          <thead>
            <tr>
              <th scope="col">Model</th>
              {models.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {models.map((name, row) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {models.map((other, column) => (
                  <Cell
                    key={other}
                    same={row === column}
                    won={wins[row]?.[column] ?? 0}
                    lost={wins[column]?.[row] ?? 0}
                    tied={ties[row]?.[column] ?? 0}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

type CellProps = { same: boolean; won: number; lost: number; tied: number };

function Cell({ same, won, lost, tied }: CellProps) {
  const total = won + lost + tied;
  if (same || total === 0) {
    return <td className={classes.none}>{same ? "" : "no votes"}</td>;
  }
  const share = { "--share": (won + tied / 2) / total } as CSSProperties;
  return (
    <td className={classes.share} style={share}>
      {formatNumber(won)} of {formatNumber(total)}
      {tied > 0 && <Text size="xs">{plural(tied, "tie")}</Text>}
    </td>
  );
}
