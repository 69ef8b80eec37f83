import { sql } from "drizzle-orm";
import type { Database, Db } from "#db/client.ts";
import type { Actor } from "#db/handle.ts";
import { deploymentEvent } from "#db/schema/trust.ts";
import { audit } from "../access/audit.ts";
import { publish } from "../runs/events.ts";
import { livePass } from "./live-pass.ts";

/** Nobody's act: the instance keeps a promise that a person made when they waived. */
const instance: Actor = { principal: { kind: "anonymous" }, door: "system" };

type Expired = {
  id: number;
  projectId: number;
  liveVersionId: number;
  liveGateRunId: number;
  checks: string;
};

export type FallBack = { deployment: number; from: number; to: number | null };

/**
 * Deployments whose live version rested on a waiver that ran out go back to the last clean version: the newest that was
 * promoted there, was never left by a rollback, and whose gate run holds now. Without one the pointer stays, the
 * endpoint refuses (it asks the same rule), and the history says so once. One transaction a deployment; doing it again,
 * or from two workers at once, changes nothing more.
 */
export async function fallBackFromExpiredWaivers(database: Database): Promise<FallBack[]> {
  const due = await expired(database.db);
  const done: FallBack[] = [];
  for (const { id } of due) {
    const moved = await database.db.transaction(async (tx) => {
      await tx.execute(sql`select 1 from deployment where id = ${id} for update`);
      const [still] = await expired(tx, id);
      return still && fallBack(tx, still);
    });
    if (moved) done.push(moved);
  }
  return done;
}

function expired(db: Db, only?: number): Promise<Expired[]> {
  return db.execute<Expired>(sql`
    select d.id::float8 as id, d.project_id::float8 as "projectId", d.live_version_id::float8 as "liveVersionId",
      d.live_gate_run_id::float8 as "liveGateRunId", string_agg(c->>'id', ', ') as checks
    from deployment d join gate_run g on g.id = d.live_gate_run_id, jsonb_array_elements(g.checks) c
    where d.live_version_id is not null and (${only ?? null}::bigint is null or d.id = ${only ?? null}::bigint)
      and jsonb_typeof(c->'waiver') = 'object' and (c->'waiver'->>'expiresAt')::timestamptz <= now()
      and not exists (select 1 from deployment_event e where e.deployment_id = d.id and e.act = 'expired'
        and e.gate_run_id = g.id and e.to_version_id = d.live_version_id)
    group by d.id order by d.id`);
}

async function fallBack(tx: Db, from: Expired): Promise<FallBack> {
  const clean = await cleanVersion(tx, from);
  if (clean) {
    await tx.execute(sql`
      update deployment set live_version_id = ${clean.versionId}, live_gate_run_id = ${clean.gateRunId},
        revision = revision + 1 where id = ${from.id}`);
  }
  const to = clean?.versionId ?? from.liveVersionId;
  await tx.insert(deploymentEvent).values({
    projectId: from.projectId,
    deploymentId: from.id,
    act: clean ? "rollback" : "expired",
    fromVersionId: from.liveVersionId,
    toVersionId: to,
    gateRunId: clean?.gateRunId ?? from.liveGateRunId,
    reason: clean
      ? `The waiver of ${from.checks} ran out.`
      : `The waiver of ${from.checks} ran out and no earlier version holds, so nothing is served. Gate and promote a version.`,
  });
  const target = { deployment: from.id, from: from.liveVersionId, to: clean?.versionId ?? null };
  await audit(tx, instance, "waiver.expired", target, { projectId: from.projectId });
  await publish(tx, `deployment:${from.id}`, true);
  return { deployment: from.id, from: from.liveVersionId, to: clean?.versionId ?? null };
}

async function cleanVersion(
  tx: Db,
  from: Expired,
): Promise<{ versionId: number; gateRunId: number } | undefined> {
  const [row] = await tx.execute<{ versionId: number; gateRunId: number }>(sql`
    select v.id::float8 as "versionId", g.id::float8 as "gateRunId"
    from deployment_event e join gate_run g on g.id = e.gate_run_id and g.deployment_id = e.deployment_id
      join model_version v on v.id = e.to_version_id and v.project_id = e.project_id
    where e.deployment_id = ${from.id} and e.act = 'promote' and v.id <> ${from.liveVersionId} and v.servable
      and not exists (select 1 from deployment_event left_from
        where left_from.deployment_id = e.deployment_id and left_from.act = 'rollback'
          and left_from.from_version_id = v.id)
      and ${livePass}
    order by e.id desc limit 1`);
  return row;
}
