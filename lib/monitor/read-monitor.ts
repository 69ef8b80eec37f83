import { sql } from "drizzle-orm";
import { z } from "zod";
import { slugSchema } from "../core/dataset-filter.ts";
import { defineOperation } from "../operation.ts";

/** Points of a curve: enough for a day by quarter hours. */
const buckets = 96;

const figures = {
  requests: z.number(),
  errors: z.number(),
  cancelled: z.number(),
  promptTokens: z.number(),
  completionTokens: z.number(),
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  firstTokenP50: z.number().nullable(),
};
const select = sql`count(*)::int as requests,
  count(*) filter (where status >= 400 and status <> 499)::int as errors,
  count(*) filter (where status = 499)::int as cancelled,
  coalesce(sum(prompt_tokens), 0)::int as "promptTokens", coalesce(sum(completion_tokens), 0)::int as "completionTokens",
  percentile_cont(0.5) within group (order by latency_ms) filter (where status = 200) as p50,
  percentile_cont(0.95) within group (order by latency_ms) filter (where status = 200) as p95,
  percentile_cont(0.5) within group (order by first_token_ms) filter (where status = 200) as "firstTokenP50"`;

const votes = { up: z.number(), down: z.number(), edit: z.number() };

/** Requests, latency (milliseconds), errors, tokens and thumbs of the endpoint over the last hours. */
export const readMonitor = defineOperation({
  name: "monitor.read",
  summary: "Requests, latency, errors, tokens and thumbs over the last hours",
  method: "GET",
  path: "/projects/{project}/monitor",
  input: z.strictObject({
    project: slugSchema,
    hours: z.coerce
      .number()
      .int()
      .min(1)
      .max(24 * 90)
      .default(24),
    deployment: z.string().max(200).optional(),
  }),
  output: z.object({
    from: z.string(),
    to: z.string(),
    total: z.object(figures),
    curve: z.array(z.object({ at: z.string(), ...figures })),
    versions: z.array(
      z.object({
        modelVersionId: z.number().nullable(),
        model: z.string(),
        stage: z.string(),
        ...figures,
        ...votes,
      }),
    ),
    errors: z.array(z.object({ code: z.string(), count: z.number() })),
  }),
  allow: { project: "monitor.read" },
  run: async ({ handle }, input) => {
    const to = new Date();
    const from = new Date(to.getTime() - input.hours * 3_600_000);
    const only = input.deployment
      ? sql`and deployment_id in (select id from deployment where project_id = ${handle.projectId} and name = ${input.deployment})`
      : sql``;
    const where = sql`from request_log where project_id = ${handle.projectId} and created_at >= ${from.toISOString()}::timestamptz ${only}`;
    const width = (input.hours * 3600) / buckets;
    const [total] = await handle.db.execute<Figures>(sql`select ${select} ${where}`);
    const curve = await handle.db.execute<Figures & { bucket: number }>(sql`
      select floor(extract(epoch from created_at - ${from.toISOString()}::timestamptz) / ${width})::int as bucket, ${select}
      ${where} group by 1 order by 1`);
    const versions = await handle.db.execute<Version>(sql`
      select r.*, coalesce(m.name || '@' || v.number, 'unknown') as model,
        coalesce(f.up, 0) as up, coalesce(f.down, 0) as down, coalesce(f.edit, 0) as edit
      from (select model_version_id::float8 as "modelVersionId", stage, ${select} ${where} group by model_version_id, stage) r
      left join model_version v on v.id = r."modelVersionId" left join model m on m.id = v.model_id
      left join lateral (select count(*) filter (where b.kind = 'up')::int as up, count(*) filter (where b.kind = 'down')::int as down,
          count(*) filter (where b.kind = 'edit')::int as edit
        from feedback b join request_log a on a.id = b.request_id
        where b.project_id = ${handle.projectId} and b.model_version_id = v.id and a.stage = r.stage
          and b.created_at >= ${from.toISOString()}::timestamptz) f on true
      order by r.requests desc limit 100`);
    const errors = await handle.db.execute<{ code: string; count: number }>(sql`
      select coalesce(error_code, status::text) as code, count(*)::int as count ${where} and status >= 400
      group by 1 order by 2 desc limit 20`);
    return {
      from: from.toISOString(),
      to: to.toISOString(),
      total: total ?? empty,
      curve: curve.map(({ bucket, ...rest }) => ({
        at: new Date(from.getTime() + bucket * width * 1000).toISOString(),
        ...rest,
      })),
      versions: [...versions],
      errors: [...errors],
    };
  },
});

type Figures = {
  requests: number;
  errors: number;
  cancelled: number;
  promptTokens: number;
  completionTokens: number;
  p50: number | null;
  p95: number | null;
  firstTokenP50: number | null;
};
type Version = Figures & {
  modelVersionId: number | null;
  model: string;
  stage: string;
  up: number;
  down: number;
  edit: number;
};
const empty: Figures = {
  requests: 0,
  errors: 0,
  cancelled: 0,
  promptTokens: 0,
  completionTokens: 0,
  p50: null,
  p95: null,
  firstTokenP50: null,
};
