import { sql } from "drizzle-orm";
import type { ProjectHandle } from "../handle.ts";
import { dataset } from "../schema/datasets.ts";
import { standsIn } from "./dataset-filter.ts";
import type { Dataset } from "./datasets.ts";

/** Makes an empty dataset that says where it comes from; nothing when the name is taken. */
export async function insertFork(
  tx: ProjectHandle,
  origin: Dataset,
  version: number,
  name: string,
): Promise<Dataset | undefined> {
  const [row] = await tx.db
    .insert(dataset)
    .values({
      projectId: tx.projectId,
      name,
      description: origin.description,
      forkedFrom: origin.id,
      forkedVersion: version,
      createdBy: tx.userId,
    })
    .onConflictDoNothing()
    .returning();
  return row;
}

/** Gives a fork the rows of a version of its origin, tags included, in one statement; erased texts stay away. */
export async function forkMembers(
  tx: ProjectHandle,
  origin: Dataset,
  version: number,
  into: { dataset: number; version: number },
): Promise<number> {
  const [row] = await tx.db.execute<{ n: number }>(sql`
    with fresh as (
      insert into membership (dataset_id, conversation_id, added_in, tags)
      select ${into.dataset}::bigint, m.conversation_id, ${into.version}::int, m.tags from membership m
      where ${standsIn(origin.id, version === origin.headVersion ? undefined : version)}
        and not exists (select 1 from conversation c
          where c.id = m.conversation_id and c.project_id = ${tx.projectId} and c.erased_at is not null)
      order by m.conversation_id returning 1
    ) select count(*)::int as n from fresh`);
  return row?.n ?? 0;
}

export type Relative = { id: number; name: string; version: number };

/** Where a dataset was forked from, and the datasets that were forked from it, the newest first. */
export async function readRelatives(
  handle: ProjectHandle,
  { id, forkedFrom, forkedVersion }: Dataset,
): Promise<{ forkedFrom: (Relative & { deleted: boolean }) | null; forks: Relative[] }> {
  const rows = await handle.db.execute<Relative & { deleted: boolean }>(sql`
    select id::float8 as id, name, deleted_at is not null as deleted, coalesce(forked_version, 0) as version
    from dataset where project_id = ${handle.projectId}
      and (id = ${forkedFrom} or (forked_from = ${id} and deleted_at is null)) order by id desc`);
  const origin = rows.find((row) => row.id === forkedFrom);
  return {
    forkedFrom: origin ? { ...origin, version: forkedVersion ?? 0 } : null,
    forks: rows
      .filter((row) => row !== origin)
      .map(({ id: fork, name, version }) => ({ id: fork, name, version })),
  };
}
