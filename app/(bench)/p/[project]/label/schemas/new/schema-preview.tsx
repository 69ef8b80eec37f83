"use client";

import { Text } from "@mantine/core";
import { useState } from "react";
import { type AnswerValue, questionSchema } from "#lib/core/label-question.ts";
import classes from "../../label.module.css";
import { QuestionField } from "../../question-field.tsx";
import type { questionsFrom } from "./draft-question.ts";

/** How raters will see it; it can be tried. */
export function SchemaPreview({ questions }: { questions: ReturnType<typeof questionsFrom> }) {
  const [answers, setAnswers] = useState<Record<string, AnswerValue | undefined>>({});
  return (
    <section className={`${classes.card} ${classes.sticky}`} aria-label="Preview">
      <Text fw={650} mb="xs">
        As raters see it
      </Text>
      {questions.map((given) => {
        const question = questionSchema.safeParse(given);
        return (
          <div key={given.id} className={classes.place}>
            <div id={`preview-${given.id}`} className={classes.question} dir="auto">
              {given.title || "Untitled question"}
              {!given.required && <span className={classes.optional}> (optional)</span>}
            </div>
            <div className={classes.help}>
              {given.level === "turn" ? "Asked of each answer of the assistant. " : ""}
              {given.help}
            </div>
            {question.success ? (
              <QuestionField
                question={question.data}
                value={answers[given.id]}
                onChange={(value) => setAnswers({ ...answers, [given.id]: value })}
                labelledBy={`preview-${given.id}`}
                withKeys
              />
            ) : (
              <Text size="sm" c="dimmed">
                {question.error.issues[0]?.path.includes("title")
                  ? "Write the question."
                  : "Give at least two options."}
              </Text>
            )}
          </div>
        );
      })}
    </section>
  );
}
