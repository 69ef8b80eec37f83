import { z } from "zod";
import { listRows as queryRows, readCounts } from "#db/queries/dataset-rows.ts";
import { requireHead } from "#db/queries/datasets.ts";
import type { Cursor } from "#db/queries/row-order.ts";
import {
  datasetFilterSchema,
  datasetRefSchema,
  slugSchema,
  sortSchema,
} from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { defineOperation } from "../operation.ts";
import { excerptsOf } from "./excerpts.ts";

export const rowOutput = z.object({
  id: z.number(),
  kind: z.string(),
  turns: z.number(),
  messages: z.number(),
  tokens: z.number(),
  lang: z.string().nullable(),
  preview: z.string(),
  tags: z.array(z.string()),
  findings: z.number(),
  label: z.string(),
  source: z.string().nullable(),
  time: z.string().nullable(),
  erased: z.boolean(),
  /** Where the search matched, with the marked places as UTF-16 offsets; null without a search. */
  match: z
    .object({ text: z.string(), marks: z.array(z.tuple([z.number(), z.number()])) })
    .nullable(),
});
/** Sort value and id of a row at the edge of a page, joined by a colon. */
export const cursorSchema = z
  .string()
  .regex(/^-?\d{1,16}:\d{1,16}$/, "Not a cursor that a page gave");

export const formatCursor = ({ value, id }: Cursor) => `${value}:${id}`;

function parseCursor(text: string): Cursor {
  const [value = 0, id = 0] = text.split(":").map(Number);
  return { value, id };
}

export const viewInput = {
  project: slugSchema,
  dataset: datasetRefSchema,
  /** An older version; the newest when absent. */
  version: z.coerce.number().int().min(0).optional(),
  filter: datasetFilterSchema.default({}),
};

type Sort = z.output<typeof sortSchema>;

/** Relevance has a meaning for a search only, and the best comes first whatever was asked. */
export function sortOf({
  sort,
  filter,
}: {
  sort?: Sort | undefined;
  filter: { text?: string | undefined };
}): Sort {
  const by = sort?.by ?? (filter.text === undefined ? "added" : "relevance");
  if (by !== "relevance") return { by, descending: sort?.descending ?? false };
  return filter.text === undefined ? { by: "added", descending: false } : { by, descending: true };
}

/** One keyset page of a dataset's rows under a filter. */
export const listRows = defineOperation({
  name: "conversations.list",
  summary: "Rows of a dataset, filtered and sorted, a page at a time",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/conversations",
  input: z.strictObject({
    ...viewInput,
    /** By relevance, the best first, when there is a text and nothing else is asked for. */
    sort: sortSchema.optional(),
    after: cursorSchema.optional(),
    /** The rows before a place, in the same order; `end`: the last ones. */
    before: z.union([z.literal("end"), cursorSchema]).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  output: z.object({
    rows: z.array(rowOutput),
    next: cursorSchema.nullable(),
    /** What gives the rows before these as `before`; null at the start. */
    previous: cursorSchema.nullable(),
  }),
  allow: { project: "dataset.read" },
  positionals: ["dataset"],
  run: async ({ handle }, input) => {
    const dataset = await requireHead(handle, input.dataset);
    const { after, before } = input;
    if (after !== undefined && before !== undefined) {
      throw new AssayError(
        "invalid_input",
        "A page goes on after one place or before one, not both. Give one of them.",
        { issues: [{ path: "before", message: "Given beside after" }] },
      );
    }
    const { rows, next, previous } = await queryRows(
      handle,
      {
        datasetId: dataset.id,
        version: older(input.version, dataset.headVersion),
        filter: input.filter,
      },
      {
        ...sortOf(input),
        after: after === undefined ? undefined : parseCursor(after),
        before: before === undefined || before === "end" ? before : parseCursor(before),
        limit: input.limit,
      },
    );
    const matches = await excerptsOf(
      handle,
      input.filter.text,
      rows.map((row) => row.id),
    );
    return {
      rows: rows.map((row) => ({ ...row, match: matches.get(row.id) ?? null })),
      next: next && formatCursor(next),
      previous: previous && formatCursor(previous),
    };
  },
});

/** The exact number of rows under a filter, and exact counts of every facet value. */
export const readFacets = defineOperation({
  name: "datasets.facets",
  summary: "Exact total and facet counts of a dataset under a filter",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/facets",
  input: z.strictObject(viewInput),
  output: z.object({
    total: z.number(),
    facets: z.record(z.string(), z.array(z.object({ value: z.string(), count: z.number() }))),
    /** How far the search index is with what it reads now; null when it is up to date or not there. */
    catchingUp: z
      .object({ stage: z.enum(["rows", "texts"]), done: z.number(), total: z.number() })
      .nullable(),
  }),
  allow: { project: "dataset.read" },
  positionals: ["dataset"],
  run: async ({ handle }, input) => {
    const dataset = await requireHead(handle, input.dataset);
    const { total, facets, behind } = await readCounts(handle, {
      datasetId: dataset.id,
      version: older(input.version, dataset.headVersion),
      filter: input.filter,
    });
    return { total, facets, catchingUp: behind ?? null };
  },
});

/** The head is read through its partial indexes; asking for its number is asking for the head. */
export const older = (version: number | undefined, head: number) =>
  version === undefined || version >= head ? undefined : version;
