import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import { rowsWhere } from "#db/queries/rows-where.ts";
import { labelTask } from "#db/schema/labels.ts";
import { datasetFilterSchema, idSchema, nameSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { defineOperation } from "../operation.ts";
import { publish } from "../runs/events.ts";
import { requireRun } from "../runs/read-runs.ts";
import { requireLabelSchema } from "./label-schemas.ts";

/** More than a team of ten labels in a month; split a larger selection. */
const maxItems = 50_000;

export const taskOutput = z.object({
  id: z.number(),
  name: z.string(),
  schemaId: z.number(),
  schema: z.string(),
  datasetId: z.number().nullable(),
  /** As it is called now; null for a task from a run. */
  dataset: z.string().nullable(),
  runId: z.number().nullable(),
  overlap: z.number(),
  state: z.string(),
  items: z.number(),
  slots: z.object({
    total: z.number(),
    submitted: z.number(),
    skipped: z.number(),
    leased: z.number(),
  }),
  /** Raters played by scripts among those who submitted. */
  raters: z.number(),
  simulatedRaters: z.number(),
  mine: z.object({
    submitted: z.number(),
    skipped: z.number(),
    available: z.boolean(),
    /** Items that this person could take now; counting ends at 1,000. */
    waiting: z.number(),
  }),
  /** Places on which raters differ and nobody decided; null for people who do not manage labelling. */
  undecided: z.number().nullable(),
  createdAt: z.string(),
});

/** Counting further costs more than it tells. */
const waitingLimit = 1000;

/** A task of the handle's project. Throws not_found. */
export async function requireTask(handle: ProjectHandle, id: number) {
  const [row] = await handle.db
    .select()
    .from(labelTask)
    .where(and(eq(labelTask.id, id), eq(labelTask.projectId, handle.projectId)));
  if (!row)
    throw new AssayError(
      "not_found",
      "This project has no such labelling task. Choose one from the list.",
    );
  return row;
}

/** Makes a task with one item a row (of a dataset under a filter) or a response (of a run), `overlap` slots each. */
export const createLabelTask = defineOperation({
  name: "labels.create-task",
  summary: "Make a labelling task from rows of a dataset or responses of a run",
  method: "POST",
  path: "/projects/{project}/label-tasks",
  input: z.strictObject({
    project: slugSchema,
    name: nameSchema,
    schema: idSchema,
    dataset: idSchema.optional(),
    filter: datasetFilterSchema.default({}),
    /** Responses of this inference run, shown without the model. */
    run: idSchema.optional(),
    overlap: z.coerce.number().int().min(1).max(20).default(1),
    /** At most this many items, drawn in a fixed random order. */
    limit: z.coerce.number().int().min(1).max(maxItems).default(maxItems),
  }),
  output: z.object({ task: z.number(), items: z.number() }),
  allow: { project: "label.manage" },
  run: async ({ handle }, input) => {
    if ((input.dataset === undefined) === (input.run === undefined)) {
      throw new AssayError(
        "invalid_input",
        "Choose either rows of a dataset or the responses of a run.",
        {
          issues: [{ path: "dataset", message: "Give dataset or run, not both" }],
        },
      );
    }
    await requireLabelSchema(handle, input.schema);
    return handle.transaction(async (tx) => {
      const [task] = await tx.db
        .insert(labelTask)
        .values({
          projectId: tx.projectId,
          schemaId: input.schema,
          name: input.name,
          datasetId: input.dataset,
          runId: input.run,
          filter: input.filter,
          overlap: input.overlap,
          createdBy: tx.userId,
        })
        .returning({ id: labelTask.id });
      if (!task) throw new TypeError("insert returned no row");
      const items = await insertItems(tx, task.id, input);
      if (items === 0) {
        throw new AssayError(
          "precondition_failed",
          "Nothing matches this selection, so there is nothing to label. Widen it.",
        );
      }
      await tx.db.execute(sql`
        insert into label_slot (task_id, item_id, slot)
        select i.task_id, i.id, slot from label_item i, generate_series(1, ${input.overlap}) as slot
        where i.task_id = ${task.id}`);
      return { task: task.id, items };
    });
  },
});

type Selected = {
  dataset?: number | undefined;
  run?: number | undefined;
  filter: z.infer<typeof datasetFilterSchema>;
  limit: number;
};

async function insertItems(tx: ProjectHandle, taskId: number, input: Selected): Promise<number> {
  const picked =
    input.dataset === undefined
      ? await responsesOf(tx, input.run ?? 0)
      : await rowsOf(tx, input.dataset, input.filter);
  // md5 of the id: a fixed order that follows neither import nor model.
  const rows = await tx.db.execute(sql`
    insert into label_item (task_id, position, conversation_id, response_id)
    select ${taskId}, row_number() over (order by md5(${taskId}::text || ':' || p.key)), p.conversation_id, p.response_id
    from (select * from (${picked}) inner_pick order by md5(${taskId}::text || ':' || key) limit ${input.limit}) p
    returning id`);
  return rows.length;
}

async function rowsOf(tx: ProjectHandle, datasetId: number, filter: Selected["filter"]) {
  const dataset = await requireDataset(tx, datasetId);
  return sql`select c.id::text as key, c.id as conversation_id, null::bigint as response_id
    ${await rowsWhere(tx, { datasetId: dataset.id, version: undefined, filter })} and c.erased_at is null`;
}

async function responsesOf(tx: ProjectHandle, runId: number) {
  const run = await requireRun(tx, runId);
  // The conversation that gave the prompt is not what is judged, so the item does not point to it.
  return sql`select r.id::text as key, null::bigint as conversation_id, r.id as response_id from response r
    where r.run_id = ${run.id} and r.project_id = ${tx.projectId} and r.error is null and r.text is not null`;
}

type TaskRow = z.output<typeof taskOutput> &
  Record<
    "slotTotal" | "submitted" | "skipped" | "leased" | "mineSubmitted" | "mineSkipped" | "waiting",
    number
  >;

/** Places with two different standing answers and no decision; free text cannot agree and is left out. */
const undecidedSql = sql`(select count(*)::int from (
  select 1 from label_item i join label l on l.item_id = i.id where i.task_id = t.id and l.superseded_at is null
    and exists (select 1 from jsonb_array_elements(s.questions) q
      where q->>'id' = l.question and q->>'type' in ('choice', 'multi-choice', 'rating'))
    and not exists (select 1 from adjudication a where a.task_id = t.id and a.item_id = l.item_id
      and a.question = l.question and a.node_hash is not distinct from l.node_hash and a.superseded_at is null)
  group by l.item_id, l.question, l.node_hash having count(distinct l.value) > 1) open_places)`;

/** Tasks of a project with their progress and what waits for the person who asks. */
export const listLabelTasks = defineOperation({
  name: "labels.tasks",
  summary: "Labelling tasks with their progress",
  method: "GET",
  path: "/projects/{project}/label-tasks",
  input: z.strictObject({ project: slugSchema, task: idSchema.optional() }),
  output: z.object({ tasks: z.array(taskOutput) }),
  allow: { project: "label.read" },
  run: async ({ handle }, input) => {
    const rows = await handle.db.execute<TaskRow>(sql`
      select t.id::float8 as id, t.name, t.schema_id::float8 as "schemaId", s.name as schema,
        t.dataset_id::float8 as "datasetId", (select d.name from dataset d where d.id = t.dataset_id) as dataset, t.run_id::float8 as "runId", t.overlap, t.state,
        to_char(t.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "createdAt",
        (select count(*)::int from label_item i where i.task_id = t.id) as items,
        figures.*,
        case when ${handle.may("label.manage")} then ${undecidedSql} end as undecided,
        (select count(*)::int from (select distinct o.item_id from label_slot o where o.task_id = t.id and t.state = 'open'
          and (o.state = 'open' or (o.state = 'leased' and (o.leased_until <= now() or o.rater_id = ${handle.userId})))
          and not exists (select 1 from label_slot m where m.item_id = o.item_id and m.rater_id = ${handle.userId}
            and m.state in ('submitted', 'skipped')) limit ${waitingLimit}) free_items) as waiting
      from label_task t join label_schema s on s.id = t.schema_id
      cross join lateral (
        select count(*)::int as "slotTotal", count(*) filter (where l.state = 'submitted')::int as submitted,
          count(*) filter (where l.state = 'skipped')::int as skipped,
          count(*) filter (where l.state = 'leased' and l.leased_until > now())::int as leased,
          count(*) filter (where l.state = 'submitted' and l.rater_id = ${handle.userId})::int as "mineSubmitted",
          count(*) filter (where l.state = 'skipped' and l.rater_id = ${handle.userId})::int as "mineSkipped",
          count(distinct l.rater_id) filter (where l.state = 'submitted')::int as raters,
          count(distinct l.rater_id) filter (where l.state = 'submitted' and u.simulated)::int as "simulatedRaters"
        from label_slot l left join "user" u on u.id = l.rater_id where l.task_id = t.id
      ) figures
      where t.project_id = ${handle.projectId} ${input.task === undefined ? sql`` : sql`and t.id = ${input.task}`}
      order by t.id desc limit 500`);
    return {
      tasks: rows.map(
        ({
          slotTotal,
          submitted,
          skipped,
          leased,
          mineSubmitted,
          mineSkipped,
          waiting,
          ...row
        }) => ({
          ...row,
          slots: { total: slotTotal, submitted, skipped, leased },
          mine: { submitted: mineSubmitted, skipped: mineSkipped, available: waiting > 0, waiting },
        }),
      ),
    };
  },
});

/** Closes or reopens a task; a closed task gives out no slots. */
export const setLabelTaskState = defineOperation({
  name: "labels.set-task-state",
  summary: "Close or reopen a labelling task",
  method: "POST",
  path: "/projects/{project}/label-tasks/{task}/state",
  input: z.strictObject({ project: slugSchema, task: idSchema, state: z.enum(["open", "closed"]) }),
  output: z.object({ task: z.number(), state: z.string() }),
  allow: { project: "label.manage" },
  run: async ({ handle }, input) => {
    await requireTask(handle, input.task);
    await handle.db
      .update(labelTask)
      .set({ state: input.state })
      .where(and(eq(labelTask.id, input.task), eq(labelTask.projectId, handle.projectId)));
    await publish(handle.db, `task:${input.task}`, true);
    return { task: input.task, state: input.state };
  },
});
