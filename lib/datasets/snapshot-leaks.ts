import { sql } from "drizzle-orm";
import type { ProjectHandle } from "#db/handle.ts";
import { listBodiesById } from "#db/queries/conversation-bodies.ts";
import { type ConversationBody, messageTexts } from "../core/conversation.ts";
import { AssayError } from "../core/errors.ts";
import {
  hasSameWords,
  type LeakAct,
  type LeakKind,
  type SnapshotLeaks,
} from "../core/snapshot-leaks.ts";
import { projectSuites } from "../evals/keep-suites.ts";
import { isTelling, suiteTexts } from "../evals/suites/contamination.ts";
import { createLeakGuard } from "../near-duplicates/leak-guard.ts";
import { comparedText } from "./steps/near-duplicates.ts";

/** Bodies in memory at once. */
const page = 500;
const mostExamples = 50;
/** A tested conversation that more rows repeat with edits was made from their template: that is no leak. */
const crowd = 8;
/** Nor is it one where this share of all rows repeats a test side with edits. */
const mostEdited = 0.25;

export type FoundLeaks = { leaks: SnapshotLeaks; leftOut: ReadonlySet<number> };

/**
 * Looks at each row of the training side: does it repeat a conversation on a test side (of this snapshot or of an earlier
 * one of the project) or a prompt of one of the project's suites, as the leak guard tells it? Suites are held against
 * its messages and against it as a whole, test sides against it as a whole, system messages left out. `leave-out` leaves
 * such rows out, `refuse` throws precondition_failed. Rows of one template are alike without being leaks: what differs
 * by edits counts only while few rows do.
 */
export async function findLeaks(
  tx: ProjectHandle,
  learned: readonly number[],
  tested: readonly number[],
  act: LeakAct,
): Promise<FoundLeaks> {
  const testGuard = await guardTestSides(tx, tested);
  const suites = await guardSuites(tx);
  const strict = new Map<number, LeakKind>();
  const edited = new Map<number, Map<number, LeakKind>>();
  const bySuite = new Map<string, Map<number, LeakKind>>();
  for await (const { id, body } of bodiesOf(tx, learned)) {
    const whole = comparedText(body, "conversation");
    for (const { guarded, kind } of testGuard(whole)) {
      if (hasSameWords(kind)) strict.set(id, kind);
      else addTo(edited, guarded, id, kind);
    }
    for (const text of new Set([whole, ...messageTexts(body)])) {
      for (const { guarded, kind } of suites.guard(text)) {
        addTo(bySuite, suites.owners[guarded] ?? "", id, kind);
      }
    }
  }
  const few = [...edited].filter(([, rows]) => rows.size <= crowd);
  const editedRows = new Map(few.flatMap(([, rows]) => [...rows]));
  const template = editedRows.size > mostEdited * learned.length;
  const ofTests = new Map([...(template ? [] : editedRows), ...strict]);
  const all = new Set([
    ...ofTests.keys(),
    ...[...bySuite.values()].flatMap((rows) => [...rows.keys()]),
  ]);
  if (act === "refuse" && all.size > 0) throw refusal(learned.length, all.size, ofTests, bySuite);
  const own = new Set(tested);
  const alike = [...edited].filter(([id, rows]) => own.has(id) && (template || rows.size > crowd));
  const leftOut = act === "keep" ? new Set<number>() : all;
  const leaks = {
    act,
    rows: all.size,
    leftOut: leftOut.size,
    test: ofTests.size,
    suites: Object.fromEntries([...bySuite].map(([suite, rows]) => [suite, rows.size])),
    alike: alike.length,
    examples: [
      ...[...bySuite].flatMap(([suite, rows]) => examplesOf(suite, rows)),
      ...examplesOf(null, ofTests),
    ].slice(0, mostExamples),
  };
  return { leaks, leftOut };
}

/** Rows by what they repeat; of a crowd no more are held than tell that it is one. */
function addTo<K>(found: Map<K, Map<number, LeakKind>>, key: K, id: number, kind: LeakKind): void {
  const rows = found.get(key);
  if (!rows) found.set(key, new Map([[id, kind]]));
  else if (typeof key === "string" || rows.size <= crowd) rows.set(id, kind);
}

const examplesOf = (suite: string | null, rows: ReadonlyMap<number, LeakKind>) =>
  [...rows].slice(0, mostExamples).map(([conversation, kind]) => ({ conversation, suite, kind }));

function refusal(
  learned: number,
  rows: number,
  ofTests: ReadonlyMap<number, LeakKind>,
  bySuite: ReadonlyMap<string, ReadonlyMap<number, LeakKind>>,
): AssayError {
  const exams = [
    ...(ofTests.size > 0 ? [`the test side (${ofTests.size})`] : []),
    ...[...bySuite].map(([suite, some]) => `suite ${suite} (${some.size})`),
  ].join(", ");
  return new AssayError(
    "precondition_failed",
    `${rows} of ${learned} rows to learn from repeat ${exams}. Nothing was frozen. Remove these rows, or let the snapshot leave them out.`,
  );
}

async function guardTestSides(tx: ProjectHandle, tested: readonly number[]) {
  const earlier = await tx.db.execute<{ id: number }>(sql`
    select distinct i.conversation_id::float8 as id from snapshot_item i join snapshot s on s.id = i.snapshot_id
    where s.project_id = ${tx.projectId} and i.side = 'test'`);
  const ids = [...new Set([...tested, ...earlier.map(({ id }) => id)])];
  const texts: { id: number; text: string }[] = [];
  for await (const { id, body } of bodiesOf(tx, ids)) {
    texts.push({ id, text: comparedText(body, "conversation") });
  }
  return createLeakGuard(texts);
}

async function guardSuites(tx: ProjectHandle) {
  const owners: string[] = [];
  const texts: { id: number; text: string }[] = [];
  for (const suite of await projectSuites(tx)) {
    for (const { text } of suiteTexts(suite)) {
      if (!isTelling(text)) continue;
      texts.push({ id: owners.length, text });
      owners.push(suite.id);
    }
  }
  return { owners, guard: createLeakGuard(texts) };
}

async function* bodiesOf(
  tx: ProjectHandle,
  ids: readonly number[],
): AsyncGenerator<{ id: number; body: ConversationBody }> {
  for (let at = 0; at < ids.length; at += page) {
    yield* await listBodiesById(tx, ids.slice(at, at + page));
  }
}
