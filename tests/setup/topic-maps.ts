import type { ProjectHandle } from "#db/handle.ts";
import type { DatasetFilter } from "#lib/core/dataset-filter.ts";
import { listRows } from "#lib/datasets/list-rows.ts";
import type { Services } from "#lib/services.ts";
import { mapTopics } from "#lib/topics/map-topics.ts";
import { plantedTexts } from "#lib/topics/planted.testing.ts";
import { listMapPoints, showMap } from "#lib/topics/read-maps.ts";
import { act, importText, rowIds } from "./datasets.ts";
import { makeHandle } from "./factories.ts";
import { runJob } from "./run-job.ts";

/** A dataset with a map of its topics. */
export type Mapped = { handle: ProjectHandle; dataset: number; ids: number[]; map: number };
type OneMap = Omit<Mapped, "ids">;

/** Texts as chats, a line each. */
export const topicLines = (texts: readonly string[]) =>
  texts
    .map((content) =>
      JSON.stringify({
        messages: [
          { role: "user", content },
          { role: "assistant", content: "Yes." },
        ],
      }),
    )
    .join("\n");

/** What tests do with maps, on the database of `services`. */
export function topicWorld(services: Services) {
  const makeMap = async (handle: ProjectHandle, dataset: number, given: object = {}) => {
    const { run } = await act(services, handle, mapTopics, { dataset, ...given });
    const { state, result } = await runJob(services, run);
    if (state !== "succeeded") throw new Error(`The run ended as ${state}.`);
    return Number(result?.map);
  };
  return {
    makeMap,
    /** Chats on five subjects, mapped. */
    mapped: async (rows = 150, topics: "auto" | number = "auto"): Promise<Mapped> => {
      const handle = await makeHandle(services);
      const done = await importText(services, handle, topicLines(plantedTexts(rows)));
      const dataset = Number(done.result?.datasetId);
      const map = await makeMap(handle, dataset, { topics });
      return { handle, dataset, ids: await rowIds(handle, dataset), map };
    },
    show: ({ handle, dataset, map }: OneMap, filter: DatasetFilter = {}) =>
      act(services, handle, showMap, { dataset, map, filter }),
    pointsOf: ({ handle, dataset, map }: OneMap, limit?: number) =>
      act(services, handle, listMapPoints, { dataset, map, ...(limit ? { limit } : {}) }),
    /** Ids of the rows under a filter, the first 200. */
    rowsUnder: async (handle: ProjectHandle, dataset: number, filter: DatasetFilter) => {
      const { rows } = await act(services, handle, listRows, { dataset, filter, limit: 200 });
      return rows.map(({ id }) => id);
    },
  };
}
