import type { ProjectHandle } from "#db/handle.ts";
import { canariesOf, versionLine } from "#db/queries/evals.ts";
import { type ConversationBody, messageText, messageTexts, walk } from "../../core/conversation.ts";
import { hasSameWords } from "../../core/snapshot-leaks.ts";
import { createLeakGuard } from "../../near-duplicates/leak-guard.ts";
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
  /** The messages of each training row, side branches too, system messages left out. */
  rows: string[][];
  /** How many rows there are, those whose text is not held included. */
  count: number;
};

/** More text than this is not held in memory; the rest is still searched for personal data. */
const mostCharacters = 200e6;

/** One walk over the training rows of a version's whole line. */
export async function trainingTexts(
  handle: ProjectHandle,
  past: TrainingPast,
): Promise<TrainingTexts> {
  const pii = new Set<string>();
  const rows: string[][] = [];
  let [count, characters] = [0, 0];
  for (const snapshotId of past.snapshotIds) {
    for await (const { body } of snapshotBodies(handle, snapshotId, "train")) {
      count += 1;
      for (const value of trainingPii(messageTexts(body))) pii.add(value);
      const texts = spokenTexts(body);
      for (const text of texts) characters += text.length;
      if (characters < mostCharacters) rows.push(texts);
    }
  }
  return { pii, rows, count };
}

/** What people and model say: a long system message that all rows share would make them all alike. */
function spokenTexts(body: ConversationBody): string[] {
  return [...walk(body.root)].flatMap(({ node }) =>
    node.role === "system" ? [] : [messageText(node)],
  );
}

/**
 * Share of the asked conversations of a test split that the training rows repeat, in whatever case, signs and order.
 * Catches what a snapshot was told to keep, and what an ancestor learned before it was put to the test. Edited copies are
 * left out of a snapshot (lib/datasets/snapshot-leaks.ts); here they cannot be told from rows of one template.
 */
export async function testContamination(
  handle: ProjectHandle,
  testSnapshotId: number | null,
  asked: ReadonlySet<string>,
  rows: readonly string[][],
): Promise<number> {
  if (testSnapshotId === null || asked.size === 0) return 0;
  const tested: { id: number; text: string }[] = [];
  for await (const { id, body } of snapshotBodies(handle, testSnapshotId, "test")) {
    if (asked.has(String(id))) tested.push({ id, text: spokenTexts(body).join("\n") });
  }
  const leaksOf = createLeakGuard(tested);
  const found = new Set(
    rows.flatMap((row) =>
      leaksOf(row.join("\n")).flatMap(({ guarded, kind }) => (hasSameWords(kind) ? [guarded] : [])),
    ),
  );
  return tested.length === 0 ? 0 : found.size / tested.length;
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
