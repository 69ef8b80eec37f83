import { and, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { evalFindings } from "#db/queries/evals.ts";
import { projectMember } from "#db/schema/access.ts";
import { triage } from "#db/schema/datasets.ts";
import { score } from "#db/schema/trust.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { findVersion } from "../models/read-models.ts";
import { defineOperation } from "../operation.ts";

export const triageStates = ["open", "resolved", "waived"] as const;

const findingOutput = z.object({
  score: z.number(),
  run: z.number(),
  suite: z.string(),
  suiteTitle: z.string(),
  modelVersionId: z.number(),
  model: z.string(),
  item: z.string(),
  check: z.string(),
  group: z.string().nullable(),
  state: z.enum(triageStates),
  owner: z.string().nullable(),
  ownerName: z.string().nullable(),
  reason: z.string(),
  at: z.string(),
});

export const listFindings = defineOperation({
  name: "findings.list",
  summary: "Items of evaluations that came out against what their suite wants",
  method: "GET",
  path: "/projects/{project}/evaluations/findings",
  input: z.strictObject({
    project: slugSchema,
    model: z.string().max(300).optional().meta({ description: "As model@version" }),
    suite: z.string().max(64).optional(),
    state: z.enum(triageStates).optional(),
    before: idSchema.optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  output: z.object({ findings: z.array(findingOutput), next: z.number().nullable() }),
  allow: { project: "eval.read" },
  run: async ({ handle }, { model, suite, state, before, limit }) => {
    const version = model === undefined ? undefined : await findVersion(handle, model);
    const rows = await evalFindings(handle, {
      modelVersionId: version?.model_version.id,
      suite,
      state,
      before,
      limit: limit + 1,
    });
    const shown = rows.slice(0, limit);
    return {
      findings: shown.map(({ scoreId, runId, detail: _detail, at, state: current, ...row }) => ({
        ...row,
        score: scoreId,
        run: runId,
        state: current as (typeof triageStates)[number],
        at: new Date(at).toISOString(),
      })),
      next: rows.length > limit ? (shown.at(-1)?.scoreId ?? null) : null,
    };
  },
});

const decision = {
  state: z.enum(triageStates),
  owner: z.string().max(200).optional().meta({ description: "A member's id; you when left out" }),
  reason: z.string().trim().max(2000).default(""),
};

const reasoned = ({ state, reason }: { state: string; reason: string }) =>
  state === "open" || reason !== "";
const unreasoned = { path: ["reason"], message: "Say why." };

type Decision = {
  state: (typeof triageStates)[number];
  owner?: string | undefined;
  reason: string;
};

/** Decides about a finding. Decisions are appended; the newest one counts. Waiving or resolving needs a reason. */
export const triageFinding = defineOperation({
  name: "findings.triage",
  summary: "Set the state, owner and reason of a finding",
  method: "POST",
  path: "/projects/{project}/evaluations/findings/{score}",
  input: z
    .strictObject({ project: slugSchema, score: idSchema, ...decision })
    .refine(reasoned, unreasoned),
  output: z.object({ score: z.number(), state: z.enum(triageStates) }),
  allow: { project: "eval.run" },
  positionals: ["score"],
  audit: ({ score: id, state }) => ({ score: id, state }),
  run: async ({ handle }, input) => {
    await decideAbout(handle, [input.score], input);
    return { score: input.score, state: input.state };
  },
});

/** As many findings as a list shows on one page. */
const mostAtOnce = 500;

/** The same for many at once: one decision and one reason for all of them, or none at all when one is not there. */
export const triageFindings = defineOperation({
  name: "findings.triage-many",
  summary: "Set the state, owner and reason of many findings at once",
  method: "POST",
  path: "/projects/{project}/evaluations/findings",
  input: z
    .strictObject({
      project: slugSchema,
      scores: z
        .array(idSchema)
        .min(1, "Choose at least one finding.")
        .max(mostAtOnce, `At most ${mostAtOnce} at once.`),
      ...decision,
    })
    .refine(reasoned, unreasoned),
  output: z.object({ decided: z.number(), state: z.enum(triageStates) }),
  allow: { project: "eval.run" },
  positionals: ["scores"],
  audit: ({ scores, state }) => ({ scores, state }),
  run: async ({ handle }, input) => {
    const decided = await decideAbout(handle, [...new Set(input.scores)], input);
    return { decided, state: input.state };
  },
});

/** Appends one decision a score, all in one statement. Throws not_found when a score is not of this project. */
async function decideAbout(
  handle: ProjectHandle,
  scores: readonly number[],
  { state, owner = handle.userId, reason }: Decision,
): Promise<number> {
  const found = await handle.db
    .select({ id: score.id })
    .from(score)
    .where(and(inArray(score.id, [...scores]), eq(score.projectId, handle.projectId)));
  if (found.length < scores.length) {
    throw new AssayError(
      "not_found",
      scores.length === 1
        ? "This project has no such finding."
        : `${scores.length - found.length} of these ${scores.length} findings are not in this project. Nothing was decided; load the list again.`,
    );
  }
  if (owner !== handle.userId) await requireMember(handle, owner);
  await handle.db.insert(triage).values(
    scores.map((id) => ({
      projectId: handle.projectId,
      subject: `score:${id}`,
      state,
      owner,
      reason,
      createdBy: handle.userId,
    })),
  );
  return scores.length;
}

async function requireMember(handle: ProjectHandle, userId: string): Promise<void> {
  const [member] = await handle.db
    .select({ id: projectMember.userId })
    .from(projectMember)
    .where(and(eq(projectMember.projectId, handle.projectId), eq(projectMember.userId, userId)));
  if (!member) throw new AssayError("invalid_input", "The owner must be a member of this project.");
}
