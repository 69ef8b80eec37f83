import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { methodWords } from "../core/model-methods.ts";
import { defineOperation } from "../operation.ts";

export const lineageKinds = [
  "source",
  "conversation",
  "dataset",
  "snapshot",
  "model",
  "deployment",
  "request",
  "rater",
] as const;
type Kind = (typeof lineageKinds)[number];

const nodeOutput = z.object({
  /** `model:12` */
  key: z.string(),
  kind: z.enum(lineageKinds),
  id: z.string(),
  label: z.string(),
  detail: z.string(),
  /** Steps from the start: negative towards its origins, positive towards what came of it. */
  distance: z.number(),
});
type Node = z.infer<typeof nodeOutput>;
type Edge = { from: string; to: string; label: string };

/** One row of an edge query: the neighbour, and what links it. */
type Found = { id: string; label: string; detail: string };
type Step = { to: Kind; label: string; query: (handle: ProjectHandle, id: string) => SQL };

/** Neighbours of one kind that are shown; a busy source has thousands, and their number says enough. */
const perStep = 60;
/** Deeper than the loop is long: source → conversation → dataset → snapshot → model → fine-tune → deployment → request. */
const maxDistance = 8;
const maxNodes = 400;

const version = sql`v.id::text as id, m.name || '@' || v.number as label, v.method as detail`;
const versions = sql`model_version v join model m on m.id = v.model_id`;

/** Where a thing came from. */
const upstream: Record<Kind, Step[]> = {
  source: [],
  rater: [],
  conversation: [
    {
      to: "source",
      label: "read from",
      query: (
        h,
        id,
      ) => sql`select distinct s.id::text as id, s.file_name as label, 'record ' || min(o.record_number) as detail
        from occurrence o join source s on s.id = o.source_id
        where o.project_id = ${h.projectId} and o.conversation_id = ${id}::bigint group by s.id, s.file_name`,
    },
    {
      to: "conversation",
      label: "edited from",
      query: (
        h,
        id,
      ) => sql`select p.id::text as id, p.preview as label, 'earlier text' as detail from conversation c
        join conversation p on p.id = c.derived_from where c.project_id = ${h.projectId} and c.id = ${id}::bigint`,
    },
    {
      to: "model",
      label: "feedback on an answer of",
      query: (
        h,
        id,
      ) => sql`select distinct ${version} from feedback f join ${versions} on v.id = f.model_version_id
        where f.project_id = ${h.projectId} and f.conversation_id = ${id}::bigint`,
    },
    {
      to: "rater",
      label: "judged by",
      query: (
        h,
        id,
      ) => sql`select u.id, u.name as label, to_char(count(*), 'FM999,999,999') || case when count(*) = 1 then ' label' else ' labels' end as detail from label l
        join "user" u on u.id = l.rater_id where l.project_id = ${h.projectId} and l.conversation_id = ${id}::bigint
        and l.superseded_at is null group by u.id, u.name`,
    },
  ],
  dataset: [
    {
      to: "source",
      label: "imported from",
      query: (
        h,
        id,
      ) => sql`select s.id::text as id, s.file_name as label, to_char(count(*), 'FM999,999,999') || case when count(*) = 1 then ' conversation' else ' conversations' end as detail
        from membership m join occurrence o on o.conversation_id = m.conversation_id join source s on s.id = o.source_id
        where o.project_id = ${h.projectId} and m.dataset_id = ${id}::bigint and m.removed_in is null
        group by s.id, s.file_name`,
    },
  ],
  snapshot: [
    {
      to: "dataset",
      label: "frozen from",
      query: (
        h,
        id,
      ) => sql`select d.id::text as id, d.name as label, 'version ' || s.version as detail from snapshot s
        join dataset d on d.id = s.dataset_id where s.project_id = ${h.projectId} and s.id = ${id}::bigint`,
    },
    {
      to: "rater",
      label: "judged by",
      query: (
        h,
        id,
      ) => sql`select u.id, u.name as label, to_char(count(*), 'FM999,999,999') || case when count(*) = 1 then ' label' else ' labels' end as detail from snapshot_item i
        join label l on l.conversation_id = i.conversation_id and l.superseded_at is null join "user" u on u.id = l.rater_id
        where l.project_id = ${h.projectId} and i.snapshot_id = ${id}::bigint group by u.id, u.name`,
    },
  ],
  model: [
    {
      to: "snapshot",
      label: "trained on",
      query: (
        h,
        id,
      ) => sql`select s.id::text as id, s.name as label, 'version ' || s.version as detail
        from model_version v join snapshot s on s.id = v.snapshot_id where v.project_id = ${h.projectId} and v.id = ${id}::bigint`,
    },
    {
      to: "model",
      label: "fine-tuned from",
      query: (
        h,
        id,
      ) => sql`select ${version} from model_version c join ${versions} on v.id = c.parent_id
        where c.project_id = ${h.projectId} and c.id = ${id}::bigint`,
    },
  ],
  deployment: [
    {
      to: "model",
      label: "serves",
      query: (
        h,
        id,
      ) => sql`select ${version} from deployment d join ${versions} on v.id = d.live_version_id
        where d.project_id = ${h.projectId} and d.id = ${id}::bigint`,
    },
  ],
  request: [
    {
      to: "model",
      label: "answered by",
      query: (
        h,
        id,
      ) => sql`select ${version} from request_log r join ${versions} on v.id = r.model_version_id
        where r.project_id = ${h.projectId} and r.id = ${id}`,
    },
  ],
};

/** What came of a thing. */
const downstream: Record<Kind, Step[]> = {
  source: [
    {
      to: "dataset",
      label: "imported into",
      query: (
        h,
        id,
      ) => sql`select d.id::text as id, d.name as label, to_char(count(*), 'FM999,999,999') || case when count(*) = 1 then ' conversation' else ' conversations' end as detail
        from occurrence o join membership m on m.conversation_id = o.conversation_id and m.removed_in is null
          join dataset d on d.id = m.dataset_id and d.deleted_at is null
        where o.project_id = ${h.projectId} and o.source_id = ${id}::bigint group by d.id, d.name`,
    },
    {
      to: "snapshot",
      label: "frozen in",
      query: (
        h,
        id,
      ) => sql`select s.id::text as id, s.name as label, to_char(count(*), 'FM999,999,999') || case when count(*) = 1 then ' conversation' else ' conversations' end as detail
        from occurrence o join snapshot_item i on i.conversation_id = o.conversation_id join snapshot s on s.id = i.snapshot_id
        where o.project_id = ${h.projectId} and o.source_id = ${id}::bigint group by s.id, s.name`,
    },
  ],
  rater: [
    {
      to: "snapshot",
      label: "judged rows of",
      query: (
        h,
        id,
      ) => sql`select s.id::text as id, s.name as label, to_char(count(*), 'FM999,999,999') || case when count(*) = 1 then ' label' else ' labels' end as detail from label l
        join snapshot_item i on i.conversation_id = l.conversation_id join snapshot s on s.id = i.snapshot_id
        where l.project_id = ${h.projectId} and l.rater_id = ${id} and l.superseded_at is null group by s.id, s.name`,
    },
  ],
  conversation: [
    {
      to: "conversation",
      label: "edited to",
      query: (
        h,
        id,
      ) => sql`select c.id::text as id, c.preview as label, 'later text' as detail from conversation c
        where c.project_id = ${h.projectId} and c.derived_from = ${id}::bigint`,
    },
    {
      to: "snapshot",
      label: "frozen in",
      query: (
        h,
        id,
      ) => sql`select s.id::text as id, s.name as label, i.side as detail from snapshot_item i
        join snapshot s on s.id = i.snapshot_id where s.project_id = ${h.projectId} and i.conversation_id = ${id}::bigint`,
    },
  ],
  dataset: [
    {
      to: "snapshot",
      label: "frozen as",
      query: (
        h,
        id,
      ) => sql`select s.id::text as id, s.name as label, 'version ' || s.version as detail from snapshot s
        where s.project_id = ${h.projectId} and s.dataset_id = ${id}::bigint`,
    },
  ],
  snapshot: [
    {
      to: "model",
      label: "trained",
      query: (h, id) =>
        sql`select ${version} from ${versions} where v.project_id = ${h.projectId} and v.snapshot_id = ${id}::bigint`,
    },
  ],
  model: [
    {
      to: "conversation",
      label: "feedback kept as",
      query: (
        h,
        id,
      ) => sql`select c.id::text as id, c.preview as label, c.kind as detail from feedback f
        join conversation c on c.id = f.conversation_id where f.project_id = ${h.projectId} and f.model_version_id = ${id}::bigint`,
    },
    {
      to: "model",
      label: "fine-tuned to",
      query: (h, id) =>
        sql`select ${version} from ${versions} where v.project_id = ${h.projectId} and v.parent_id = ${id}::bigint`,
    },
    {
      to: "deployment",
      label: "promoted to",
      query: (h, id) => sql`select distinct d.id::text as id, d.name as label,
          coalesce((select 'serves ' || m.name || '@' || v.number from ${versions} where v.id = d.live_version_id), 'nothing live') as detail
        from deployment d join deployment_event e on e.deployment_id = d.id
        where d.project_id = ${h.projectId} and e.to_version_id = ${id}::bigint`,
    },
  ],
  deployment: [],
  request: [],
};

const starts: Record<Kind, (handle: ProjectHandle, id: string) => SQL> = {
  source: (h, id) =>
    sql`select id::text, file_name as label, case when bytes = 0 then 'from the review of feedback' else pg_size_pretty(bytes) end as detail from source where project_id = ${h.projectId} and id = ${id}::bigint`,
  conversation: (h, id) =>
    sql`select id::text, preview as label, kind as detail from conversation where project_id = ${h.projectId} and id = ${id}::bigint`,
  dataset: (h, id) =>
    sql`select id::text, name as label, 'version ' || head_version as detail from dataset where project_id = ${h.projectId} and id = ${id}::bigint`,
  snapshot: (h, id) =>
    sql`select id::text, name as label, 'version ' || version as detail from snapshot where project_id = ${h.projectId} and id = ${id}::bigint`,
  model: (h, id) =>
    sql`select ${version} from ${versions} where v.project_id = ${h.projectId} and v.id = ${id}::bigint`,
  deployment: (h, id) =>
    sql`select id::text, name as label, traffic as detail from deployment where project_id = ${h.projectId} and id = ${id}::bigint`,
  request: (h, id) =>
    sql`select id, path as label, stage as detail from request_log where project_id = ${h.projectId} and id = ${id}`,
  rater: (h, id) =>
    sql`select u.id, u.name as label, p.role as detail from "user" u join project_member p on p.user_id = u.id where p.project_id = ${h.projectId} and u.id = ${id}`,
};

const textIds: readonly Kind[] = ["request", "rater"];

/** The lineage of one thing, both ways: its origins back to sources and raters, and every model and deployment it reached. */
export const readLineage = defineOperation({
  name: "lineage.read",
  summary: "Where a thing came from and what came of it",
  method: "GET",
  path: "/projects/{project}/lineage/{kind}/{id}",
  input: z.strictObject({
    project: slugSchema,
    kind: z.enum(lineageKinds),
    id: z.union([idSchema.transform(String), z.string().min(1).max(100)]),
  }),
  output: z.object({
    start: z.string(),
    nodes: z.array(nodeOutput),
    edges: z.array(z.object({ from: z.string(), to: z.string(), label: z.string() })),
    /** More was there than is shown. */
    cut: z.boolean(),
  }),
  allow: { project: "lineage.read" },
  positionals: ["kind", "id"],
  run: async ({ handle }, { kind, id }) => {
    const known = textIds.includes(kind) || /^\d{1,15}$/.test(id);
    const [found] = known ? await handle.db.execute<Found>(starts[kind](handle, id)) : [];
    if (!found)
      throw new AssayError("not_found", `This project has no such ${kind}. Check the address.`);
    const start: Node = { ...inWords(found, kind), kind, key: `${kind}:${found.id}`, distance: 0 };
    const graph = {
      nodes: new Map([[start.key, start]]),
      edges: new Map<string, Edge>(),
      cut: false,
    };
    await follow(handle, graph, start, upstream, -1);
    await follow(handle, graph, start, downstream, 1);
    return {
      start: start.key,
      nodes: [...graph.nodes.values()],
      edges: [...graph.edges.values()],
      cut: graph.cut,
    };
  },
});

function inWords(found: Found, kind: Kind): Found {
  return kind === "model" ? { ...found, detail: methodWords[found.detail] ?? found.detail } : found;
}

type Graph = { nodes: Map<string, Node>; edges: Map<string, Edge>; cut: boolean };

/** Breadth first in one direction. Arrows point from origin to outcome whichever way they are walked. */
async function follow(
  handle: ProjectHandle,
  graph: Graph,
  start: Node,
  steps: Record<Kind, Step[]>,
  direction: 1 | -1,
): Promise<void> {
  let front = [start];
  for (let far = 1; far <= maxDistance && front.length > 0; far++) {
    const next: Node[] = [];
    for (const node of front) {
      for (const step of steps[node.kind]) {
        const rows = await handle.db.execute<Found>(
          sql`select * from (${step.query(handle, node.id)}) found limit ${perStep + 1}`,
        );
        if (rows.length > perStep) graph.cut = true;
        for (const row of rows.slice(0, perStep)) {
          const key = `${step.to}:${row.id}`;
          const [from, to] = direction === 1 ? [node.key, key] : [key, node.key];
          graph.edges.set(`${from} ${to}`, { from, to, label: step.label });
          if (graph.nodes.has(key)) continue;
          if (graph.nodes.size >= maxNodes) {
            graph.cut = true;
            continue;
          }
          const made: Node = {
            ...inWords(row, step.to),
            kind: step.to,
            key,
            distance: far * direction,
          };
          graph.nodes.set(key, made);
          next.push(made);
        }
      }
    }
    front = next;
  }
  // An edge to a node that was left out would point nowhere.
  for (const [key, edge] of graph.edges) {
    if (!graph.nodes.has(edge.from) || !graph.nodes.has(edge.to)) graph.edges.delete(key);
  }
}
