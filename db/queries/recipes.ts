import { and, asc, desc, eq, lt, type SQL, sql } from "drizzle-orm";
import type { ProjectHandle } from "../handle.ts";
import { user } from "../schema/access.ts";
import { recipe, recipeRevision } from "../schema/curation.ts";

export type Steps = {
  steps: { step: string; params: Record<string, unknown> }[];
  digest: string;
};
/** A recipe with the steps of its newest revision. */
export type Recipe = typeof recipe.$inferSelect & Steps;
export type Revision = Steps & {
  number: number;
  restoredFrom: number | null;
  /** The person's present name; empty when nobody is known. */
  by: string;
  createdAt: Date;
};

const columns = {
  id: recipe.id,
  projectId: recipe.projectId,
  name: recipe.name,
  revision: recipe.revision,
  createdBy: recipe.createdBy,
  createdAt: recipe.createdAt,
  updatedAt: recipe.updatedAt,
  steps: recipeRevision.steps,
  digest: recipeRevision.digest,
};

const newest = and(
  eq(recipeRevision.recipeId, recipe.id),
  eq(recipeRevision.number, recipe.revision),
);

const pick = (handle: ProjectHandle, which?: SQL) =>
  handle.db
    .select(columns)
    .from(recipe)
    .innerJoin(recipeRevision, newest)
    .where(and(eq(recipe.projectId, handle.projectId), which))
    .orderBy(asc(recipe.name));

/** The dataset that a recipe was last run on, deleted or not. */
export async function lastCleaned(handle: ProjectHandle, id: number): Promise<number | undefined> {
  const [row] = await handle.db.execute<{ dataset: number }>(sql`
    select (input->>'datasetId')::float8 as dataset from run
    where project_id = ${handle.projectId} and kind = 'recipe' and input->>'recipeId' = ${String(id)}
    order by id desc limit 1`);
  return row?.dataset;
}

export const listRecipes = (handle: ProjectHandle): Promise<Recipe[]> => pick(handle);

/** By id, or by name where people type: a name of digits wins over an id. */
export async function findRecipe(
  handle: ProjectHandle,
  ref: number | string,
): Promise<Recipe | undefined> {
  if (typeof ref === "string") {
    const [named] = await pick(handle, eq(recipe.name, ref));
    if (named) return named;
  }
  if (!/^\d{1,15}$/.test(String(ref))) return undefined;
  const [row] = await pick(handle, eq(recipe.id, Number(ref)));
  return row;
}

const own = (handle: ProjectHandle, id: number) =>
  and(eq(recipe.id, id), eq(recipe.projectId, handle.projectId));

/** Makes a recipe with its first revision; undefined when the name is taken. */
export async function insertRecipe(
  handle: ProjectHandle,
  name: string,
  steps: Steps,
): Promise<Recipe | undefined> {
  return handle.transaction(async (tx) => {
    const [row] = await tx.db
      .insert(recipe)
      .values({ projectId: tx.projectId, name, createdBy: tx.userId })
      .onConflictDoNothing()
      .returning();
    if (!row) return undefined;
    await insertRevision(tx, row.id, { number: 1, ...steps });
    return { ...row, ...steps };
  });
}

/** Holds the recipe until the transaction ends and tells its newest revision. */
export async function lockNewest(tx: ProjectHandle, id: number): Promise<number | undefined> {
  const [row] = await tx.db
    .select({ revision: recipe.revision })
    .from(recipe)
    .where(own(tx, id))
    .for("update");
  return row?.revision;
}

/** False when another recipe of the project has the name. */
export async function renameRecipe(tx: ProjectHandle, id: number, name: string): Promise<boolean> {
  const same = and(eq(recipe.projectId, tx.projectId), eq(recipe.name, name));
  const [holder] = await tx.db.select({ id: recipe.id }).from(recipe).where(same);
  if (holder) return holder.id === id;
  await tx.db.update(recipe).set({ name, updatedAt: sql`now()` }).where(own(tx, id));
  return true;
}

/**
 * Saves steps as the newest revision of a locked recipe. The steps that stand there already make none, unless something
 * else of the recipe changed: whoever read it before must hear of that.
 */
export async function saveRevision(
  tx: ProjectHandle,
  id: number,
  steps: Steps,
  { restoredFrom, always = false }: { restoredFrom?: number; always?: boolean } = {},
): Promise<void> {
  const now = await findRecipe(tx, id);
  if (!now || (now.digest === steps.digest && !always)) return;
  const number = now.revision + 1;
  await insertRevision(tx, id, { number, ...steps, restoredFrom });
  await tx.db.update(recipe).set({ revision: number, updatedAt: sql`now()` }).where(own(tx, id));
}

async function insertRevision(
  tx: ProjectHandle,
  recipeId: number,
  {
    number,
    steps,
    digest,
    restoredFrom,
  }: Steps & { number: number; restoredFrom?: number | undefined },
): Promise<void> {
  await tx.db
    .insert(recipeRevision)
    .values({ recipeId, number, steps, digest, restoredFrom, createdBy: tx.userId });
}

/** Its revisions go with it; versions and runs made with them keep the steps. */
export async function removeRecipe(handle: ProjectHandle, id: number): Promise<void> {
  await handle.db.delete(recipe).where(own(handle, id));
}

const pickRevisions = (handle: ProjectHandle, id: number, which?: SQL) =>
  handle.db
    .select({
      number: recipeRevision.number,
      steps: recipeRevision.steps,
      digest: recipeRevision.digest,
      restoredFrom: recipeRevision.restoredFrom,
      by: sql<string>`coalesce(${user.name}, '')`,
      createdAt: recipeRevision.createdAt,
    })
    .from(recipeRevision)
    .innerJoin(recipe, and(eq(recipe.id, recipeRevision.recipeId), own(handle, id)))
    .leftJoin(user, eq(user.id, recipeRevision.createdBy))
    .where(which)
    .orderBy(desc(recipeRevision.number));

/** The newest first, below `before`. */
export const listRevisions = (
  handle: ProjectHandle,
  id: number,
  before: number | undefined,
  limit: number,
): Promise<Revision[]> =>
  pickRevisions(
    handle,
    id,
    before === undefined ? undefined : lt(recipeRevision.number, before),
  ).limit(limit);

export async function findRevision(
  handle: ProjectHandle,
  id: number,
  number: number,
): Promise<Revision | undefined> {
  const [row] = await pickRevisions(handle, id, eq(recipeRevision.number, number));
  return row;
}
