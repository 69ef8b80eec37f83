import { and, asc, desc, eq, inArray, sql } from "drizzle-orm";
import type { ProjectHandle } from "../handle.ts";
import { canary, evalResult, score, suite } from "../schema/trust.ts";

export type SuiteRow = typeof suite.$inferSelect;
export type ScoreRow = typeof score.$inferSelect;
export type EvalResultRow = typeof evalResult.$inferSelect;

/** The newest suite of each of these slugs in the project. */
export async function suitesBySlug(
  handle: ProjectHandle,
  slugs: readonly string[],
): Promise<SuiteRow[]> {
  if (slugs.length === 0) return [];
  return handle.db
    .selectDistinctOn([suite.slug])
    .from(suite)
    .where(and(eq(suite.projectId, handle.projectId), inArray(suite.slug, [...slugs])))
    .orderBy(suite.slug, desc(suite.id));
}

/** All suites of the project by slug, of each the newest content. */
export async function newestSuites(handle: ProjectHandle): Promise<SuiteRow[]> {
  return handle.db
    .selectDistinctOn([suite.slug])
    .from(suite)
    .where(eq(suite.projectId, handle.projectId))
    .orderBy(suite.slug, desc(suite.id));
}

/** One suite of the project by its content. */
export async function suiteByDigest(
  handle: ProjectHandle,
  slug: string,
  digest: string,
): Promise<SuiteRow | undefined> {
  const [row] = await handle.db
    .select()
    .from(suite)
    .where(
      and(eq(suite.projectId, handle.projectId), eq(suite.slug, slug), eq(suite.digest, digest)),
    );
  return row;
}

/** Where scores of one suite on one version in one run stand. */
export type ScorePlace = { runId: number; suiteId: number; modelVersionId: number };

const at = (handle: ProjectHandle, place: ScorePlace) =>
  and(
    eq(score.projectId, handle.projectId),
    eq(score.runId, place.runId),
    eq(score.suiteId, place.suiteId),
    eq(score.modelVersionId, place.modelVersionId),
  );

export function scoresAt(handle: ProjectHandle, place: ScorePlace): Promise<ScoreRow[]> {
  return handle.db.select().from(score).where(at(handle, place)).orderBy(asc(score.id));
}

/** Items that have their scores. An item's scores are written in one statement, so one of them stands for all. */
export async function scoredItems(handle: ProjectHandle, place: ScorePlace): Promise<Set<string>> {
  const rows = await handle.db
    .selectDistinct({ item: score.item })
    .from(score)
    .where(at(handle, place));
  return new Set(rows.map(({ item }) => item));
}

/** Takes failed calls of a run away, with all scores of their items, so that another attempt asks again. */
export async function dropFailedScores(handle: ProjectHandle, runId: number): Promise<void> {
  await handle.db.execute(sql`
    delete from score s using score f where f.run_id = ${runId} and f.project_id = ${handle.projectId} and f.value is null
      and s.run_id = f.run_id and s.suite_id = f.suite_id and s.model_version_id = f.model_version_id and s.item = f.item`);
}

/** Copies the scores of an earlier run: same suite, same version, same way of asking. */
export async function copyScores(
  handle: ProjectHandle,
  from: ScorePlace,
  to: ScorePlace,
): Promise<void> {
  await handle.db.execute(sql`
    insert into score (project_id, run_id, suite_id, model_version_id, item, "check", "group", template, value, detail)
    select project_id, ${to.runId}, ${to.suiteId}, ${to.modelVersionId}, item, "check", "group", template, value, detail
    from score where project_id = ${handle.projectId} and run_id = ${from.runId} and suite_id = ${from.suiteId}
      and model_version_id = ${from.modelVersionId} order by id
    on conflict do nothing`);
}

/** A finished measurement that was made in exactly this way, if there is one without failed calls. */
export async function earlierMeasurement(
  handle: ProjectHandle,
  workKey: string,
): Promise<EvalResultRow | undefined> {
  const [row] = await handle.db
    .select()
    .from(evalResult)
    .where(
      and(
        eq(evalResult.projectId, handle.projectId),
        sql`${evalResult.detail}->>'workKey' = ${workKey}`,
        sql`${evalResult.planned} = ${evalResult.n}`,
        sql`${evalResult.state} <> 'ERROR'`,
      ),
    )
    .orderBy(desc(evalResult.id))
    .limit(1);
  return row;
}

/** Canaries planted in these training runs, in order. */
export function canariesOf(handle: ProjectHandle, runIds: readonly number[]) {
  if (runIds.length === 0) return Promise.resolve([]);
  return handle.db
    .select()
    .from(canary)
    .where(and(eq(canary.projectId, handle.projectId), inArray(canary.runId, [...runIds])))
    .orderBy(asc(canary.runId), asc(canary.position));
}

/** Figures of evaluations, newest first; of one run or of one version. */
export function evalResults(
  handle: ProjectHandle,
  by: { runId?: number | undefined; modelVersionId?: number | undefined },
): Promise<EvalResultRow[]> {
  return handle.db
    .select()
    .from(evalResult)
    .where(
      and(
        eq(evalResult.projectId, handle.projectId),
        by.runId ? eq(evalResult.runId, by.runId) : undefined,
        by.modelVersionId ? eq(evalResult.modelVersionId, by.modelVersionId) : undefined,
      ),
    )
    .orderBy(desc(evalResult.runId), asc(evalResult.id))
    .limit(2000);
}

/** A version's line of parents, the version itself first. A cycle cannot be made, but is cut all the same. */
export async function versionLine(
  handle: ProjectHandle,
  versionId: number,
): Promise<{ id: number; runId: number | null; snapshotId: number | null }[]> {
  const rows = await handle.db.execute<{
    id: number;
    runId: number | null;
    snapshotId: number | null;
  }>(sql`
    with recursive line as (
      select id, run_id, snapshot_id, parent_id, 1 as depth from model_version
      where id = ${versionId} and project_id = ${handle.projectId}
      union all
      select v.id, v.run_id, v.snapshot_id, v.parent_id, line.depth + 1 from model_version v join line on v.id = line.parent_id
      where line.depth < 50
    ) select id::float8 as id, run_id::float8 as "runId", snapshot_id::float8 as "snapshotId" from line order by depth`);
  return [...rows];
}

export type FindingRow = {
  scoreId: number;
  runId: number;
  suite: string;
  suiteTitle: string;
  modelVersionId: number;
  model: string;
  item: string;
  check: string;
  group: string | null;
  detail: Record<string, unknown>;
  state: string;
  owner: string | null;
  ownerName: string | null;
  reason: string;
  at: Date;
};

const anyState = ["open", "resolved", "waived"];

/**
 * Items that came out against what their suite wants, each with its newest triage; without one it is open. A finding
 * is (version, suite, item, check): of several runs the newest score counts.
 */
export async function evalFindings(
  handle: ProjectHandle,
  by: {
    modelVersionId?: number | undefined;
    suite?: string | undefined;
    state?: string | undefined;
    before?: number | undefined;
    limit: number;
  },
): Promise<FindingRow[]> {
  const states = by.state ? [by.state] : anyState;
  const rows = await handle.db.execute<FindingRow>(sql`
    select * from (
      select distinct on (s.model_version_id, s.suite_id, s.item, s."check")
        s.id::float8 as "scoreId", s.run_id::float8 as "runId", u.slug as suite, u.title as "suiteTitle",
        s.model_version_id::float8 as "modelVersionId", m.name || '@' || v.number as model, s.item, s."check", s."group",
        s.detail, coalesce(t.state, 'open') as state, t.owner, p.name as "ownerName", coalesce(t.reason, '') as reason,
        s.created_at as at
      from score s join suite u on u.id = s.suite_id join model_version v on v.id = s.model_version_id
        join model m on m.id = v.model_id
        left join lateral (select * from triage where project_id = s.project_id and subject = 'score:' || s.id
          order by id desc limit 1) t on true
        left join "user" p on p.id = t.owner
      where s.project_id = ${handle.projectId}
        ${by.modelVersionId ? sql`and s.model_version_id = ${by.modelVersionId}` : sql``}
        ${by.suite ? sql`and u.slug = ${by.suite}` : sql``}
      order by s.model_version_id, s.suite_id, s.item, s."check", s.id desc
    ) newest
    where detail->>'good' = 'false' and state in ${states} ${by.before ? sql`and "scoreId" < ${by.before}` : sql``}
    order by "scoreId" desc limit ${by.limit}`);
  return [...rows];
}

export type ItemRow = {
  item: string;
  group: string | null;
  template: string | null;
  value: number | null;
  detail: Record<string, unknown>;
  answer: string | null;
};

/** Items behind one figure, failing ones first, with the answer where one was written. */
export async function itemsBehind(
  handle: ProjectHandle,
  place: ScorePlace,
  by: { check: string; item?: string | undefined; offset: number; limit: number },
): Promise<ItemRow[]> {
  const rows = await handle.db.execute<ItemRow>(sql`
    select s.item, s."group", s.template, s.value, s.detail, a.detail->>'text' as answer
    from score s left join score a on a.run_id = s.run_id and a.suite_id = s.suite_id
      and a.model_version_id = s.model_version_id and a.item = s.item and a."check" = 'answer'
    where s.project_id = ${handle.projectId} and s.run_id = ${place.runId} and s.suite_id = ${place.suiteId}
      and s.model_version_id = ${place.modelVersionId} and s."check" = ${by.check}
      ${by.item === undefined ? sql`` : sql`and s.item = ${by.item}`}
    order by (s.value is null) desc, (s.detail->>'good' = 'false') desc nulls last, abs(coalesce(s.value, 0)) desc, s.id
    limit ${by.limit} offset ${by.offset}`);
  return [...rows];
}
