import { and, asc, eq, type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import type { ProjectHandle } from "../handle.ts";
import { user } from "../schema/access.ts";
import { savedView } from "../schema/curation.ts";
import { dataset } from "../schema/datasets.ts";

/** With the present name of who made it and of who changed it last; empty when nobody is known. */
export type SavedView = Omit<typeof savedView.$inferSelect, "createdBy" | "updatedBy"> & {
  createdBy: string;
  updatedBy: string;
};
type Content = Pick<typeof savedView.$inferInsert, "name" | "filter" | "sort">;

/** Views of a dataset of the handle's project. */
const mine = (handle: ProjectHandle, datasetId: number) =>
  and(
    eq(savedView.datasetId, datasetId),
    sql`exists (select 1 from ${dataset} where ${dataset.id} = ${savedView.datasetId} and ${dataset.projectId} = ${handle.projectId})`,
  );

const nameOf = (column: AnyPgColumn) =>
  sql<string>`coalesce((select ${user.name} from ${user} where ${user.id} = ${column}), '')`;

const pick = (handle: ProjectHandle, datasetId: number, which?: SQL): Promise<SavedView[]> =>
  handle.db
    .select({
      id: savedView.id,
      datasetId: savedView.datasetId,
      name: savedView.name,
      filter: savedView.filter,
      sort: savedView.sort,
      revision: savedView.revision,
      createdBy: nameOf(savedView.createdBy),
      createdAt: savedView.createdAt,
      updatedBy: nameOf(savedView.updatedBy),
      updatedAt: savedView.updatedAt,
    })
    .from(savedView)
    .where(and(mine(handle, datasetId), which))
    .orderBy(asc(sql`lower(${savedView.name})`), asc(savedView.id));

export const listSavedViews = (handle: ProjectHandle, datasetId: number) => pick(handle, datasetId);

/** By id, or by name where people type: a name of digits wins over an id. */
export async function findSavedView(
  handle: ProjectHandle,
  datasetId: number,
  ref: number | string,
): Promise<SavedView | undefined> {
  if (typeof ref === "string") {
    const [named] = await pick(handle, datasetId, eq(savedView.name, ref));
    if (named) return named;
  }
  if (!/^\d{1,15}$/.test(String(ref))) return undefined;
  const [row] = await pick(handle, datasetId, eq(savedView.id, Number(ref)));
  return row;
}

/** Undefined when the name is taken in the dataset. */
export async function insertSavedView(
  handle: ProjectHandle,
  datasetId: number,
  content: Content,
): Promise<SavedView | undefined> {
  const [row] = await handle.db
    .insert(savedView)
    .values({ datasetId, ...content, createdBy: handle.userId, updatedBy: handle.userId })
    .onConflictDoNothing()
    .returning({ id: savedView.id });
  return row && findSavedView(handle, datasetId, row.id);
}

/**
 * Changes a view that is still as it was read: `gone` when it is not, `taken` when another one has the name.
 */
export async function changeSavedView(
  handle: ProjectHandle,
  view: Pick<SavedView, "id" | "datasetId" | "revision">,
  content: Partial<Content>,
): Promise<SavedView | "gone" | "taken"> {
  const named =
    content.name === undefined
      ? undefined
      : await findSavedView(handle, view.datasetId, content.name);
  if (named && named.name === content.name && named.id !== view.id) return "taken";
  const [row] = await handle.db
    .update(savedView)
    .set({
      ...content,
      revision: sql`${savedView.revision} + 1`,
      updatedBy: handle.userId,
      updatedAt: sql`now()`,
    })
    .where(
      and(
        mine(handle, view.datasetId),
        eq(savedView.id, view.id),
        eq(savedView.revision, view.revision),
      ),
    )
    .returning({ id: savedView.id });
  const changed = row && (await findSavedView(handle, view.datasetId, row.id));
  return changed ?? "gone";
}

/** False when it was not there any more. */
export async function removeSavedView(
  handle: ProjectHandle,
  datasetId: number,
  id: number,
): Promise<boolean> {
  const rows = await handle.db
    .delete(savedView)
    .where(and(mine(handle, datasetId), eq(savedView.id, id)))
    .returning({ id: savedView.id });
  return rows.length > 0;
}
