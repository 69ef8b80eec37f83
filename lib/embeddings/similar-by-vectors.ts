import type { ProjectHandle } from "#db/handle.ts";
import type { View } from "#db/queries/dataset-filter.ts";
import { askNearest, countVectors, readVectors, vectorsOf } from "#db/queries/embeddings.ts";
import { compared, nearest } from "./nearest-rows.ts";

export type Alike = {
  /** The most alike first. */
  ids: number[];
  /** The version whose vectors were compared, as model@version. */
  model: string;
  /** Rows of the view without one. */
  without: number;
};

/** So many vectors are read and compared in less than a second. */
const scanned = 20_000;

/** The index of vectors knows the newest rows, all of them: parts of them and older versions are read. */
const isLarge = ({ version, filter }: View, rows: number) =>
  rows > scanned && version === undefined && Object.keys(filter).length === 0;

/**
 * Rows of a view whose vectors are nearest to that of a conversation, by the model version that knows most of the view's
 * rows; of two that know as many, by the newer one. Undefined when no version knows the conversation and another row.
 * @param except the conversation: it is the nearest to itself
 */
export async function similarByVectors(
  handle: ProjectHandle,
  view: View,
  { except, limit }: { except: number; limit: number },
): Promise<Alike | undefined> {
  const known = await vectorsOf(handle, except);
  const counted = await Promise.all(
    known.map(async (one) => ({
      ...one,
      ...(await countVectors(handle, view, one.modelVersionId)),
    })),
  );
  // A stable sort: they come newest first.
  const [best] = counted.sort((a, b) => b.with - a.with);
  if (!best || best.with < 2) return undefined;
  const { modelVersionId, vector: query } = best;
  const among = isLarge(view, best.with)
    ? await askNearest(
        handle,
        { datasetId: view.datasetId, modelVersionId, counted: best },
        query,
        compared(limit + 1),
      )
    : undefined;
  const ids: number[] = [];
  async function* vectors() {
    for await (const { id, vector } of readVectors(handle, view, modelVersionId, among)) {
      if (id === except) continue;
      ids.push(id);
      yield vector;
    }
  }
  const found = await nearest(vectors(), query, limit);
  return {
    ids: found.flatMap(({ index }) => ids[index] ?? []),
    model: best.model,
    without: best.without,
  };
}
