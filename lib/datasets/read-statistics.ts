import { sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { readFacets, type View } from "#db/queries/dataset-rows.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import { rowsWhere } from "#db/queries/rows-where.ts";
import { type Bin, histogram, quantile, summarise } from "#lib/stats/summary.ts";
import { datasetFilterSchema, datasetRefSchema, slugSchema } from "../core/dataset-filter.ts";
import { defineOperation } from "../operation.ts";

const spreadOutput = z.object({
  min: z.number(),
  median: z.number(),
  mean: z.number(),
  p95: z.number(),
  max: z.number(),
  total: z.number(),
  /** Whole-numbered bins, `to` exclusive; together with `beyond` they count every row once. */
  bins: z.array(z.object({ from: z.number(), to: z.number(), count: z.number() })),
  /** A few far values that would press the others into one bar. */
  beyond: z.object({ above: z.number(), count: z.number() }).nullable(),
});
type Spread = z.input<typeof spreadOutput>;

const facet = z.array(z.object({ value: z.string(), count: z.number() }));

/** Exact figures of all rows of a dataset under a filter. */
export const readStatistics = defineOperation({
  name: "datasets.statistics",
  summary: "Distributions of turns and tokens; languages, sources, roles and findings of a dataset",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/statistics",
  input: z.strictObject({
    project: slugSchema,
    dataset: datasetRefSchema,
    version: z.coerce.number().int().min(0).optional(),
    filter: datasetFilterSchema.default({}),
  }),
  output: z.object({
    conversations: z.number(),
    messages: z.number(),
    /** Null for no rows. */
    turns: spreadOutput.nullable(),
    tokens: spreadOutput.nullable(),
    languages: facet,
    sources: facet,
    kinds: facet,
    roles: facet,
    findings: facet,
    tags: facet,
  }),
  allow: { project: "dataset.read" },
  positionals: ["dataset"],
  run: async ({ handle }, { dataset, version, filter }) => {
    const found = await requireDataset(handle, dataset);
    const older = version !== undefined && version < found.headVersion ? version : undefined;
    const view: View = { datasetId: found.id, version: older, filter };
    const [turns, tokens, messages, facets] = await Promise.all([
      readValues(handle, view, "turns"),
      readValues(handle, view, "tokens"),
      sumMessages(handle, view),
      readFacets(handle, view, ["lang", "source", "kind", "role", "finding", "tag"]),
    ]);
    return {
      conversations: turns.length,
      messages,
      turns: spread(turns),
      tokens: spread(tokens),
      languages: facets.lang ?? [],
      sources: facets.source ?? [],
      kinds: facets.kind ?? [],
      roles: facets.role ?? [],
      findings: facets.finding ?? [],
      tags: facets.tag ?? [],
    };
  },
});

const columns = { turns: sql`c.turns`, tokens: sql`c.tokens` };

/** The values of a column, one a row; they travel as counted distinct values. */
async function readValues(
  handle: ProjectHandle,
  view: View,
  column: keyof typeof columns,
): Promise<number[]> {
  const rows = await handle.db.execute<{ value: number; count: number }>(sql`
    select ${columns[column]} as value, count(*)::int as count
    ${await rowsWhere(handle, view)} group by 1 order by 1`);
  return rows.flatMap(({ value, count }) => new Array<number>(count).fill(value));
}

async function sumMessages(handle: ProjectHandle, view: View): Promise<number> {
  const [row] = await handle.db.execute<{ n: number }>(sql`
    select coalesce(sum(c.messages), 0)::float8 as n
    ${await rowsWhere(handle, view)}`);
  return row?.n ?? 0;
}

/** Values this many times beyond the 99th percentile leave the plot and are counted beside it. */
const farFactor = 3;

/** Figures and bins of values in ascending order; null for none. */
export function spread(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const { min, median, mean, p95, max } = summarise(values);
  const edge = quantile(values, 0.99);
  const far = max > farFactor * edge && edge > 0;
  const near = far ? values.filter((value) => value <= edge) : values;
  const bins: Bin[] = histogram(near);
  return {
    ...{ min, median, mean, p95, max, bins },
    total: values.reduce((sum, value) => sum + value, 0),
    beyond: far ? { above: edge, count: values.length - near.length } : null,
  };
}
