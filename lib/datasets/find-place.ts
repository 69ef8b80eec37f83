import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import type { View } from "#db/queries/dataset-filter.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import { justBefore, listPlaces } from "#db/queries/row-order.ts";
import { standing } from "#db/queries/row-standing.ts";
import { sortSchema } from "../core/dataset-filter.ts";
import { rowSorts, unknownTime } from "../core/dataset-words.ts";
import { parseRowPlace, type RowPlace } from "../core/row-place.ts";
import { defineOperation } from "../operation.ts";
import { cursorSchema, formatCursor, older, sortOf, viewInput } from "./list-rows.ts";

const placeSchema = z
  .string()
  .max(40)
  .refine((text) => parseRowPlace(text) !== undefined, "Give end, a number, or a day: 2026-03-01");

const placeOutput = z.object({
  /**
   * `here`: the row stands there under the filter. `filtered`: it is in this version and the filter leaves it out.
   * `gone`: it was in this dataset and is not in this version. `unknown`: the dataset never held it.
   * `beyond`: no row is as late. `timeless`: no row under the filter has a time.
   */
  state: z.enum(["here", "filtered", "gone", "unknown", "beyond", "timeless"]),
  /** The row that stands there. */
  conversation: z.number().nullable(),
  /** The order in which the place is one: a day has its place in the order of time. */
  sort: z.object({ by: z.enum(rowSorts), descending: z.boolean() }),
  /** Lists from this row on; with `before: end` the last rows are meant. */
  after: cursorSchema.nullable(),
  before: z.union([z.literal("end"), cursorSchema]).nullable(),
});
type Place = z.input<typeof placeOutput>;
type Sort = { by: (typeof rowSorts)[number]; descending: boolean };

/**
 * Where in a list a row, a day or the end is: a keyset position, found without counting or skipping rows. The same
 * with the search index and without.
 */
export const findPlace = defineOperation({
  name: "conversations.place",
  summary: "Where in a list a conversation, a day or the end is, to list from there",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/place",
  input: z.strictObject({
    ...viewInput,
    to: placeSchema.meta({ description: "end, a conversation's number, or a day (2026-03-01)" }),
    sort: sortSchema.optional(),
  }),
  output: placeOutput,
  allow: { project: "dataset.read" },
  positionals: ["dataset", "to"],
  run: async ({ handle }, input) => {
    const dataset = await requireDataset(handle, input.dataset);
    const version = older(input.version, dataset.headVersion);
    const view = { datasetId: dataset.id, version, filter: input.filter };
    const place = parseRowPlace(input.to);
    if (!place) throw new TypeError("the schema lets no other place through");
    const sort = sortOf(input);
    if (place.kind === "id") return placeOfRow(handle, view, sort, place.id);
    return place.kind === "end"
      ? placeOfEnd(handle, view, sort)
      : placeOfDay(handle, view, sort, place);
  },
});

async function placeOfEnd(handle: ProjectHandle, view: View, sort: Sort): Promise<Place> {
  const { rows } = await listPlaces(handle, view, { ...sort, before: "end", limit: 1 });
  const conversation = rows[0]?.id ?? null;
  return { state: "here", conversation, sort, after: null, before: "end" };
}

async function placeOfRow(
  handle: ProjectHandle,
  view: View,
  sort: Sort,
  id: number,
): Promise<Place> {
  const { ids } = view.filter;
  const alone = { ...view, filter: { ...view.filter, ids: [id] } };
  const { rows } =
    ids && !ids.includes(id)
      ? { rows: [] }
      : await listPlaces(handle, alone, { ...sort, limit: 1 });
  const [row] = rows;
  const nowhere = { conversation: null, sort, after: null, before: null };
  if (row) {
    const after = formatCursor(justBefore(row, sort));
    return { ...nowhere, state: "here", conversation: id, after };
  }
  return { ...nowhere, state: await standing(handle, view, id) };
}

/** In the order of time: forwards the first row of the day or after it, backwards the last of the day or before it. */
async function placeOfDay(
  handle: ProjectHandle,
  view: View,
  given: Sort,
  day: RowPlace & { kind: "date" },
): Promise<Place> {
  const sort: Sort = { by: "time", descending: given.by === "time" && given.descending };
  const edge = { value: sort.descending ? day.until : day.from, id: 0 };
  const { rows } = await listPlaces(handle, view, { ...sort, after: edge, limit: 1 });
  const [row] = rows;
  if (row && row.value !== unknownTime) {
    return { state: "here", conversation: row.id, sort, after: formatCursor(edge), before: null };
  }
  const last = await listPlaces(handle, view, { by: "time", descending: true, limit: 1 });
  const timeless = (last.rows[0]?.value ?? unknownTime) === unknownTime;
  return {
    state: timeless ? "timeless" : "beyond",
    conversation: null,
    sort,
    after: null,
    // Who looks for a day after all others is shown the last ones.
    before: timeless || sort.descending ? null : "end",
  };
}
