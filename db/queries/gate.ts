import { and, asc, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import type { ProjectHandle } from "../handle.ts";
import { projectMember, user } from "../schema/access.ts";
import { deployment, gateRun, policy, signoff, waiver } from "../schema/trust.ts";

export type GateRow = typeof gateRun.$inferSelect;
export type PolicyRow = typeof policy.$inferSelect;
export type SignoffRow = typeof signoff.$inferSelect & { userName: string | null };
export type WaiverRow = typeof waiver.$inferSelect;

export async function gateById(handle: ProjectHandle, id: number): Promise<GateRow | undefined> {
  const [row] = await handle.db
    .select()
    .from(gateRun)
    .where(and(eq(gateRun.id, id), eq(gateRun.projectId, handle.projectId)));
  return row;
}

/** The same, locked until the transaction ends. */
export async function lockGate(tx: ProjectHandle, id: number): Promise<GateRow | undefined> {
  const [row] = await tx.db
    .select()
    .from(gateRun)
    .where(and(eq(gateRun.id, id), eq(gateRun.projectId, tx.projectId)))
    .for("update");
  return row;
}

export function gatesOf(
  handle: ProjectHandle,
  by: { deploymentId?: number | undefined; limit: number },
): Promise<GateRow[]> {
  return handle.db
    .select()
    .from(gateRun)
    .where(
      and(
        eq(gateRun.projectId, handle.projectId),
        by.deploymentId ? eq(gateRun.deploymentId, by.deploymentId) : undefined,
      ),
    )
    .orderBy(desc(gateRun.id))
    .limit(by.limit);
}

export async function signoffsOf(handle: ProjectHandle, gateRunId: number): Promise<SignoffRow[]> {
  const rows = await handle.db
    .select()
    .from(signoff)
    .leftJoin(user, eq(user.id, signoff.userId))
    .where(and(eq(signoff.gateRunId, gateRunId), eq(signoff.projectId, handle.projectId)))
    .orderBy(asc(signoff.id));
  return rows.map((row) => ({ ...row.signoff, userName: row.user?.name ?? null }));
}

export function waiversOf(handle: ProjectHandle, gateRunId: number): Promise<WaiverRow[]> {
  return handle.db
    .select()
    .from(waiver)
    .where(and(eq(waiver.gateRunId, gateRunId), eq(waiver.projectId, handle.projectId)))
    .orderBy(asc(waiver.id));
}

/** Real, enabled people with one of these roles in the project. */
export async function peopleWithRoles(
  handle: ProjectHandle,
  roles: readonly string[],
): Promise<string[]> {
  const rows = await handle.db
    .select({ id: user.id })
    .from(projectMember)
    .innerJoin(user, eq(user.id, projectMember.userId))
    .where(
      and(
        eq(projectMember.projectId, handle.projectId),
        inArray(projectMember.role, [...roles]),
        isNull(user.disabledAt),
        eq(user.simulated, false),
      ),
    );
  return rows.map(({ id }) => id);
}

export async function isSimulated(handle: ProjectHandle, userId: string): Promise<boolean> {
  const [row] = await handle.db
    .select({ simulated: user.simulated })
    .from(user)
    .where(eq(user.id, userId));
  return row?.simulated ?? true;
}

/** Newest policy of each name. */
export function currentPolicies(handle: ProjectHandle): Promise<PolicyRow[]> {
  return handle.db
    .selectDistinctOn([policy.name])
    .from(policy)
    .where(eq(policy.projectId, handle.projectId))
    .orderBy(policy.name, desc(policy.id));
}

export async function policyById(
  handle: ProjectHandle,
  id: number,
): Promise<PolicyRow | undefined> {
  const [row] = await handle.db
    .select()
    .from(policy)
    .where(and(eq(policy.id, id), eq(policy.projectId, handle.projectId)));
  return row;
}

/**
 * After an edit: deployments follow to the new row, and gate runs under the older ones are void, but for those that
 * were promoted: what people decided under the earlier policy stands until the next gate run. Returns how many are void.
 */
export async function replacePolicy(tx: ProjectHandle, row: PolicyRow): Promise<number> {
  const older = sql`(select id from policy where project_id = ${tx.projectId} and name = ${row.name} and id <> ${row.id})`;
  await tx.db
    .update(deployment)
    .set({ policyId: row.id, revision: sql`revision + 1` })
    .where(and(eq(deployment.projectId, tx.projectId), sql`policy_id in ${older}`));
  const voided = await tx.db.execute(sql`
    update gate_run g set voided_at = now(), void_reason = 'The policy was edited.'
    where g.project_id = ${tx.projectId} and g.voided_at is null and g.policy_id in ${older}
      and not exists (select 1 from deployment_event e where e.gate_run_id = g.id and e.act = 'promote')
    returning g.id`);
  return voided.length;
}

export type PairedVoteRow = { prompt: string; value: 0 | 0.5 | 1 };

/** Votes of real people between two versions, seen from the first: 1 it won, ½ neither, 0 it lost. */
export async function votesBetween(
  handle: ProjectHandle,
  candidateId: number,
  championId: number,
): Promise<PairedVoteRow[]> {
  const rows = await handle.db.execute<{ prompt: string; value: number }>(sql`
    select p.prompt_id::text as prompt, case when v.choice in ('tie', 'bad') then 0.5
      when (v.choice = 'a') = (a.model_version_id = ${candidateId}) then 1 else 0 end::float8 as value
    from vote v join pair p on p.id = v.pair_id
      join response a on a.id = p.response_a join response b on b.id = p.response_b
      join "user" u on u.id = v.rater_id
    where v.project_id = ${handle.projectId} and v.superseded_at is null and not u.simulated
      and ((a.model_version_id = ${candidateId} and b.model_version_id = ${championId})
        or (a.model_version_id = ${championId} and b.model_version_id = ${candidateId}))
    order by v.id`);
  return rows.map(({ prompt, value }) => ({ prompt, value: value as 0 | 0.5 | 1 }));
}
