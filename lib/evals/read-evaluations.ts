import { eq } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { type EvalResultRow, evalResults, itemsBehind, suiteByDigest } from "#db/queries/evals.ts";
import { suite as suiteTable } from "#db/schema/trust.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { findVersion, requireVersion } from "../models/read-models.ts";
import { defineOperation } from "../operation.ts";
import { suiteOf } from "./keep-suites.ts";
import { promptText } from "./suites/scoring/answers.ts";
import type { Suite } from "./suites/suite.ts";

export const resultOutput = z.object({
  run: z.number(),
  suite: z.string(),
  suiteTitle: z.string(),
  suiteDigest: z.string(),
  kind: z.string(),
  modelVersionId: z.number(),
  model: z.string(),
  check: z.string(),
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: z.number(),
  planned: z.number(),
  state: z.string(),
  reason: z.string().nullable(),
  artefactDigest: z.string().nullable(),
  templateDigest: z.string().nullable(),
  tokenizerDigest: z.string().nullable(),
  dtype: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  createdAt: z.string(),
});

/** Result rows with the names that a reader knows. */
export async function resultViews(
  handle: ProjectHandle,
  rows: readonly EvalResultRow[],
): Promise<z.input<typeof resultOutput>[]> {
  const suites = await handle.db
    .select({
      id: suiteTable.id,
      slug: suiteTable.slug,
      title: suiteTable.title,
      kind: suiteTable.kind,
    })
    .from(suiteTable)
    .where(eq(suiteTable.projectId, handle.projectId));
  const byId = new Map(suites.map((row) => [row.id, row]));
  const versionIds = [...new Set(rows.map((row) => row.modelVersionId))];
  const names = new Map(
    await Promise.all(
      versionIds.map(async (id) => {
        const { model, model_version: version } = await requireVersion(handle, id);
        return [id, `${model.name}@${version.number}`] as const;
      }),
    ),
  );
  return rows.map((row) => {
    const { id: _id, projectId: _project, suiteId, runId, createdAt, ...rest } = row;
    const { reason, workKey: _key, ...detail } = row.detail;
    const suite = byId.get(suiteId);
    return {
      ...rest,
      run: runId,
      suite: suite?.slug ?? "",
      suiteTitle: suite?.title ?? "",
      kind: suite?.kind ?? "",
      model: names.get(row.modelVersionId) ?? "",
      reason: typeof reason === "string" ? reason : null,
      detail,
      createdAt: createdAt.toISOString(),
    };
  });
}

export const listResults = defineOperation({
  name: "evaluations.results",
  summary: "Figures of an evaluation run, or all of a model version",
  method: "GET",
  path: "/projects/{project}/evaluations/results",
  input: z.strictObject({
    project: slugSchema,
    run: idSchema.optional(),
    model: z.string().max(300).optional().meta({ description: "As model@version" }),
  }),
  output: z.object({ results: z.array(resultOutput) }),
  allow: { project: "eval.read" },
  run: async ({ handle }, { run, model }) => {
    const version = model === undefined ? undefined : await findVersion(handle, model);
    const rows = await evalResults(handle, {
      runId: run,
      modelVersionId: version?.model_version.id,
    });
    return { results: await resultViews(handle, rows) };
  },
});

const itemOutput = z.object({
  item: z.string(),
  group: z.string().nullable(),
  template: z.string().nullable(),
  value: z.number().nullable(),
  good: z.boolean().nullable(),
  prompt: z.string().nullable(),
  answer: z.string().nullable(),
  error: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
});

/** What an item asks, for the page; null for items that were drawn from a snapshot. */
export function itemPrompt(suite: Suite, id: string): string | null {
  switch (suite.kind) {
    case "generation": {
      const item = suite.items.find((one) => one.id === id);
      return item ? promptText(item) : null;
    }
    case "counterfactual": {
      const item = suite.items.find((one) => one.id === id);
      return item
        ? `${item.first.label}: ${item.first.prompt}\n\n${item.second.label}: ${item.second.prompt}`
        : null;
    }
    case "choice":
      return suite.items.find((one) => one.id === id)?.prompt ?? null;
    case "likelihood-pairs": {
      const item = suite.items.find((one) => one.id === id);
      return item ? `${item.more}\n${item.less}` : null;
    }
    default:
      return null;
  }
}

export const listItems = defineOperation({
  name: "evaluations.items",
  summary: "The items behind one figure, failing ones first",
  method: "GET",
  path: "/projects/{project}/evaluations/items",
  input: z.strictObject({
    project: slugSchema,
    run: idSchema,
    model: idSchema.meta({ description: "Id of the model version" }),
    suite: z.string().min(1).max(64),
    check: z.string().min(1).max(200),
    item: z.string().max(200).optional().meta({ description: "This one alone" }),
    offset: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  output: z.object({ items: z.array(itemOutput) }),
  allow: { project: "eval.read" },
  run: async ({ handle }, input) => {
    const results = await evalResults(handle, { runId: input.run, modelVersionId: input.model });
    const { results: views } = { results: await resultViews(handle, results) };
    const view = views.find(({ suite }) => suite === input.suite);
    const row = view && (await suiteByDigest(handle, input.suite, view.suiteDigest));
    if (!row) {
      throw new AssayError("not_found", "This run has no figure of that suite and model version.");
    }
    const suite = suiteOf(row);
    const place = { runId: input.run, suiteId: row.id, modelVersionId: input.model };
    // The most common answer has no record of its own: its items are the answers.
    const check = input.check === "one-answer" ? "answer" : input.check;
    const rows = await itemsBehind(handle, place, { ...input, check });
    return {
      items: rows.map(({ detail, ...item }) => {
        const { good, error, text: _text, ...rest } = detail;
        return {
          ...item,
          good: typeof good === "boolean" ? good : null,
          error: typeof error === "string" ? error : null,
          prompt: itemPrompt(suite, item.item),
          detail: rest,
        };
      }),
    };
  },
});
