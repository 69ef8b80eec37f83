import { z } from "zod";
import { listBodiesById } from "#db/queries/conversation-bodies.ts";
import { countNearDuplicates, listNearDuplicates } from "#db/queries/near-duplicate-rows.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { defineOperation } from "../operation.ts";
import { requireRun } from "../runs/read-runs.ts";
import { comparedText } from "./steps/near-duplicates.ts";

/** Characters of a text that are shown. */
const shownCharacters = 1200;

const shown = z.object({
  conversation: z.number(),
  /** Its start, as it stood before the recipe; null when it was erased. */
  text: z.string().nullable(),
});

/** Sets of conversations that a recipe run took for near-duplicates: what stayed, and what went for it. Other runs have none. */
export const listNearDuplicateClusters = defineOperation({
  name: "recipes.near-duplicates",
  summary: "Near-duplicates that a cleaning run dropped, with what stayed in their place",
  method: "GET",
  path: "/projects/{project}/recipe-runs/{run}/near-duplicates",
  input: z.strictObject({
    project: slugSchema,
    run: idSchema,
    after: z
      .string()
      .regex(/^\d{1,15}-\d{1,15}$/)
      .optional()
      .meta({ description: "`next` of the page before" }),
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(200)
      .default(50)
      .meta({ description: "Rows dropped" }),
  }),
  output: z.object({
    clusters: z.array(
      z.object({
        kept: shown,
        /** Rows dropped for it in all; a cluster may go on on the next page. */
        total: z.number(),
        dropped: z.array(shown.extend({ similarity: z.number() })),
      }),
    ),
    next: z.string().nullable(),
  }),
  allow: { project: "dataset.read" },
  positionals: ["run"],
  run: async ({ handle }, { run: runId, after, limit }) => {
    const run = await requireRun(handle, runId);
    const [kept = 0, conversation = 0] = (after ?? "0-0").split("-").map(Number);
    const found = await listNearDuplicates(handle, run.id, { kept, conversation }, limit + 1);
    const rows = found.slice(0, limit);
    const keptIds = [...new Set(rows.map((row) => row.kept))];
    const totals = await countNearDuplicates(handle, run.id, keptIds);
    const ids = [...new Set(rows.flatMap((row) => [row.kept, row.conversation]))];
    const texts = new Map<number, string>();
    for (const { id, body } of await listBodiesById(handle, ids)) {
      texts.set(id, comparedText(body, "conversation").slice(0, shownCharacters));
    }
    const show = (id: number) => ({ conversation: id, text: texts.get(id) ?? null });
    const last = rows.at(-1);
    return {
      clusters: keptIds.map((id) => ({
        kept: show(id),
        total: totals.get(id) ?? 0,
        dropped: rows
          .filter((row) => row.kept === id)
          .map((row) => ({ ...show(row.conversation), similarity: row.similarity })),
      })),
      next: last && found.length > limit ? `${last.kept}-${last.conversation}` : null,
    };
  },
});
