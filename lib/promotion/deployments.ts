import { inArray, sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import {
  changeDeployment,
  type DeploymentRow,
  deploymentEvents,
  deploymentRows,
  recordEvent,
} from "#db/queries/deployments.ts";
import { user } from "#db/schema/access.ts";
import { deployment } from "#db/schema/trust.ts";
import { audit } from "../access/audit.ts";
import { slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { samplingSchema } from "../core/sampling.ts";
import { canonicalJson } from "../datasets/formats/canonical-json.ts";
import { requireVersion } from "../models/read-models.ts";
import { defineOperation } from "../operation.ts";
import { publish } from "../runs/events.ts";
import { changedMeanwhile, requireDeployment } from "./find-deployment.ts";
import { requirePolicy } from "./keep-policies.ts";
import { livePass } from "./live-pass.ts";
import { lastClean } from "./roll-back.ts";

export const trafficKinds = ["off", "metadata", "full"] as const;

export const deploymentOutput = z.object({
  id: z.number(),
  name: z.string(),
  live: z
    .object({
      version: z.number(),
      model: z.string(),
      gate: z.number().nullable(),
      profile: z.string().nullable(),
      stamp: z.string().nullable(),
      /** Whether the endpoint serves it now. */
      served: z.boolean(),
    })
    .nullable(),
  policy: z.string().nullable(),
  profile: z.string().nullable(),
  system: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  traffic: z.string(),
  trafficDays: z.number(),
  stoppedAt: z.string().nullable(),
  stopReason: z.string().nullable(),
  revision: z.number(),
  createdAt: z.string(),
});

type LiveRow = {
  id: number;
  policy: string | null;
  profile: string | null;
  version: number | null;
  model: string | null;
  gate: number | null;
  gateProfile: string | null;
  stamp: string | null;
  served: boolean | null;
};

/** Deployments with what is live in them and whether the endpoint's rule holds for it now. */
export async function deploymentViews(
  handle: ProjectHandle,
  rows: readonly DeploymentRow[],
): Promise<z.input<typeof deploymentOutput>[]> {
  const live = await handle.db.execute<LiveRow>(sql`
    select d.id::float8 as id, p.name as policy, p.profile, v.id::float8 as version, m.name || '@' || v.number as model,
      g.id::float8 as gate, gp.profile as "gateProfile", g.evidence->'signoff'->>'stamp' as stamp,
      (d.stopped_at is null and ${livePass}) as served
    from deployment d left join policy p on p.id = d.policy_id left join model_version v on v.id = d.live_version_id
      left join model m on m.id = v.model_id left join gate_run g on g.id = d.live_gate_run_id
      left join policy gp on gp.id = g.policy_id
    where d.project_id = ${handle.projectId}`);
  const byId = new Map(live.map((row) => [row.id, row]));
  return rows.map((row) => {
    const now = byId.get(row.id);
    const { id, name, system, parameters, traffic, trafficDays, stopReason, revision } = row;
    return {
      id,
      name,
      live:
        now?.version && now.model
          ? {
              version: now.version,
              model: now.model,
              gate: now.gate,
              profile: now.gateProfile,
              stamp: now.stamp,
              served: now.served === true,
            }
          : null,
      policy: now?.policy ?? null,
      profile: now?.profile ?? null,
      system,
      parameters,
      traffic,
      trafficDays,
      stoppedAt: row.stoppedAt?.toISOString() ?? null,
      stopReason,
      revision,
      createdAt: row.createdAt.toISOString(),
    };
  });
}

async function view(handle: ProjectHandle, nameOrId: string) {
  const [one] = await deploymentViews(handle, [await requireDeployment(handle, nameOrId)]);
  if (!one) throw new TypeError("a deployment has no view");
  return one;
}

const deploymentName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "Small letters, digits, dots, hyphens and underscores.")
  .refine((name) => !/^\d+$/.test(name), "A name of digits only would read as a number.")
  .refine(
    (name) => !["gates", "policies"].includes(name),
    "This name is taken by a page. Choose another.",
  );

const settings = {
  system: z.string().max(20_000),
  parameters: samplingSchema,
  traffic: z.enum(trafficKinds),
  trafficDays: z.coerce.number().int().min(1).max(3650),
  policy: z.string().min(1).max(64),
};

export const createDeployment = defineOperation({
  name: "deployments.create",
  summary: "Create a deployment: the name that the endpoint serves, with its policy",
  method: "POST",
  path: "/projects/{project}/deployments",
  input: z.strictObject({
    project: slugSchema,
    name: deploymentName,
    policy: settings.policy.default("internal"),
    system: settings.system.default(""),
    parameters: settings.parameters.default({ temperature: 0 }),
    traffic: settings.traffic.default("metadata"),
    trafficDays: settings.trafficDays.default(30),
  }),
  output: deploymentOutput,
  allow: { project: "deployment.manage" },
  positionals: ["name"],
  run: async ({ handle }, { project: _project, policy: policyName, ...given }) => {
    const policy = await requirePolicy(handle, policyName);
    await handle.transaction(async (tx) => {
      const [made] = await tx.db
        .insert(deployment)
        .values({ ...given, projectId: tx.projectId, policyId: policy.id, createdBy: tx.userId })
        .onConflictDoNothing()
        .returning({ id: deployment.id });
      if (!made) {
        throw new AssayError(
          "conflict",
          `There is a deployment “${given.name}” already. Choose another name.`,
        );
      }
      await recordEvent(tx, { deploymentId: made.id, act: "create" });
      await audit(
        tx.db,
        tx.actor,
        "deployments.create",
        { deployment: made.id, policy: policy.hash },
        { projectId: tx.projectId },
      );
    });
    return view(handle, given.name);
  },
});

export const listDeployments = defineOperation({
  name: "deployments.list",
  summary: "Deployments of a project with what is live",
  method: "GET",
  path: "/projects/{project}/deployments",
  input: z.strictObject({ project: slugSchema }),
  output: z.object({ deployments: z.array(deploymentOutput) }),
  allow: { project: "gate.read" },
  run: async ({ handle }) => ({
    deployments: await deploymentViews(handle, await deploymentRows(handle)),
  }),
});

const eventOutput = z.object({
  id: z.number(),
  act: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  gate: z.number().nullable(),
  reason: z.string(),
  by: z.string().nullable(),
  at: z.string(),
});

/** What was live when, and by whose decision; newest first. */
async function history(
  handle: ProjectHandle,
  deploymentId: number,
): Promise<z.input<typeof eventOutput>[]> {
  const events = await deploymentEvents(handle, deploymentId);
  const versions = events.flatMap((one) => [one.fromVersionId, one.toVersionId]);
  const ids = [...new Set(versions.filter((id): id is number => id !== null))];
  const names = new Map<number, string>();
  if (ids.length > 0) {
    const rows = await handle.db.execute<{ id: number; name: string }>(sql`
      select v.id::float8 as id, m.name || '@' || v.number as name from model_version v join model m on m.id = v.model_id
      where v.project_id = ${handle.projectId} and v.id in ${ids}`);
    for (const row of rows) names.set(row.id, row.name);
  }
  const people = [...new Set(events.flatMap(({ createdBy }) => (createdBy ? [createdBy] : [])))];
  const users =
    people.length === 0
      ? []
      : await handle.db
          .select({ id: user.id, name: user.name })
          .from(user)
          .where(inArray(user.id, people));
  const who = new Map(users.map((row) => [row.id, row.name]));
  return events.map((one) => ({
    id: one.id,
    act: one.act,
    from: one.fromVersionId === null ? null : (names.get(one.fromVersionId) ?? null),
    to: one.toVersionId === null ? null : (names.get(one.toVersionId) ?? null),
    gate: one.gateRunId,
    reason: one.reason,
    by: one.createdBy === null ? null : (who.get(one.createdBy) ?? one.createdBy),
    at: one.createdAt.toISOString(),
  }));
}

async function nameOfVersion(handle: ProjectHandle, id: number): Promise<string> {
  const { model, model_version: version } = await requireVersion(handle, id);
  return `${model.name}@${version.number}`;
}

export const showDeployment = defineOperation({
  name: "deployments.show",
  summary: "One deployment with its history",
  method: "GET",
  path: "/projects/{project}/deployments/{deployment}",
  input: z.strictObject({ project: slugSchema, deployment: z.string().min(1).max(200) }),
  output: deploymentOutput.extend({
    history: z.array(eventOutput),
    /** What a rollback would make live; null when no earlier version's gate run holds. */
    rollback: z.string().nullable(),
  }),
  allow: { project: "gate.read" },
  positionals: ["deployment"],
  run: async ({ handle }, input) => {
    const row = await requireDeployment(handle, input.deployment);
    const one = await view(handle, String(row.id));
    const clean = await lastClean(handle, row);
    const rollback = clean ? await nameOfVersion(handle, clean.versionId) : null;
    return { ...one, history: await history(handle, one.id), rollback };
  },
});

/**
 * Changes a deployment's settings. System prompt and parameters are part of what was measured: changing them voids
 * the gate runs of this deployment, so that it stops answering until a new one passes; that must be said (`ungate`).
 */
export const updateDeployment = defineOperation({
  name: "deployments.update",
  summary: "Change a deployment's system prompt, parameters, kept traffic or policy",
  method: "POST",
  path: "/projects/{project}/deployments/{deployment}",
  input: z.strictObject({
    project: slugSchema,
    deployment: z.string().min(1).max(200),
    revision: z.coerce.number().int().min(1).optional(),
    system: settings.system.optional(),
    parameters: settings.parameters.optional(),
    traffic: settings.traffic.optional(),
    trafficDays: settings.trafficDays.optional(),
    policy: settings.policy.optional(),
    ungate: z.boolean().default(false).meta({
      description: "Accept that a live deployment stops answering until it is gated again",
    }),
  }),
  output: deploymentOutput,
  allow: { project: "deployment.manage" },
  positionals: ["deployment"],
  run: async ({ handle }, input) => {
    const now = await requireDeployment(handle, input.deployment);
    const policy =
      input.policy === undefined ? undefined : await requirePolicy(handle, input.policy);
    const { system = now.system, parameters = now.parameters } = input;
    const answersChange =
      system !== now.system || canonicalJson(parameters) !== canonicalJson(now.parameters);
    if (answersChange && now.liveVersionId !== null && !input.ungate) {
      throw new AssayError(
        "precondition_failed",
        "System prompt and parameters are part of what the gate measured. Changing them stops this deployment until a new gate run passes. Nothing was changed; confirm that to go on.",
      );
    }
    await handle.transaction(async (tx) => {
      const changed = await changeDeployment(tx, now.id, input.revision ?? now.revision, {
        system,
        parameters,
        traffic: input.traffic ?? now.traffic,
        trafficDays: input.trafficDays ?? now.trafficDays,
        ...(policy ? { policyId: policy.id } : {}),
      });
      if (!changed) throw changedMeanwhile();
      let voided = 0;
      if (answersChange) {
        const rows = await tx.db.execute(sql`
          update gate_run set voided_at = now(), void_reason = 'The deployment''s system prompt or parameters were changed.'
          where deployment_id = ${now.id} and project_id = ${tx.projectId} and voided_at is null returning id`);
        voided = rows.length;
      }
      await recordEvent(tx, {
        deploymentId: now.id,
        act: "settings",
        fromVersionId: now.liveVersionId,
        toVersionId: now.liveVersionId,
        reason: answersChange
          ? "System prompt or parameters changed; gated anew before it answers."
          : "",
      });
      await audit(
        tx.db,
        tx.actor,
        "deployments.update",
        { deployment: now.id, voided, policy: policy?.hash },
        { projectId: tx.projectId },
      );
      await publish(tx.db, `deployment:${now.id}`, true);
    });
    return view(handle, String(now.id));
  },
});
