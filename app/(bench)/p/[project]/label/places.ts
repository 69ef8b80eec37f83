import { checkAnswer } from "#lib/core/check-answer.ts";
import type { ConversationBody, MessageNode } from "#lib/core/conversation.ts";
import type { AnswerValue, Question } from "#lib/core/label-question.ts";
import { mainReply, messageText } from "#lib/core/message-tree.ts";

/** One question at one place: of the whole text, or of one answer in it. */
export type Place = {
  /** `question` or `question:nodeHash`; also the key of a draft. */
  key: string;
  question: Question;
  nodeHash: string | null;
  /** Of the message judged: its number among the assistant's answers, from 1, and its path key in the transcript. */
  turn: { number: number; path: string; text: string } | null;
};

export type Answer = { value?: AnswerValue | undefined; comment: string };
export type Answers = Readonly<Record<string, Answer>>;
export type Turn = { nodeHash: string; index: number };

export type Option = { value: string | number; label: string };

export function optionsOf(question: Question): Option[] {
  if (question.type === "rating") {
    return Array.from({ length: question.max - question.min + 1 }, (_, n) => ({
      value: question.min + n,
      label: String(question.min + n),
    }));
  }
  return question.type === "choice" || question.type === "multi-choice" ? question.options : [];
}

/** Path keys and texts of the main path, in order. */
function mainSteps(body: ConversationBody): { path: string; text: string }[] {
  const steps: { path: string; text: string }[] = [];
  let path: number[] = [];
  for (let node: MessageNode | undefined = body.root; node; ) {
    steps.push({ path: path.join("."), text: messageText(node) });
    const next = mainReply(node);
    if (next) path = [...path, node.replies.indexOf(next)];
    node = next;
  }
  return steps;
}

/** Where the message with this number on the main path stands in the transcript. */
export const pathOfTurn = (body: ConversationBody, index: number): string | undefined =>
  mainSteps(body)[index]?.path;

/** What is asked of an item, in the order in which it is asked: turn by turn, then the whole. */
export function placesOf(
  questions: readonly Question[],
  body: ConversationBody,
  turns: readonly Turn[],
): Place[] {
  const steps = mainSteps(body);
  const perTurn = questions.filter((question) => question.level === "turn");
  const whole = questions.filter((question) => question.level === "conversation");
  const last = turns.at(-1);
  return [
    ...turns.flatMap(({ nodeHash, index }, number) =>
      perTurn.map((question) => ({
        key: `${question.id}:${nodeHash}`,
        question,
        nodeHash,
        turn: {
          number: number + 1,
          path: steps[index]?.path ?? "",
          text: steps[index]?.text ?? "",
        },
      })),
    ),
    ...whole.map((question) => ({
      key: question.id,
      question,
      nodeHash: null,
      // A corrected answer to the whole conversation corrects its last answer.
      turn:
        question.type === "corrected" && last
          ? {
              number: turns.length,
              path: steps[last.index]?.path ?? "",
              text: steps[last.index]?.text ?? "",
            }
          : null,
    })),
  ];
}

/** A stored draft as answers; what does not fit its shape is left out. */
export function answersOf(draft: Record<string, unknown> | null): Answers {
  const out: Record<string, Answer> = {};
  for (const [key, one] of Object.entries(draft ?? {})) {
    if (typeof one !== "object" || one === null) continue;
    const { value, comment } = one as { value?: AnswerValue; comment?: unknown };
    out[key] = { value, comment: typeof comment === "string" ? comment : "" };
  }
  return out;
}

export const isAnswered = (place: Place, answers: Answers): boolean => {
  const value = answers[place.key]?.value;
  return value !== undefined && checkAnswer(place.question, value).ok;
};

/** The first place that must be answered and is not. */
export const firstMissing = (places: readonly Place[], answers: Answers): Place | undefined =>
  places.find((place) => place.question.required && !isAnswered(place, answers));

/**
 * What is sent: answered places only. Where several options may be ticked and none has to, ticking none says that none
 * applies; left out, it could not be told from a question that nobody saw.
 */
export function filedAnswers(places: readonly Place[], answers: Answers) {
  return places.flatMap(({ key, question, nodeHash }) => {
    const answer = answers[key];
    const none = question.type === "multi-choice" && !question.required ? [] : undefined;
    const value = answer?.value ?? none;
    if (value === undefined) return [];
    return [
      {
        question: question.id,
        ...(nodeHash === null ? {} : { nodeHash }),
        value,
        comment: answer?.comment ?? "",
      },
    ];
  });
}

/** An answer in words: labels of options, the number of a rating, the text. */
export function answerWords(question: Question | undefined, value: unknown): string {
  const label = (one: unknown) =>
    (question && optionsOf(question).find((option) => option.value === one)?.label) ?? String(one);
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(label).join(", ");
  if (typeof value === "string" || typeof value === "number") return label(value);
  return JSON.stringify(value);
}
