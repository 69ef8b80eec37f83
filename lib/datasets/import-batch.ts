import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { type NewConversation, upsertConversations } from "#db/queries/conversations.ts";
import { addOccurrences, type NewOccurrence } from "#db/queries/occurrences.ts";
import { importError } from "#db/schema/datasets.ts";
import { type ConversationBody, messageText, walk } from "../core/conversation.ts";
import { AssayError } from "../core/errors.ts";
import type { OwnedRun } from "../runs/own-run.ts";
import { languageByFunctionWords } from "../safety/function-words.ts";
import type { LanguageDetector } from "../safety/language.ts";
import { describeConversation } from "./describe-conversation.ts";
import type { ErrorRecord, ImportItem } from "./formats/port.ts";

/** Characters that language detection looks at; more does not change its answer. */
const languageSample = 1000;
/** Below this the language stays unknown rather than wrong. */
const languageConfidence = 0.3;

/** What a message takes beside its text, in characters. */
const rowCharacters = 200;

/** Progress of an import, committed with each batch. */
export type Counts = { read: number; errors: number; conversations: number; lastRecord: number };

/** What a checkpoint tells whoever looks at the rows read so far. */
export const importProgressSchema = z.object({ reading: z.string(), lastRecord: z.number() });

type Row = Omit<NewOccurrence, "conversation"> & { conversation: NewConversation };

/** Records that are parsed, hashed and counted: all that can be done without the database. */
export type PreparedBatch = {
  rows: Row[];
  errors: ErrorRecord[];
  read: number;
  lastRecord: number;
  /** Characters of all texts: how large it is in memory. */
  characters: number;
};

export const emptyBatch = (): PreparedBatch => ({
  rows: [],
  errors: [],
  read: 0,
  lastRecord: 0,
  characters: 0,
});

/** Takes one more record into the batch. */
export function prepareItem(
  batch: PreparedBatch,
  item: ImportItem,
  detect: LanguageDetector,
): void {
  batch.read++;
  batch.lastRecord = item.recordNumber;
  if (item.kind === "error") {
    batch.errors.push(item);
    batch.characters += item.excerpt.length;
    return;
  }
  for (const [part, one] of item.conversations.entries()) {
    const lang = languageOf(one.language, one.body, detect);
    const conversation = describeConversation(one.body, lang);
    batch.characters += conversation.characters + rowCharacters * conversation.messages;
    batch.rows.push({
      part,
      record: item.recordNumber,
      speakers: one.speakers ?? null,
      time: one.time ?? null,
      metadata: item.warnings ? { ...one.metadata, warnings: item.warnings } : one.metadata,
      conversation,
    });
  }
}

export type Target = {
  owned: OwnedRun;
  handle: ProjectHandle;
  sourceId: number;
  reading: string;
};

/** Stores a batch with the run's checkpoint in one transaction; moves `counts` on when it has committed. */
export async function saveBatch(
  { owned, handle, sourceId, reading }: Target,
  batch: PreparedBatch,
  counts: Counts,
  total: (after: Counts) => number,
): Promise<void> {
  const after: Counts = {
    read: counts.read + batch.read,
    errors: counts.errors + batch.errors.length,
    conversations: counts.conversations + batch.rows.length,
    lastRecord: batch.lastRecord,
  };
  await handle.transaction(async (tx) => {
    await owned.assertOwned(tx.db);
    const ids = await upsertConversations(
      tx,
      batch.rows.map((row) => row.conversation),
    );
    const occurrences = batch.rows.map((row) => ({
      ...row,
      conversation: requireId(ids, row.conversation.hash),
    }));
    await addOccurrences(tx, { sourceId, reading, runId: owned.id }, occurrences);
    await addErrors(tx, owned.id, batch.errors);
    await owned.write(tx.db, {
      done: after.read,
      total: Math.max(total(after), after.read),
      checkpoint: { ...after, reading },
    });
  });
  Object.assign(counts, after);
}

async function addErrors(
  tx: ProjectHandle,
  runId: number,
  errors: readonly ErrorRecord[],
): Promise<void> {
  if (errors.length === 0) return;
  await tx.db
    .insert(importError)
    .values(
      errors.map((item) => ({
        runId,
        recordNumber: item.recordNumber,
        line: item.line,
        reason: item.reason,
        excerpt: item.excerpt,
      })),
    )
    .onConflictDoNothing();
}

function requireId(ids: Map<string, number>, hash: string): number {
  const id = ids.get(hash);
  if (id === undefined)
    throw new AssayError("internal", "A stored conversation was not found again.");
  return id;
}

/** What the source says, else what the first texts look like; null where they do not tell. */
function languageOf(
  given: string | undefined,
  body: ConversationBody,
  detect: LanguageDetector,
): string | null {
  if (given && /^[a-z]{2}(-|_|$)/i.test(given)) return given.slice(0, 2).toLowerCase();
  let text = "";
  for (const { node } of walk(body.root)) {
    text += `${messageText(node).slice(0, languageSample)}\n`;
    if (text.length > languageSample) break;
  }
  const clear = languageByFunctionWords(text);
  if (clear) return clear;
  const found = detect(text.slice(0, languageSample));
  return found.confidence >= languageConfidence ? found.language : null;
}
