import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import {
  changeSavedView,
  findSavedView,
  insertSavedView,
  listSavedViews as queryViews,
  removeSavedView as removeView,
  type SavedView,
} from "#db/queries/saved-views.ts";
import {
  type DatasetFilter,
  datasetFilterSchema,
  datasetRefSchema,
  idSchema,
  nameSchema,
  slugSchema,
  sortSchema,
} from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { line } from "../core/fields.ts";
import { parseSearch } from "../core/search-query.ts";
import { defineOperation } from "../operation.ts";

/** More views than this are not looked at any more. */
const mostViews = 200;

const viewName = nameSchema.pipe(line(200));
/** By id, or by name where people type. */
export const viewRefSchema = z.union([idSchema, z.string().min(1).max(200)]);

export const viewOutput = z.object({
  id: z.number(),
  name: z.string(),
  filter: datasetFilterSchema,
  sort: z.object({ by: z.string(), descending: z.boolean() }),
  revision: z.number(),
  createdBy: z.string(),
  createdAt: z.string(),
  updatedBy: z.string(),
  updatedAt: z.string(),
});

/** A stored filter that an older Assay wrote may have a field that is gone: such a view shows all rows. */
const storedFilter = datasetFilterSchema.catch({});

const viewOf = (row: SavedView): z.input<typeof viewOutput> => ({
  id: row.id,
  name: row.name,
  filter: storedFilter.parse(row.filter),
  sort: row.sort,
  revision: row.revision,
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
  updatedBy: row.updatedBy,
  updatedAt: row.updatedAt.toISOString(),
});

/** A view of a dataset of the handle's project. Throws not_found. */
export async function requireView(
  handle: ProjectHandle,
  datasetId: number,
  ref: number | string,
): Promise<SavedView> {
  const found = await findSavedView(handle, datasetId, ref);
  if (found) return found;
  throw new AssayError(
    "not_found",
    "This dataset has no such saved view. Look at its list of views; nothing was changed.",
  );
}

/** Views of a dataset, by name. */
export const listViews = defineOperation({
  name: "views.list",
  summary: "Saved views of a dataset: named filters with their search and order",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/views",
  input: z.strictObject({ project: slugSchema, dataset: datasetRefSchema }),
  output: z.object({ views: z.array(viewOutput) }),
  allow: { project: "dataset.read" },
  positionals: ["dataset"],
  run: async ({ handle }, { dataset }) => {
    const { id } = await requireDataset(handle, dataset);
    return { views: (await queryViews(handle, id)).map(viewOf) };
  },
});

const taken = (name: string) =>
  new AssayError(
    "conflict",
    `This dataset has a view named “${name}” already. Nothing was saved; choose another name, or replace that view.`,
    { issues: [{ path: "name", message: "Taken" }] },
  );

/** A search that cannot be read is refused when the view is saved, not when it is opened. */
function checkSearch({ text }: DatasetFilter): void {
  if (text !== undefined) parseSearch(text);
}

/** Keeps a filter with its search and order under a name, for everybody in the project. */
export const saveView = defineOperation({
  name: "views.save",
  summary: "Save a filter, its search and its order as a view of a dataset",
  method: "POST",
  path: "/projects/{project}/datasets/{dataset}/views",
  input: z.strictObject({
    project: slugSchema,
    dataset: datasetRefSchema,
    name: viewName,
    filter: datasetFilterSchema.default({}),
    sort: sortSchema.default({ by: "added", descending: false }),
  }),
  output: viewOutput,
  allow: { project: "dataset.write" },
  positionals: ["dataset", "name"],
  audit: ({ dataset }) => ({ dataset }),
  run: async ({ handle }, { dataset, name, filter, sort }) => {
    const { id } = await requireDataset(handle, dataset);
    checkSearch(filter);
    const views = await queryViews(handle, id);
    if (views.length >= mostViews) {
      throw new AssayError(
        "precondition_failed",
        `This dataset has ${mostViews} views, and no more are kept. Nothing was saved; remove one that nobody opens.`,
      );
    }
    const made = await insertSavedView(handle, id, { name, filter, sort });
    if (!made) throw taken(name);
    return viewOf(made);
  },
});

/** Renames a view or replaces what it holds; refused when somebody changed it since it was read. */
export const updateView = defineOperation({
  name: "views.update",
  summary: "Rename a saved view, or replace its filter and order",
  method: "PUT",
  path: "/projects/{project}/datasets/{dataset}/views/{view}",
  input: z.strictObject({
    project: slugSchema,
    dataset: datasetRefSchema,
    view: viewRefSchema,
    revision: z.coerce
      .number()
      .int()
      .min(1)
      .optional()
      .meta({ description: "As it was read; the newest when absent" }),
    name: viewName.optional(),
    filter: datasetFilterSchema.optional(),
    sort: sortSchema.optional(),
  }),
  output: viewOutput,
  allow: { project: "dataset.write" },
  positionals: ["dataset", "view"],
  audit: ({ dataset, view }) => ({ dataset, view }),
  run: async ({ handle }, { dataset, view, revision, name, filter, sort }) => {
    const { id } = await requireDataset(handle, dataset);
    if (filter) checkSearch(filter);
    const found = await requireView(handle, id, view);
    const changed = await changeSavedView(
      handle,
      { ...found, revision: revision ?? found.revision },
      {
        ...(name === undefined ? {} : { name }),
        ...(filter === undefined ? {} : { filter }),
        ...(sort === undefined ? {} : { sort }),
      },
    );
    if (changed === "taken") throw taken(name ?? found.name);
    if (changed === "gone") {
      throw new AssayError(
        "conflict",
        "Somebody changed this view meanwhile. Yours was not saved; look at what it holds now and save again, or save yours under another name.",
      );
    }
    return viewOf(changed);
  },
});

/** Takes a view away; rows, snapshots and exports made with it stay. */
export const removeSavedView = defineOperation({
  name: "views.remove",
  summary: "Remove a saved view; the rows it showed stay",
  method: "DELETE",
  path: "/projects/{project}/datasets/{dataset}/views/{view}",
  input: z.strictObject({ project: slugSchema, dataset: datasetRefSchema, view: viewRefSchema }),
  output: z.object({ removed: z.number() }),
  allow: { project: "dataset.write" },
  positionals: ["dataset", "view"],
  audit: ({ dataset, view }) => ({ dataset, view }),
  run: async ({ handle }, { dataset, view }) => {
    const { id } = await requireDataset(handle, dataset);
    const found = await requireView(handle, id, view);
    await removeView(handle, id, found.id);
    return { removed: found.id };
  },
});

/**
 * The filter of an act that takes `--view NAME` or a filter.
 * @throws invalid_input when both are given, not_found for a view that is not there.
 */
export async function filterOf(
  handle: ProjectHandle,
  datasetId: number,
  given: { view?: number | string | undefined; filter: DatasetFilter },
): Promise<DatasetFilter> {
  if (given.view === undefined) return given.filter;
  if (Object.keys(given.filter).length > 0) {
    throw new AssayError(
      "invalid_input",
      "A view and a filter were given at once. Nothing was done; give one of them.",
      { issues: [{ path: "view", message: "Given beside a filter" }] },
    );
  }
  const { filter } = await requireView(handle, datasetId, given.view);
  const read = datasetFilterSchema.safeParse(filter);
  if (read.success) return read.data;
  throw new AssayError(
    "precondition_failed",
    "This view was saved by another version of Assay, and its filter cannot be read. Nothing was done; save it again.",
  );
}
