import { z } from "zod";
import { requireConversation } from "#db/queries/conversations.ts";
import { showRows } from "#db/queries/dataset-rows.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import { similarRows } from "#db/queries/similar-rows.ts";
import { idSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { termsOf } from "../core/similar-words.ts";
import { defineOperation } from "../operation.ts";
import { excerptsOf } from "./excerpts.ts";
import { older, rowOutput, viewInput } from "./list-rows.ts";

/** Rows that are about the same, told by the words they share. */
export const findSimilar = defineOperation({
  name: "conversations.similar",
  summary: "Rows of a dataset that are most like a conversation",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/conversations/{conversation}/similar",
  input: z.strictObject({
    ...viewInput,
    conversation: idSchema,
    limit: z.coerce.number().int().min(1).max(50).default(10),
  }),
  output: z.object({
    /** `lexical`: by shared words, those that few texts have counting most (BM25). */
    method: z.literal("lexical"),
    /** The most alike first, each with a place where it shares a word. */
    rows: z.array(rowOutput),
    /** The search that finds all of them, to be shown and changed; null when the words stand nowhere else. */
    search: z.string().nullable(),
  }),
  allow: { project: "dataset.read" },
  positionals: ["dataset", "conversation"],
  run: async ({ handle }, input) => {
    const dataset = await requireDataset(handle, input.dataset);
    const { body } = await requireConversation(handle, input.conversation);
    if (!body) {
      throw new AssayError(
        "invalid_input",
        "The text of this conversation was erased, so there is nothing to compare others with.",
        { issues: [{ path: "conversation", message: "Erased" }] },
      );
    }
    const { filter, conversation: except, limit } = input;
    const version = older(input.version, dataset.headVersion);
    const view = { datasetId: dataset.id, version, filter };
    const { ids, search } = await similarRows(handle, view, {
      terms: termsOf(body),
      except,
      limit,
    });
    const [rows, matches] = await Promise.all([
      showRows(handle, view, ids),
      excerptsOf(handle, search, ids),
    ]);
    return {
      method: "lexical" as const,
      rows: rows.map((row) => ({ ...row, match: matches.get(row.id) ?? null })),
      search: search ?? null,
    };
  },
});
