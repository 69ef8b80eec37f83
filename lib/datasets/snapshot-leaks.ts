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
/** From here on the exams were made from the same template as the data, and leaving it out leaves nothing to learn. */
const mostLeftOut = 0.5;

/**
 * Looks at each row of the training side: does it repeat a conversation on a test side (of this snapshot or of an earlier
 * one of the project) or a prompt of one of the project's suites, as the leak guard tells it? Suites are held against
 * its messages and against it as a whole, test sides against it as a whole, system messages left out. Throws
 * precondition_failed where leaks are refused, or where leaving them out would leave too little.
 */
export async function findLeaks(
  tx: ProjectHandle,
  learned: readonly number[],
  tested: readonly number[],
  act: LeakAct,
): Promise<{ leaks: SnapshotLeaks; rows: ReadonlySet<number> }> {
  const testGuard = await guardTestSides(tx, tested);
  const { owners, guard: suiteGuard } = await guardSuites(tx);
  const leaks: SnapshotLeaks = { act, rows: 0, test: 0, suites: {}, examples: [] };
  const rows = new Set<number>();
  for await (const { id, body } of bodiesOf(tx, learned)) {
    const found = new Map<string | null, LeakKind>();
    const whole = comparedText(body, "conversation");
    for (const { kind } of testGuard(whole)) found.set(null, kind);
    for (const text of new Set([whole, ...messageTexts(body)])) {
      for (const { guarded, kind } of suiteGuard(text)) found.set(owners[guarded] ?? "", kind);
    }
    if (found.size === 0) continue;
    rows.add(id);
    for (const [suite, kind] of found) {
      if (suite === null) leaks.test += 1;
      else leaks.suites[suite] = (leaks.suites[suite] ?? 0) + 1;
      if (leaks.examples.length < mostExamples) {
        leaks.examples.push({ conversation: id, suite, kind });
      }
    }
  }
  leaks.rows = rows.size;
  if (act !== "keep") refuseLeaks(leaks, learned.length);
  return { leaks, rows };
}

function refuseLeaks({ act, rows, test, suites }: SnapshotLeaks, learned: number): void {
  const exams = [
    ...(test > 0 ? [`the test side (${test})`] : []),
    ...Object.entries(suites).map(([suite, count]) => `suite ${suite} (${count})`),
  ].join(", ");
  const said = `${rows} of ${learned} rows to learn from repeat ${exams}.`;
  if (act === "refuse" && rows > 0) {
    throw new AssayError(
      "precondition_failed",
      `${said} Nothing was frozen. Remove these rows, or let the snapshot leave them out.`,
      { rows, test, suites },
    );
  }
  if (act === "leave-out" && rows > mostLeftOut * learned) {
    throw new AssayError(
      "precondition_failed",
      `${said} Without them too little is left to learn from, and nothing was frozen. Remove near-duplicates with a recipe first, or keep these rows: scores then say that they are tainted.`,
      { rows, test, suites },
    );
  }
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
