import { z } from "zod";
import type { suite as suiteTable } from "#db/schema/trust.ts";
import { slugSchema } from "../core/dataset-filter.ts";
import { defineOperation } from "../operation.ts";
import { keptSuites, ownSuites, requireSuites } from "./keep-suites.ts";
import { shippedSuiteIds } from "./suites/shipped.ts";
import type { Suite } from "./suites/suite.ts";

export const suiteOutput = z.object({
  slug: z.string(),
  title: z.string(),
  about: z.string(),
  licence: z.string(),
  kind: z.string(),
  digest: z.string(),
  items: z.number(),
  shipped: z.boolean(),
  createdAt: z.string(),
});

type Row = typeof suiteTable.$inferSelect;

export function suiteView(row: Row): z.input<typeof suiteOutput> {
  const { slug, title, kind, digest, items, shipped } = row;
  const { about, licence } = row.body as Pick<Suite, "about" | "licence">;
  const createdAt = row.createdAt.toISOString();
  return { slug, title, about, licence, kind, digest, items, shipped, createdAt };
}

/** Shipped suites first, then the project's own; of each the newest content. */
export const listSuites = defineOperation({
  name: "suites.list",
  summary: "Suites that model versions can be evaluated on",
  method: "GET",
  path: "/projects/{project}/suites",
  input: z.strictObject({ project: slugSchema }),
  output: z.object({ suites: z.array(suiteOutput) }),
  allow: { project: "eval.read" },
  run: async ({ handle }) => {
    const shipped = await keptSuites(handle, shippedSuiteIds);
    const rows = [...shipped.map(({ row }) => row), ...(await ownSuites(handle))];
    return { suites: rows.map(suiteView) };
  },
});

export const showSuite = defineOperation({
  name: "suites.show",
  summary: "One suite with its items",
  method: "GET",
  path: "/projects/{project}/suites/{suite}",
  input: z.strictObject({
    project: slugSchema,
    suite: z.string().min(1).max(64),
    offset: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  output: suiteOutput.extend({ body: z.record(z.string(), z.unknown()) }),
  allow: { project: "eval.read" },
  positionals: ["suite"],
  run: async ({ handle }, { suite: slug, offset, limit }) => {
    const [kept] = await requireSuites(handle, [slug]);
    if (!kept) throw new TypeError("requireSuites gave nothing");
    const { suite, row } = kept;
    const body =
      "items" in suite ? { ...suite, items: suite.items.slice(offset, offset + limit) } : suite;
    return { ...suiteView(row), body };
  },
});
