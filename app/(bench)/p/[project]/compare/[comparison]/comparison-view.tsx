"use client";

import { Alert, Button, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import Link from "next/link";
import type { OutputOf } from "#app/_ui/client.ts";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { Figure, Figures } from "#app/_ui/feedback/figure.tsx";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { formatNumber, plural } from "#app/_ui/format.ts";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import { Guidelines } from "../../label/guidelines.tsx";
import { Raters, Simulated } from "../../label/raters.tsx";
import { ExportDialog } from "./export-dialog.tsx";
import { Leaderboard } from "./leaderboard.tsx";
import { VoteList } from "./vote-list.tsx";

type Props = {
  project: string;
  comparison: number;
  list: OutputOf<"compare.list">;
  board: OutputOf<"compare.leaderboard">;
  may: { vote: boolean; manage: boolean; write: boolean };
};

/** A comparison: how far it is, the standings with their intervals, who beat whom, and what raters wrote. */
export function ComparisonView({ project, comparison, list, board: firstBoard, may }: Props) {
  const topics = [`comparison:${comparison}`];
  const input = { project, comparison };
  const listed = useOperation("compare.list", input, { initialData: list, topics });
  const { data: board } = useOperation("compare.leaderboard", input, {
    initialData: firstBoard,
    topics,
  });
  const [exporting, exportDialog] = useDisclosure(false);
  const [closing, closeDialog] = useDisclosure(false);
  const close = useAct("compare.close", {
    done: "The comparison is closed",
    refresh: ["compare.list", "compare.leaderboard"],
    onDone: closeDialog.close,
  });
  const one = listed.data?.comparisons[0];
  if (!one || !board) return null;
  const base = `/p/${project}/compare`;
  const open = one.state === "open";
  return (
    <Page>
      <PageHeader
        title={one.name}
        trail={[{ label: "Compare", href: base }]}
        note={
          <>
            {plural(one.models.length, "model version")} of run {one.runs.join(", ")} ·{" "}
            {plural(one.overlap, "rater")} a pair · made <TimeAgo at={one.createdAt} />
            {!open && " · closed"}
          </>
        }
        actions={
          <>
            {may.manage && open && (
              <Button variant="default" onClick={closeDialog.open}>
                End the voting
              </Button>
            )}
            <ExportButton may={may.write} votes={board.votes} onClick={exportDialog.open} />
            <VoteButton href={`${base}/${comparison}/vote`} one={one} may={may.vote} />
          </>
        }
      />
      <Figures>
        <Figure
          label="Votes"
          value={formatNumber(board.votes)}
          note={
            board.simulatedVotes > 0 ? (
              <Simulated count={board.simulatedVotes} />
            ) : (
              `of ${formatNumber(one.total)} to collect`
            )
          }
        />
        <Figure label="Prompts voted on" value={formatNumber(board.prompts)} />
        <Figure
          label="Raters"
          value={formatNumber(board.raters)}
          note={<Raters count={one.raters} simulated={one.simulatedRaters} />}
        />
        <Figure
          label="By you"
          value={formatNumber(one.mine)}
          note={one.waiting > 0 && may.vote ? `${plural(one.waiting, "pair")} for you` : undefined}
        />
      </Figures>
      {board.simulatedVotes > 0 && (
        <Alert color="brass">
          {board.simulatedVotes === board.votes
            ? "All votes here are simulated: they were cast by scripts, not by people. The standings show how the page works, not which model people prefer."
            : `${plural(board.simulatedVotes, "vote")} of ${formatNumber(board.votes)} were cast by scripts, not by people, and count in the standings.`}
        </Alert>
      )}
      <Guidelines text={one.guidelines} folded />
      <Leaderboard board={board} />
      {may.manage && <VoteList project={project} comparison={comparison} />}
      <ExportDialog
        project={project}
        comparison={comparison}
        name={one.name}
        opened={exporting}
        onClose={exportDialog.close}
      />
      <FormDialog
        opened={closing}
        onClose={closeDialog.close}
        title="End the voting?"
        act="End the voting"
        cancel="Keep it open"
        busy={close.isPending}
        onSubmit={() => close.mutate(input)}
      >
        <Text size="sm">
          Nobody can vote any more, and everybody in the project sees the standings and whose
          answers were whose. It cannot be opened again: who voted then would not be blind.
        </Text>
      </FormDialog>
    </Page>
  );
}

type Comparison = OutputOf<"compare.list">["comparisons"][number];

function VoteButton({ href, one, may }: { href: string; one: Comparison; may: boolean }) {
  const why = !may
    ? "Voting needs the role rater"
    : one.state !== "open"
      ? "This comparison is closed"
      : one.waiting === 0
        ? "No pair waits for you"
        : undefined;
  if (!why) {
    return (
      <Button component={Link} href={href}>
        {one.mine > 0 ? "Go on voting" : "Start voting"}
      </Button>
    );
  }
  return (
    <Tooltip label={why}>
      <Button data-disabled aria-disabled>
        Start voting
      </Button>
    </Tooltip>
  );
}

type ExportButtonProps = { may: boolean; votes: number; onClick: () => void };

function ExportButton({ may, votes, onClick }: ExportButtonProps) {
  const why = !may
    ? "Writing a dataset needs the role curator"
    : votes === 0
      ? "There are no votes to write yet"
      : undefined;
  return (
    <Tooltip label={why} disabled={!why}>
      <Button
        variant="default"
        onClick={why ? undefined : onClick}
        data-disabled={why ? true : undefined}
        aria-disabled={!!why}
      >
        Write to a dataset
      </Button>
    </Tooltip>
  );
}
