import { and, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { deploymentRows } from "#db/queries/deployments.ts";
import { evalResults } from "#db/queries/evals.ts";
import { type GateRow, gatesOf, policyById, signoffsOf } from "#db/queries/gate.ts";
import { user } from "#db/schema/access.ts";
import { run as runTable } from "#db/schema/runs.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { resultOutput, resultViews } from "../evals/read-evaluations.ts";
import { requireVersion } from "../models/read-models.ts";
import { defineOperation } from "../operation.ts";
import { type CheckResult, checkStates } from "./decide-input.ts";
import { waiverRefusal } from "./decide-waivers.ts";
import { requireDeployment, requireGate } from "./find-deployment.ts";
import { evidenceOf } from "./gate-evidence.ts";
import { policyOf, requirePolicyById } from "./keep-policies.ts";
import type { Measure, Policy } from "./policy.ts";
import { promotionOf } from "./promote-version.ts";
import { signoffOutput } from "./sign-gate.ts";
import { signoffState } from "./signatures.ts";
import { type Change, versionChanges } from "./version-changes.ts";

const gateOutput = z.object({
  id: z.number(),
  run: z.number().nullable(),
  runState: z.string().nullable(),
  deployment: z.string(),
  deploymentId: z.number(),
  model: z.string(),
  modelVersionId: z.number(),
  champion: z.string().nullable(),
  policy: z.string(),
  profile: z.string(),
  policyHash: z.string(),
  artefactDigest: z.string(),
  seed: z.number(),
  attempt: z.number(),
  verdict: z.string().nullable(),
  voidReason: z.string().nullable(),
  createdAt: z.string(),
  decidedAt: z.string().nullable(),
});

async function gateViews(
  handle: ProjectHandle,
  rows: readonly GateRow[],
): Promise<z.input<typeof gateOutput>[]> {
  const deployments = new Map((await deploymentRows(handle)).map((row) => [row.id, row.name]));
  const runIds = rows.flatMap(({ runId }) => (runId === null ? [] : [runId]));
  const runs =
    runIds.length === 0
      ? []
      : await handle.db
          .select({ id: runTable.id, state: runTable.state })
          .from(runTable)
          .where(and(eq(runTable.projectId, handle.projectId), inArray(runTable.id, runIds)));
  const states = new Map(runs.map((row) => [row.id, row.state]));
  const name = async (id: number) => {
    const { model, model_version: version } = await requireVersion(handle, id);
    return `${model.name}@${version.number}`;
  };
  return Promise.all(
    rows.map(async (row) => {
      const policy = await policyById(handle, row.policyId);
      return {
        id: row.id,
        run: row.runId,
        runState: row.runId === null ? null : (states.get(row.runId) ?? null),
        deployment: deployments.get(row.deploymentId) ?? "",
        deploymentId: row.deploymentId,
        model: await name(row.modelVersionId),
        modelVersionId: row.modelVersionId,
        champion: row.championId === null ? null : await name(row.championId),
        policy: policy ? policyOf(policy).title : "",
        profile: policy?.profile ?? "",
        policyHash: row.policyHash,
        artefactDigest: row.artefactDigest,
        seed: row.seed,
        attempt: row.attempt,
        verdict: row.verdict,
        voidReason: row.voidedAt ? (row.voidReason ?? "Void.") : null,
        createdAt: row.createdAt.toISOString(),
        decidedAt: row.decidedAt?.toISOString() ?? null,
      };
    }),
  );
}

export const listGates = defineOperation({
  name: "gate.list",
  summary: "Gate runs of a project or of one deployment, the newest first",
  method: "GET",
  path: "/projects/{project}/gates",
  input: z.strictObject({
    project: slugSchema,
    deployment: z.string().max(200).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  output: z.object({ gates: z.array(gateOutput) }),
  allow: { project: "gate.read" },
  run: async ({ handle }, { deployment, limit }) => {
    const one = deployment === undefined ? undefined : await requireDeployment(handle, deployment);
    const rows = await gatesOf(handle, { deploymentId: one?.id, limit });
    return { gates: await gateViews(handle, rows) };
  },
});

const number = z.number().nullable();
const checkOutput = z.object({
  id: z.string(),
  title: z.string(),
  tier: z.string(),
  hard: z.boolean(),
  blocks: z.boolean(),
  state: z.enum(checkStates),
  value: number,
  low: number,
  high: number,
  n: z.number(),
  planned: z.number(),
  line: number,
  needed: number,
  reason: z.string(),
  /** What the check measures, for drawing it against its line. */
  kind: z.string(),
  /** Suites whose items stand behind the figure, and the check of them. */
  behind: z.array(z.object({ suite: z.string(), title: z.string(), check: z.string() })),
  waiver: z
    .object({
      owner: z.string(),
      ownerName: z.string(),
      reason: z.string(),
      expiresAt: z.string(),
    })
    .nullable(),
  /** Why it cannot be waived; null when it can. */
  waiverRefusal: z.string().nullable(),
});

const showOutput = gateOutput.extend({
  level: z.number().nullable(),
  checks: z.array(checkOutput),
  signatures: z.array(
    z.object({ user: z.string(), name: z.string(), comment: z.string(), at: z.string() }),
  ),
  signoff: signoffOutput,
  promotion: z.object({ allowed: z.boolean(), reasons: z.array(z.string()) }),
  live: z.boolean(),
  /** Days that a waiver may hold at most. */
  waiverDays: z.number(),
  system: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  results: z.array(resultOutput),
  changes: z.array(z.object({ what: z.string(), from: z.string(), to: z.string() })),
});

export const showGate = defineOperation({
  name: "gate.show",
  summary:
    "One gate run: its checks, what is missing, signatures, and what changed against the champion",
  method: "GET",
  path: "/projects/{project}/gates/{gate}",
  input: z.strictObject({ project: slugSchema, gate: idSchema }),
  output: showOutput,
  allow: { project: "gate.read" },
  positionals: ["gate"],
  run: async ({ handle }, input) => {
    const row = await requireGate(handle, input.gate);
    const [view] = await gateViews(handle, [row]);
    if (!view) throw new TypeError("a gate run has no view");
    const signatures = await signoffsOf(handle, row.id);
    const promotion = await promotionOf(handle, row);
    const deployment = await requireDeployment(handle, String(row.deploymentId));
    const results = await resultViews(
      handle,
      row.runId === null ? [] : await evalResults(handle, { runId: row.runId }),
    );
    const policy = policyOf(await requirePolicyById(handle, row.policyId));
    const changes: Change[] =
      row.championId === null
        ? []
        : await versionChanges(handle, row.championId, row.modelVersionId);
    const { system, parameters } = evidenceOf(row);
    return {
      ...view,
      level: typeof row.evidence?.level === "number" ? row.evidence.level : null,
      checks: await checkViews(handle, row, policy, results),
      signatures: signatures.map((one) => ({
        user: one.userId,
        name: one.userName ?? one.userId,
        comment: one.comment,
        at: one.createdAt.toISOString(),
      })),
      signoff: await signoffState(handle, row),
      promotion: { allowed: promotion.allowed, reasons: promotion.reasons },
      live: deployment.liveGateRunId === row.id,
      waiverDays: policy.waiverDays,
      system,
      parameters,
      results,
      changes,
    };
  },
});

type Figure = z.input<typeof resultOutput>;

/** The checks of a decided gate run, each with the items that stand behind it. */
async function checkViews(
  handle: ProjectHandle,
  row: GateRow,
  policy: Policy,
  figures: readonly Figure[],
): Promise<z.input<typeof checkOutput>[]> {
  const byId = new Map(policy.checks.map((check) => [check.id, check]));
  const results = (row.checks ?? []) as unknown as CheckResult[];
  const own = figures.filter(({ modelVersionId }) => modelVersionId === row.modelVersionId);
  const owners = await userNames(
    handle,
    results.flatMap(({ waiver }) => (waiver ? [waiver.owner] : [])),
  );
  return results.map(({ detail, waiver, ...result }) => {
    const check = byId.get(result.id);
    return {
      ...result,
      waiver: waiver && { ...waiver, ownerName: owners.get(waiver.owner) ?? waiver.owner },
      kind: check?.measure.kind ?? "lock",
      behind: check ? itemsOf(check.measure, detail, own) : [],
      waiverRefusal: check
        ? (waiverRefusal(check, result.state) ?? null)
        : "The lock is never waived.",
    };
  });
}

/** Suites whose items a check was computed from, as far as they have figures of this version. */
function itemsOf(measure: Measure, detail: Record<string, unknown>, figures: readonly Figure[]) {
  // Checks over all suites say in their detail which ones they read.
  const read = Array.isArray(detail?.suites) ? (detail.suites as { suite: string }[]) : [];
  const suites =
    "targets" in measure ? measure.targets : "suite" in measure ? [{ suite: measure.suite }] : read;
  return suites.flatMap(({ suite }) => {
    const own = figures.filter((one) => one.suite === suite);
    const figure = own.find(({ check }) => check === scoreCheck(measure)) ?? own[0];
    return figure ? [{ suite, title: figure.suiteTitle, check: figure.check }] : [];
  });
}

async function userNames(handle: ProjectHandle, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, string>();
  const rows = await handle.db
    .select({ id: user.id, name: user.name })
    .from(user)
    .where(inArray(user.id, [...ids]));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Under which name the items behind a measure have their scores. */
function scoreCheck(measure: { kind: string; check?: string }): string {
  switch (measure.kind) {
    case "rate":
      return measure.check ?? "answer";
    case "canaries":
      return "exposure";
    case "group-gap":
    case "ties":
      return "gap";
    case "one-answer":
      return "one-answer";
    case "bbq":
      return "choice";
    case "perplexity":
      return "log-likelihood";
    default:
      return "answer";
  }
}
