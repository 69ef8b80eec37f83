"use client";

import { Alert, Button, CopyButton, Group, Stack, Text } from "@mantine/core";
import classes from "../../label.module.css";
import { answerWords, placesOf } from "../../places.ts";
import type { Lost, WorkQueue } from "./use-work.ts";

/** Items that went to somebody else, or were done in another tab, meanwhile: what was entered stays until it is put away. */
export function LostItems({ work }: { work: WorkQueue }) {
  const questions = work.given?.schema.questions ?? [];
  const words = ({ item, answers }: Lost) =>
    placesOf(questions, item.body, item.turns)
      .flatMap((place) => {
        const answer = answers[place.key];
        if (!answer || (answer.value === undefined && answer.comment === "")) return [];
        const of = place.nodeHash && place.turn ? ` (answer ${place.turn.number})` : "";
        const value = answer.value === undefined ? "–" : answerWords(place.question, answer.value);
        return [
          `${place.question.title}${of}: ${value}${answer.comment ? ` (${answer.comment})` : ""}`,
        ];
      })
      .join("\n");
  return work.lost.map((one) => (
    <Alert
      key={one.item.slot}
      color="brass"
      role="alert"
      title="Your answers to this item were not saved"
      className={classes.notice}
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{one.message} What you entered here is below.</Text>
        <pre className={classes.typed} dir="auto">
          {words(one) || "Nothing was entered."}
        </pre>
        <Group gap="xs">
          <CopyButton value={words(one)}>
            {({ copied, copy }) => (
              <Button size="xs" variant="default" onClick={copy}>
                {copied ? "Copied" : "Copy what I entered"}
              </Button>
            )}
          </CopyButton>
          <Button size="xs" variant="default" onClick={() => work.forget(one.item.slot)}>
            Put it away
          </Button>
        </Group>
      </Stack>
    </Alert>
  ));
}
