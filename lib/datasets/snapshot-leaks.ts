import { sql } from "drizzle-orm";
import type { ProjectHandle } from "#db/handle.ts";
import { listBodiesById } from "#db/queries/conversation-bodies.ts";
import { type ConversationBody, messageTexts } from "../core/conversation.ts";
import { AssayError } from "../core/errors.ts";
import type { LeakAct, LeakKind, SnapshotLeaks } from "../core/snapshot-leaks.ts";
import { projectSuites } from "../evals/keep-suites.ts";
import { isTelling, suiteTexts } from "../evals/suites/contamination.ts";
import { createLeakGuard } from "../near-duplicates/leak-guard.ts";
import { comparedText } from "./steps/near-duplicates.ts";

/** Bodies in memory at once. */
const page = 500;
const mostExamples = 50;
/** Above this share all conversations were made from one template: leaving them out would leave nothing to learn. */
const mostLeftOut = 0.5;

export type FoundLeaks = { leaks: SnapshotLeaks; leftOut: ReadonlySet<number> };

/**
 * Looks at each row of the training side: does it repeat a conversation on a test side (of this snapshot or of an earlier
 * one of the project) or a prompt of one of the project's suites, as the leak guard tells it? Suites are held against
 * its messages and against it as a whole, test sides against it as a whole, system messages left out. `leave-out` leaves
 * such rows out, but for those that repeat a test side where that would be most of all; `refuse` throws
 * precondition_failed.
 */
export async function findLeaks(
  tx: ProjectHandle,
  learned: readonly number[],
  tested: readonly number[],
  act: LeakAct,
): Promise<FoundLeaks> {
  const testGuard = await guardTestSides(tx, tested);
  const suites = await guardSuites(tx);
  const examples: SnapshotLeaks["examples"] = [];
  const ofTests = new Set<number>();
  const bySuite = new Map<string, Set<number>>();
  const repeated = new Set<number>();
  const keepExample = (conversation: number, suite: string | null, kind: LeakKind) => {
    if (examples.length < mostExamples) examples.push({ conversation, suite, kind });
  };
  for await (const { id, body } of bodiesOf(tx, learned)) {
    const whole = comparedText(body, "conversation");
    const fromTests = testGuard(whole);
    for (const { guarded } of fromTests) repeated.add(guarded);
    if (fromTests[0]) {
      ofTests.add(id);
      keepExample(id, null, fromTests[0].kind);
    }
    for (const text of new Set([whole, ...messageTexts(body)])) {
      for (const { guarded, kind } of suites.guard(text)) {
        const suite = suites.owners[guarded] ?? "";
        const rows = bySuite.get(suite) ?? new Set();
        if (!rows.has(id)) keepExample(id, suite, kind);
        bySuite.set(suite, rows.add(id));
      }
    }
  }
  const ofSuites = new Set([...bySuite.values()].flatMap((rows) => [...rows]));
  const all = new Set([...ofTests, ...ofSuites]);
  if (act === "refuse" && all.size > 0) throw refusal(learned.length, all.size, ofTests, bySuite);
  const template = ofTests.size > mostLeftOut * learned.length;
  const leftOut = act === "keep" ? new Set<number>() : template ? ofSuites : all;
  const own = new Set(tested);
  const leaks = {
    act,
    rows: all.size,
    leftOut: leftOut.size,
    tainted: leftOut === all ? 0 : [...repeated].filter((id) => own.has(id)).length,
    test: ofTests.size,
    suites: Object.fromEntries([...bySuite].map(([suite, rows]) => [suite, rows.size])),
    examples,
  };
  return { leaks, leftOut };
}

function refusal(
  learned: number,
  rows: number,
  ofTests: ReadonlySet<number>,
  bySuite: ReadonlyMap<string, ReadonlySet<number>>,
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
