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
import { wordsOf } from "../near-duplicates/words.ts";
import { comparedText } from "./steps/near-duplicates.ts";

/** Bodies in memory at once. */
const page = 500;
const mostExamples = 50;
/** A tested conversation that more rows repeat with edits was made from their template: that is no leak. */
const crowd = 8;
/** And a prompt of fewer words that as many rows say is a phrase of everyday speech. */
const phraseWords = 8;
/** Nor is it one where this share of all rows repeats a test side with edits. */
const mostEdited = 0.25;

/** Hears how many rows were looked at, after each page; what it throws ends the work. */
export type LeakProgress = (done: number) => Promise<void>;

export type FoundLeaks = { leaks: SnapshotLeaks; leftOut: ReadonlySet<number> };

type Repeats = Map<number, LeakKind>;

/**
 * Looks at each row of the training side: does it repeat a conversation on a test side (of this snapshot or of an earlier
 * one of the project) or a prompt of one of the project's suites, as the leak guard tells it? Suites are held against
 * its messages and against it as a whole, test sides against it as a whole, system messages left out. `leave-out` leaves
 * such rows out, `refuse` throws precondition_failed.
 */
export async function findLeaks(
  handle: ProjectHandle,
  { learned, tested }: { learned: readonly number[]; tested: readonly number[] },
  act: LeakAct,
  tell: LeakProgress,
): Promise<FoundLeaks> {
  const found = await readRepeats(handle, learned, tested, tell);
  const { ofTests, alike } = judgeTests(found, learned.length, new Set(tested));
  const bySuite = judgePrompts(found);
  const suiteRows = [...bySuite.values()].flatMap((rows) => [...rows.keys()]);
  const all = new Set([...ofTests.keys(), ...suiteRows]);
  if (act === "refuse" && all.size > 0) throw refusal(learned.length, all.size, ofTests, bySuite);
  const leftOut = act === "keep" ? new Set<number>() : all;
  const leaks = {
    act,
    rows: all.size,
    leftOut: leftOut.size,
    test: ofTests.size,
    suites: Object.fromEntries([...bySuite].map(([suite, rows]) => [suite, rows.size])),
    alike,
    examples: [
      ...[...bySuite].flatMap(([suite, rows]) => examplesOf(suite, rows)),
      ...examplesOf(null, ofTests),
    ].slice(0, mostExamples),
  };
  return { leaks, leftOut };
}

type Found = {
  /** Rows with the words of a tested conversation. */
  sameWords: Repeats;
  /** Rows that repeat one with edits, by its id; of a crowd no more than tell that it is one. */
  edited: Map<number, Repeats>;
  /** Rows that repeat a prompt, by its place in `prompts`. */
  ofPrompts: Map<number, Repeats>;
  prompts: readonly Prompt[];
};

async function readRepeats(
  tx: ProjectHandle,
  learned: readonly number[],
  tested: readonly number[],
  tell: LeakProgress,
): Promise<Found> {
  const testGuard = await guardTestSides(tx, tested);
  const prompts = await readPrompts(tx);
  const promptGuard = createLeakGuard(prompts.map(({ text }, id) => ({ id, text })));
  const found: Found = { sameWords: new Map(), edited: new Map(), ofPrompts: new Map(), prompts };
  for await (const { id, body } of bodiesOf(tx, learned, tell)) {
    const whole = comparedText(body, "conversation");
    for (const { guarded, kind } of testGuard(whole)) {
      if (hasSameWords(kind)) found.sameWords.set(id, kind);
      else addTo(found.edited, guarded, id, kind, true);
    }
    for (const text of new Set([whole, ...messageTexts(body)])) {
      for (const { guarded, kind } of promptGuard(text)) {
        addTo(found.ofPrompts, guarded, id, kind, prompts[guarded]?.isPhrase ?? true);
      }
    }
  }
  return found;
}

/** Rows of one template are alike without being leaks: edits count only while few rows have them. */
function judgeTests({ sameWords, edited }: Found, learned: number, own: ReadonlySet<number>) {
  const few = [...edited.values()].filter((rows) => rows.size <= crowd);
  const editedRows = new Map(few.flatMap((rows) => [...rows]));
  const template = editedRows.size > mostEdited * learned;
  const alike = [...edited].filter(([id, rows]) => own.has(id) && (template || rows.size > crowd));
  return {
    ofTests: new Map([...(template ? [] : editedRows), ...sameWords]),
    alike: alike.length,
  };
}

/** Rows by the suite that they repeat. A short prompt that many rows say is a phrase. */
function judgePrompts({ ofPrompts, prompts }: Found): Map<string, Repeats> {
  const bySuite = new Map<string, Repeats>();
  for (const [place, rows] of ofPrompts) {
    const prompt = prompts[place];
    if (!prompt || (prompt.isPhrase && rows.size > crowd)) continue;
    const known = bySuite.get(prompt.suite) ?? [];
    bySuite.set(prompt.suite, new Map([...known, ...rows]));
  }
  return bySuite;
}

/** Rows by what they repeat; where a crowd is no leak, no more are held than tell that it is one. */
function addTo(
  found: Map<number, Repeats>,
  guarded: number,
  id: number,
  kind: LeakKind,
  bounded: boolean,
): void {
  const rows = found.get(guarded);
  if (!rows) found.set(guarded, new Map([[id, kind]]));
  else if (!bounded || rows.size <= crowd) rows.set(id, kind);
}

const examplesOf = (suite: string | null, rows: Repeats) =>
  [...rows].slice(0, mostExamples).map(([conversation, kind]) => ({ conversation, suite, kind }));

function refusal(
  learned: number,
  rows: number,
  ofTests: Repeats,
  bySuite: ReadonlyMap<string, Repeats>,
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

type Prompt = { suite: string; text: string; isPhrase: boolean };

async function readPrompts(tx: ProjectHandle): Promise<Prompt[]> {
  return (await projectSuites(tx)).flatMap((suite) =>
    suiteTexts(suite).flatMap(({ text }) =>
      isTelling(text)
        ? [{ suite: suite.id, text, isPhrase: wordsOf(text).length < phraseWords }]
        : [],
    ),
  );
}

async function* bodiesOf(
  tx: ProjectHandle,
  ids: readonly number[],
  tell?: LeakProgress,
): AsyncGenerator<{ id: number; body: ConversationBody }> {
  for (let at = 0; at < ids.length; at += page) {
    await tell?.(at);
    yield* await listBodiesById(tx, ids.slice(at, at + page));
  }
}
