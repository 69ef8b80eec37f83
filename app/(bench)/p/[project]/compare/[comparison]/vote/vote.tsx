"use client";

import { Alert, Button, Group } from "@mantine/core";
import Link from "next/link";
import { Page } from "#app/_ui/feedback/page-header.tsx";
import { EmptyState } from "#app/_ui/feedback/states.tsx";
import { plural } from "#app/_ui/format.ts";
import { useTopics } from "#app/_ui/live/use-topics.ts";
import { Asking, RatingRoom } from "#app/_ui/rating/rating-room.tsx";
import { useShortcuts } from "#app/_ui/shell/shortcuts.tsx";
import { PairForm } from "./pair-form.tsx";
import { useVotes, type VoteQueue } from "./use-votes.ts";

type Props = { project: string; comparison: { id: number; name: string } };

/** Two answers side by side, nobody's name on them, one key to choose. */
export function Vote({ project, comparison }: Props) {
  const votes = useVotes(project, comparison.id);
  const base = `/p/${project}/compare`;
  const { given, pair, error, finished } = votes;
  const retry = () => void votes.refill();
  if (!given) {
    const back = { label: "Back to the comparison", href: `${base}/${comparison.id}` };
    return <Asking error={error} retry={retry} name={comparison.name} back={back} />;
  }
  return (
    <RatingRoom
      area={{ label: "Compare", href: base }}
      name={comparison.name}
      progress={given.progress}
    >
      {pair ? (
        <PairForm key={pair.token} pair={pair} guidelines={given.guidelines} votes={votes} />
      ) : finished ? (
        <AllDone base={base} comparison={comparison.id} votes={votes} />
      ) : (
        <Asking error={error} retry={retry} />
      )}
    </RatingRoom>
  );
}

type DoneProps = { base: string; comparison: number; votes: VoteQueue };

function AllDone({ base, comparison, votes }: DoneProps) {
  const progress = votes.given?.progress;
  const others = progress?.others ?? 0;
  // A pair that another rater leaves shows up here by itself.
  useTopics([`comparison:${comparison}`], () => void votes.refill());
  useShortcuts("Voting", [
    { keys: "U", label: "Take back the last vote", run: () => void votes.undo() },
  ]);
  return (
    <Page>
      {votes.trouble && (
        <Alert color="red" role="alert">
          {votes.trouble}
        </Alert>
      )}
      <EmptyState
        title={
          (progress?.mine ?? 0) > 0 ? "You have voted on all of yours" : "No pair for you here"
        }
        action={
          <Group>
            <Button component={Link} href={`${base}/${comparison}`}>
              Look at the comparison
            </Button>
            {(progress?.mine ?? 0) > 0 && (
              <Button variant="default" onClick={() => void votes.undo()}>
                Take back the last vote
              </Button>
            )}
          </Group>
        }
      >
        {progress && progress.mine > 0 && `You gave ${plural(progress.mine, "vote")}. `}
        {others > 0
          ? `Other raters hold ${plural(others, "more pair")}; what they leave comes to you.`
          : "Every pair has all the votes it needs, or you have given yours."}
      </EmptyState>
    </Page>
  );
}
