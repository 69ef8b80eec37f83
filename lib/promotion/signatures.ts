import { and, eq } from "drizzle-orm";
import type { ProjectHandle } from "#db/handle.ts";
import { type GateRow, peopleWithRoles, signoffsOf } from "#db/queries/gate.ts";
import { run } from "#db/schema/runs.ts";
import { projectActs, projectRoles } from "../core/acts.ts";
import { requireVersion } from "../models/read-models.ts";
import {
  decideSignoffs,
  isAlone,
  type SignoffRule,
  type SignoffState,
} from "./decide-promotion.ts";
import { policyOf, requirePolicyById } from "./keep-policies.ts";

/** What the gate run's evidence keeps of its signatures; `livePass` reads `complete` and `required`. */
export type KeptSignoff = SignoffState & { required: number };

/** Who started the training of a version; for one that came from elsewhere, who registered it. */
async function trainerOf(handle: ProjectHandle, versionId: number): Promise<string | null> {
  const { model_version: version } = await requireVersion(handle, versionId);
  if (version.runId === null) return version.createdBy;
  const [row] = await handle.db
    .select({ createdBy: run.createdBy })
    .from(run)
    .where(and(eq(run.id, version.runId), eq(run.projectId, handle.projectId)));
  return row?.createdBy ?? version.createdBy;
}

/** The rule as it stands now: people of the project who may sign, and those who were allowed to when they did. */
export async function signoffRule(handle: ProjectHandle, gate: GateRow): Promise<SignoffRule> {
  const policy = policyOf(await requirePolicyById(handle, gate.policyId));
  const lowest = projectRoles.indexOf(projectActs["gate.sign"]);
  const people = await peopleWithRoles(handle, projectRoles.slice(lowest));
  const members = await peopleWithRoles(handle, projectRoles);
  const signed = (await signoffsOf(handle, gate.id)).map(({ userId }) => userId);
  return {
    required: policy.signoffs,
    trainer: await trainerOf(handle, gate.modelVersionId),
    signers: [...new Set([...people, ...signed])],
    members: members.length,
  };
}

/** Whether enough people have signed this gate run, and how many that is. */
export async function signoffState(handle: ProjectHandle, gate: GateRow): Promise<KeptSignoff> {
  const rule = await signoffRule(handle, gate);
  const state = decideSignoffs(await signoffsOf(handle, gate.id), gate, rule);
  return { ...state, required: isAlone(rule) ? 1 : rule.required };
}
