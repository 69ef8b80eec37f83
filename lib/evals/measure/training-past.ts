import type { ProjectHandle } from "#db/handle.ts";
import { canariesOf, versionLine } from "#db/queries/evals.ts";
import { type ConversationBody, messageTexts } from "../../core/conversation.ts";
import { snapshotBodies, trainingRow } from "../../training/training-rows.ts";
import { trainingPii } from "../checks/judge-checks.ts";

type Canary = Awaited<ReturnType<typeof canariesOf>>[number];

/** What a version learned from: its own training run and those of its parents. */
export type TrainingPast = {
  /** Snapshot of the version itself; null for one that was not trained here. */
  snapshotId: number | null;
  /** All snapshots in its line, each once. */
  snapshotIds: number[];
  canaries: Canary[];
};

export async function trainingPast(
  handle: ProjectHandle,
  versionId: number,
): Promise<TrainingPast> {
  const line = await versionLine(handle, versionId);
  const runs = line.flatMap(({ runId }) => (runId === null ? [] : [runId]));
  const snapshots = line.flatMap(({ snapshotId }) => (snapshotId === null ? [] : [snapshotId]));
  return {
    snapshotId: line[0]?.snapshotId ?? null,
    snapshotIds: [...new Set(snapshots)],
    canaries: await canariesOf(handle, runs),
  };
}

export type TrainingTexts = {
  /** Personal data that stand in the training rows, as the PII check compares them. */
  pii: Set<string>;
  /** Every message of the training rows. */
  messages: string[];
  rows: number;
};

/** More text than this is not held in memory; the rest is still searched for personal data. */
const mostCharacters = 200e6;

/** One walk over the training rows of a version's whole line. */
export async function trainingTexts(
  handle: ProjectHandle,
  past: TrainingPast,
): Promise<TrainingTexts> {
  const pii = new Set<string>();
  const messages: string[] = [];
  let characters = 0;
  let rows = 0;
  for (const snapshotId of past.snapshotIds) {
    for await (const { body } of snapshotBodies(handle, snapshotId, "train")) {
      rows += 1;
      const texts = messageTexts(body);
      for (const value of trainingPii(texts)) pii.add(value);
      for (const text of texts) {
        characters += text.length;
        if (characters < mostCharacters) messages.push(text);
      }
    }
  }
  return { pii, messages, rows };
}

/** A row as a prompt for the tokenizer: messages, or plain text. */
export function rowPrompt(
  body: ConversationBody,
): { role: string; content: string }[] | { text: string } {
  const row = trainingRow(body);
  if ("text" in row && typeof row.text === "string") return { text: row.text };
  const messages = (row as { messages: { role: string; content: string }[] }).messages;
  return messages.map(({ role, content }) => ({ role, content }));
}
