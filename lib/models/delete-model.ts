import { and, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { model } from "#db/schema/models.ts";
import { artefactStore } from "#models/artefacts.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { type Dependent, dependentsOutput } from "../core/dependents.ts";
import { AssayError } from "../core/errors.ts";
import { defineOperation } from "../operation.ts";
import { publish } from "../runs/events.ts";
import { folders } from "../services.ts";

async function requireModel(handle: ProjectHandle, id: number) {
  const [row] = await handle.db
    .select({ id: model.id, name: model.name })
    .from(model)
    .where(and(eq(model.id, id), eq(model.projectId, handle.projectId), isNull(model.deletedAt)));
  if (row) return row;
  throw new AssayError(
    "not_found",
    "This project has no such model. Look at the list of models; somebody may have deleted it.",
  );
}

/** What stands on a model's versions; live deployments and open runs block a deletion. */
async function modelDependents(handle: ProjectHandle, id: number): Promise<Dependent[]> {
  const p = handle.projectId;
  const rows = await handle.db.execute<{
    kind: string;
    count: number;
    names: string[];
    blocking: boolean;
  }>(sql`
    with v as (select v.id, m.name || '@' || v.number as name from model_version v join model m on m.id = v.model_id
      where v.model_id = ${id} and v.project_id = ${p})
    select kind, count(*)::int as count, (array_agg(name order by id))[1:3] as names, blocking from (
      select 1 as place, 'live deployments' as kind, d.id, d.name, true as blocking from deployment d
        where d.project_id = ${p} and d.live_version_id in (select id from v)
      union all select 2, 'runs that are still open', r.id, r.title, true from run r
        where r.project_id = ${p} and r.state in ('queued', 'running') and (
          exists (select 1 from v where r.input->'base' = to_jsonb(v.id) or r.input->'modelVersionIds' @> to_jsonb(v.id))
          or exists (select 1 from gate_run g where g.run_id = r.id and g.model_version_id in (select id from v)))
      union all select 3, 'versions', v.id, v.name, false from v
      union all select 4, 'versions that were trained from it (they are kept)', c.id, m.name || '@' || c.number, false
        from model_version c join model m on m.id = c.model_id
        where c.project_id = ${p} and c.parent_id in (select id from v) and c.model_id <> ${id} and m.deleted_at is null
      union all select 5, 'gate runs (their records are kept)', g.id, coalesce(g.verdict, 'undecided'), false from gate_run g
        where g.project_id = ${p} and g.model_version_id in (select id from v)
      union all select 6, 'comparisons (their votes are kept)', c.id, c.name, false from comparison c
        where c.project_id = ${p} and exists (select 1 from v where v.id = any(c.model_version_ids))
    ) as everything group by place, kind, blocking order by place`);
  return [...rows];
}

export const listModelDependents = defineOperation({
  name: "models.dependents",
  summary: "What depends on a model and its versions",
  method: "GET",
  path: "/projects/{project}/model-lines/{model}/dependents",
  input: z.strictObject({ project: slugSchema, model: idSchema }),
  output: dependentsOutput,
  allow: { project: "model.delete" },
  positionals: ["model"],
  run: async ({ handle }, input) => {
    await requireModel(handle, input.model);
    return { dependents: await modelDependents(handle, input.model) };
  },
});

/**
 * Takes a model with all its versions out of use and removes its vectors and those artefact files that no other version
 * shares.
 * Scores, responses, votes and gate records stay, so that what was decided by them keeps its meaning.
 */
export const deleteModel = defineOperation({
  name: "models.delete",
  summary: "Delete a model with its versions; live deployments must be moved first",
  method: "DELETE",
  path: "/projects/{project}/model-lines/{model}",
  input: z.strictObject({
    project: slugSchema,
    model: idSchema,
    confirm: z.string().max(300).meta({ description: "The model's name, typed again" }),
  }),
  output: z.object({ deleted: z.string(), removedBytes: z.number() }),
  allow: { project: "model.delete" },
  positionals: ["model"],
  audit: ({ model: id }) => ({ model: id }),
  run: async ({ handle, services }, input) => {
    const { name, digests } = await handle.transaction(async (tx) => {
      const found = await requireModel(tx, input.model);
      if (input.confirm !== found.name) {
        throw new AssayError(
          "invalid_input",
          `Type “${found.name}” to confirm. Nothing was deleted.`,
          {
            issues: [{ path: "confirm", message: "Not the model's name" }],
          },
        );
      }
      await tx.db.execute(sql`select 1 from model where id = ${found.id} for update`);
      const blocking = (await modelDependents(tx, found.id)).find((one) => one.blocking);
      if (blocking) {
        throw new AssayError(
          "conflict",
          `The model has ${blocking.kind}: ${blocking.names.join(", ")}. Nothing was deleted; end or move them first.`,
        );
      }
      await tx.db.update(model).set({ deletedAt: sql`now()` }).where(eq(model.id, found.id));
      await tx.db.execute(sql`
        delete from embedding where model_version_id in (select id from model_version where model_id = ${found.id})`);
      const rows = await tx.db.execute<{ digest: string; bytes: number }>(sql`
        select distinct v.artefact_digest as digest, coalesce((v.facts->>'bytes')::float8, 0) as bytes
        from model_version v where v.model_id = ${found.id} and v.artefact_digest is not null
          and not exists (select 1 from model_version o join model m on m.id = o.model_id
            where o.artefact_digest = v.artefact_digest and m.deleted_at is null)`);
      await publish(tx.db, `project:${tx.projectId}`, true);
      return { name: found.name, digests: rows };
    });
    const store = artefactStore(folders(services.dataDir).artefacts);
    let removedBytes = 0;
    for (const { digest, bytes } of digests) if (await store.delete(digest)) removedBytes += bytes;
    return { deleted: name, removedBytes };
  },
});
