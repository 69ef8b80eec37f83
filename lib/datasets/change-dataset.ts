import { and, eq, isNull, ne, sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import { deleteMapsOf } from "#db/queries/topic-maps.ts";
import { dataset as datasetTable } from "#db/schema/datasets.ts";
import { datasetRefSchema, nameSchema, slugSchema } from "../core/dataset-filter.ts";
import { type Dependent, dependentsOutput } from "../core/dependents.ts";
import { AssayError } from "../core/errors.ts";
import { defineOperation } from "../operation.ts";
import { publish } from "../runs/events.ts";
import { datasetOutput, datasetView } from "./list-datasets.ts";

/** Renames a dataset or changes its description. */
export const updateDataset = defineOperation({
  name: "datasets.update",
  summary: "Rename a dataset or change its description",
  method: "PUT",
  path: "/projects/{project}/datasets/{dataset}",
  input: z.strictObject({
    project: slugSchema,
    dataset: datasetRefSchema,
    name: nameSchema.optional(),
    description: z.string().trim().max(4000).optional(),
  }),
  output: datasetOutput,
  allow: { project: "dataset.write" },
  positionals: ["dataset"],
  run: async ({ handle }, { dataset, name, description }) => {
    const found = await requireDataset(handle, dataset);
    if (description?.includes("\0")) {
      throw new AssayError(
        "invalid_input",
        "The description holds a NUL character. Nothing was changed.",
        {
          issues: [{ path: "description", message: "Holds a NUL character" }],
        },
      );
    }
    if (name !== undefined) await refuseTakenName(handle, found.id, name);
    const [row] = await handle.db
      .update(datasetTable)
      .set({
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
        updatedAt: sql`now()`,
      })
      .where(and(eq(datasetTable.id, found.id), eq(datasetTable.projectId, handle.projectId)))
      .returning();
    await publish(handle.db, `dataset:${found.id}`, true);
    return datasetView(row ?? found);
  },
});

async function refuseTakenName(handle: ProjectHandle, id: number, name: string): Promise<void> {
  const [other] = await handle.db
    .select({ id: datasetTable.id })
    .from(datasetTable)
    .where(
      and(
        eq(datasetTable.projectId, handle.projectId),
        eq(datasetTable.name, name),
        ne(datasetTable.id, id),
        isNull(datasetTable.deletedAt),
      ),
    );
  if (!other) return;
  throw new AssayError(
    "conflict",
    `A dataset named “${name}” exists already. Choose another name.`,
    {
      issues: [{ path: "name", message: "Taken" }],
    },
  );
}

/** What refers to a dataset, with up to three names of each; open runs on it block a deletion. */
async function datasetDependents(handle: ProjectHandle, id: number): Promise<Dependent[]> {
  const p = handle.projectId;
  const rows = await handle.db.execute<Dependent>(sql`
    select kind, count(*)::int as count, (array_agg(name order by id))[1:3] as names, blocking from (
      select 1 as place, 'runs that still work on it' as kind, id, title as name, true as blocking from run
        where project_id = ${p} and state in ('queued', 'running') and input->>'datasetId' = ${String(id)}
      union all select 2, 'snapshots', id, name, false from snapshot where project_id = ${p} and dataset_id = ${id}
      union all select 3, 'model versions trained on it', v.id, m.name || ' ' || v.number, false
        from model_version v join model m on m.id = v.model_id join snapshot s on s.id = v.snapshot_id
        where v.project_id = ${p} and s.dataset_id = ${id}
      union all select 4, 'labelling tasks', id, name, false from label_task where project_id = ${p} and dataset_id = ${id}
      union all select 5, 'datasets forked from it', id, name, false from dataset
        where project_id = ${p} and forked_from = ${id} and deleted_at is null
    ) as everything group by place, kind, blocking order by place`);
  return [...rows];
}

export const listDatasetDependents = defineOperation({
  name: "datasets.dependents",
  summary: "What refers to a dataset and what would have to end before it can be deleted",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/dependents",
  input: z.strictObject({ project: slugSchema, dataset: datasetRefSchema }),
  output: dependentsOutput,
  allow: { project: "dataset.read" },
  positionals: ["dataset"],
  run: async ({ handle }, { dataset }) => {
    const { id } = await requireDataset(handle, dataset);
    return { dependents: await datasetDependents(handle, id) };
  },
});

/** Takes a dataset away: its name is free again. Snapshots and models made from it keep working. */
export const deleteDataset = defineOperation({
  name: "datasets.delete",
  summary: "Delete a dataset; snapshots and models made from it stay",
  method: "DELETE",
  path: "/projects/{project}/datasets/{dataset}",
  input: z.strictObject({ project: slugSchema, dataset: datasetRefSchema }),
  output: z.object({ deleted: z.number() }),
  allow: { project: "dataset.delete" },
  positionals: ["dataset"],
  audit: ({ dataset }) => ({ dataset }),
  run: ({ handle }, { dataset }) =>
    handle.transaction(async (tx) => {
      const found = await requireDataset(tx, dataset);
      const blocking = (await datasetDependents(tx, found.id)).find((one) => one.blocking);
      if (blocking) {
        throw new AssayError(
          "conflict",
          `The dataset has ${blocking.kind}: ${blocking.names.join(", ")}. Nothing was deleted; cancel them first or wait.`,
        );
      }
      await tx.db
        .update(datasetTable)
        .set({ deletedAt: sql`now()` })
        .where(and(eq(datasetTable.id, found.id), eq(datasetTable.projectId, tx.projectId)));
      await deleteMapsOf(tx, found.id);
      await publish(tx.db, `dataset:${found.id}`, true);
      return { deleted: found.id };
    }),
});
