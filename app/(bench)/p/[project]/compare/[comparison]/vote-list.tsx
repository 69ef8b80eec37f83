"use client";

import { Text, Title } from "@mantine/core";
import { MessageView } from "#app/_ui/conversation/message.tsx";
import { MoreButton } from "#app/_ui/feedback/more-button.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { usePages } from "#app/_ui/use-operation.ts";
import { Simulated } from "../../label/raters.tsx";
import classes from "../compare.module.css";

const chosen = {
  a: "first is better",
  b: "second is better",
  tie: "equally good",
  bad: "both bad",
};

/** Votes that say why, for those who manage the comparison. */
export function VoteList({ project, comparison }: { project: string; comparison: number }) {
  const pages = usePages(
    "compare.votes",
    { project, comparison, commented: true, limit: 10 },
    { rows: (page) => page.votes, next: (page) => page.next, cursor: "before" },
  );
  if (pages.loading || pages.rows.length === 0) return null;
  return (
    <section>
      <Title order={2} mb="sm">
        What raters wrote
      </Title>
      <ul className={classes.list}>
        {pages.rows.map((vote) => (
          <li key={vote.id}>
            <div className={classes.quote}>
              <Text className={classes.wrap} dir="auto">
                {vote.comment}
              </Text>
              <Text size="xs" c="dimmed" component="div">
                {vote.rater} {vote.simulated && <Simulated />} · {chosen[vote.choice]} ·{" "}
                <TimeAgo at={vote.createdAt} />
              </Text>
            </div>
            <details>
              <summary>
                <Text span size="sm">
                  {vote.a.model} and {vote.b.model}
                </Text>
              </summary>
              <Text size="sm" c="dimmed" my="xs" className={classes.wrap} lineClamp={6} dir="auto">
                {vote.messages.at(-1)?.content}
              </Text>
              <div className={classes.sides}>
                {[vote.a, vote.b].map((side, index) => (
                  <MessageView
                    key={side.model}
                    message={{ role: "assistant", content: side.text }}
                    name={side.model}
                    badge={vote.choice === (index === 0 ? "a" : "b") ? "Preferred" : undefined}
                  />
                ))}
              </div>
            </details>
          </li>
        ))}
      </ul>
      <MoreButton pages={pages} mt="sm" />
    </section>
  );
}
