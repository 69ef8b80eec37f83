import { maxColumns } from "#lib/core/play-limits.ts";
import type {
  AnswerFacts,
  PlayColumn,
  PlayMessage,
  PlayState,
} from "#lib/core/playground-session.ts";
import { fillTemplate } from "#lib/core/prompt-template.ts";
import type { Sampling } from "#lib/core/sampling.ts";

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

/** A fresh playground: up to two models side by side, or the one that was asked for. */
export function emptyState(models: readonly string[], wanted?: string): PlayState {
  const chosen = wanted ? [wanted] : models.slice(0, 2);
  return {
    system: "",
    history: [],
    prompt: "",
    variables: {},
    template: null,
    parameters: {},
    columns: (chosen.length > 0 ? chosen : [""]).map((model, index) => ({
      id: columnIds[index] ?? "a",
      model,
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

/** A small model wanders at the protocol's 1; at 0 it could not answer again. */
const versionTemperature = 0.2;
const isVersion = (models: readonly ModelChoice[], name: string) =>
  models.some((one) => one.name === name && one.kind === "version");

/** What one model is asked with: an empty field is a deployment's own decoding, and a low temperature for a version. */
export const parametersFor = (
  { parameters }: Pick<PlayState, "parameters">,
  models: readonly ModelChoice[],
  model: string,
): Sampling =>
  isVersion(models, model) ? { temperature: versionTemperature, ...parameters } : parameters;

/** What an empty temperature stands for in these columns. */
export function temperatureWords({ columns }: Pick<PlayState, "columns">, models: ModelChoice[]) {
  const versions = columns.filter((column) => isVersion(models, column.model)).length;
  if (versions === 0) return "Default";
  return versions === columns.length ? `${versionTemperature}` : `${versionTemperature} or its own`;
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
