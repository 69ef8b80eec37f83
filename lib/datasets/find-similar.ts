import { z } from "zod";
import { requireConversation } from "#db/queries/conversations.ts";
import { showRows } from "#db/queries/dataset-rows.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import { similarRows } from "#db/queries/similar-rows.ts";
import { idSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { termsOf } from "../core/similar-words.ts";
import { similarByVectors } from "../embeddings/similar-by-vectors.ts";
import { defineOperation } from "../operation.ts";
import { excerptsOf } from "./excerpts.ts";
import { older, rowOutput, viewInput } from "./list-rows.ts";

/** Rows that are about the same: by vectors where an embedding model gave this conversation one, else by shared words. */
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
    /**
     * `lexical`: by shared words, those that few texts have counting most (BM25). `embedding`: by the cosine of vectors of
     * what people wrote, up to the model's longest text.
     */
    method: z.enum(["lexical", "embedding"]),
    /** The embedding model's version, as model@version; null when words were compared. */
    model: z.string().nullable(),
    /** Rows of the view that have no vector yet, so that they cannot be found. */
    withoutVector: z.number(),
    /** The most alike first; by words, each with a place where it shares one. */
    rows: z.array(rowOutput),
    /** The search that finds all of them, to be shown and changed; null when the words stand nowhere else, or by vectors. */
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
    const near = await similarByVectors(handle, view, { except, limit });
    if (near) {
      const rows = await showRows(handle, view, near.ids);
      return {
        method: "embedding" as const,
        model: near.model,
        withoutVector: near.without,
        rows: rows.map((row) => ({ ...row, match: null })),
        search: null,
      };
    }
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
      model: null,
      withoutVector: 0,
      rows: rows.map((row) => ({ ...row, match: matches.get(row.id) ?? null })),
      search: search ?? null,
    };
  },
});
