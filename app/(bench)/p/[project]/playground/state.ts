import { maxColumns } from "#lib/core/play-limits.ts";
import type {
  AnswerFacts,
  PlayColumn,
  PlayMessage,
  PlayState,
} from "#lib/core/playground-session.ts";
import { fillTemplate } from "#lib/core/prompt-template.ts";

export type Opened = {
  conversation: number;
  system: string;
  history: PlayState["history"];
  prompt: string;
  reference: string | null;
};

const columnIds = ["a", "b", "c", "d"] as const;

/** What can be asked. */
export type ModelChoice = { name: string; kind: "deployment" | "version" };

/** A small model wanders at the protocol's 1; at 0 it could not answer again. The field shows it and takes another. */
const firstTemperature = 0.2;

/** A fresh playground: up to two models side by side, or the one that was asked for. A deployment keeps its decoding. */
export function emptyState(models: readonly ModelChoice[], wanted?: ModelChoice): PlayState {
  const chosen = wanted ? [wanted] : models.slice(0, 2);
  const decodes = chosen.some(({ kind }) => kind === "deployment");
  return {
    system: "",
    history: [],
    prompt: "",
    variables: {},
    template: null,
    parameters: decodes ? {} : { temperature: firstTemperature },
    columns: (chosen.length > 0 ? chosen : [{ name: "" }]).map(({ name }, index) => ({
      id: columnIds[index] ?? "a",
      model: name,
      messages: [],
    })),
    conversation: null,
    reference: null,
  };
}

/** A dataset row in place of the prompt. */
export const withRow = (state: PlayState, row: Opened): PlayState => ({
  ...state,
  ...row,
  template: null,
  columns: state.columns.map((column) => ({ ...column, messages: [] })),
});

/** What is sent to every column: system text, earlier turns, the prompt with its variables filled. */
export function firstMessages(state: PlayState): PlayMessage[] {
  const system = fillTemplate(state.system, state.variables);
  return [
    ...(system.trim() ? [{ role: "system" as const, content: system }] : []),
    ...state.history,
    { role: "user", content: fillTemplate(state.prompt, state.variables) },
  ];
}

/** As the endpoint takes them: answers that failed without a word are left out. */
export const wireMessages = (messages: readonly PlayMessage[]) =>
  messages
    .filter((one) => !(one.answer?.error && one.content === ""))
    .map(({ role, content }) => ({ role, content }));

/** The column's last answer, when there is one that can be compared and saved. */
export function lastAnswer(
  column: PlayColumn,
): { text: string; facts: AnswerFacts | undefined } | undefined {
  const last = column.messages.at(-1);
  return last?.role === "assistant" && last.content.trim() !== ""
    ? { text: last.content, facts: last.answer }
    : undefined;
}

/** What stands before the last answer, without figures. */
export const promptOf = (column: PlayColumn) => wireMessages(column.messages.slice(0, -1));

/** Whether two columns answered the same prompt, so that one answer can be preferred to the other. */
export const samePrompt = (left: PlayColumn, right: PlayColumn): boolean =>
  JSON.stringify(promptOf(left)) === JSON.stringify(promptOf(right));

/** Puts messages into one column. */
export const withMessages = (state: PlayState, id: string, messages: PlayMessage[]): PlayState => ({
  ...state,
  columns: state.columns.map((column) => (column.id === id ? { ...column, messages } : column)),
});

export function withColumn(state: PlayState, model: string): PlayState {
  const free = columnIds.find((id) => !state.columns.some((column) => column.id === id));
  if (!free || state.columns.length >= maxColumns) return state;
  return { ...state, columns: [...state.columns, { id: free, model, messages: [] }] };
}

/** Another model begins anew: its answers would stand under the other's name. */
export const withModel = (state: PlayState, id: string, model: string): PlayState => ({
  ...state,
  columns: state.columns.map((column) =>
    column.id === id ? { ...column, model, messages: [] } : column,
  ),
});

export const withoutColumn = (state: PlayState, id: string): PlayState =>
  state.columns.length === 1
    ? state
    : { ...state, columns: state.columns.filter((column) => column.id !== id) };

/** What comes within less came in one piece: its pace says something about buffers, not about the model. */
const leastPaceMs = 50;

/** Tokens a second after the first one; undefined where there is nothing to measure. */
export function pace(facts: AnswerFacts): number | undefined {
  const { completionTokens, firstTokenMs, totalMs } = facts;
  if (completionTokens === null || completionTokens < 2 || firstTokenMs === null) return undefined;
  const ms = totalMs - firstTokenMs;
  return ms >= leastPaceMs ? (1000 * (completionTokens - 1)) / ms : undefined;
}
