import { and, asc, eq, sql } from "drizzle-orm";
import type { ProjectHandle } from "../handle.ts";
import { dataset } from "../schema/datasets.ts";
import { versionTag } from "../schema/versions.ts";

export type VersionTag = typeof versionTag.$inferSelect;

/** Names on the versions of a dataset, by name. */
export async function listVersionTags(
  handle: ProjectHandle,
  datasetId: number,
): Promise<VersionTag[]> {
  const rows = await handle.db
    .select({ tag: versionTag })
    .from(versionTag)
    .innerJoin(dataset, eq(dataset.id, versionTag.datasetId))
    .where(and(eq(versionTag.datasetId, datasetId), eq(dataset.projectId, handle.projectId)))
    .orderBy(asc(versionTag.name));
  return rows.map((row) => row.tag);
}

export async function findVersionTag(
  handle: ProjectHandle,
  datasetId: number,
  name: string,
): Promise<VersionTag | undefined> {
  return (await listVersionTags(handle, datasetId)).find((tag) => tag.name === name);
}

/** Puts a name on a version: takes it from another one only when `move`. Returns the tag as it stands now. */
export async function putVersionTag(
  handle: ProjectHandle,
  tag: { datasetId: number; name: string; version: number },
  move: boolean,
): Promise<VersionTag | undefined> {
  const set = { version: tag.version, createdBy: handle.userId, createdAt: sql`now()` };
  await handle.db
    .insert(versionTag)
    .values({ ...tag, createdBy: handle.userId })
    .onConflictDoUpdate({
      target: [versionTag.datasetId, versionTag.name],
      set,
      setWhere: sql`${move} and ${versionTag.version} <> ${tag.version}`,
    });
  return findVersionTag(handle, tag.datasetId, tag.name);
}

/** Takes a name off its version. Returns whether it was there. */
export async function dropVersionTag(
  handle: ProjectHandle,
  datasetId: number,
  name: string,
): Promise<boolean> {
  const rows = await handle.db
    .delete(versionTag)
    .where(and(eq(versionTag.datasetId, datasetId), eq(versionTag.name, name)))
    .returning({ name: versionTag.name });
  return rows.length > 0;
}
