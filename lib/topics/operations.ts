import { mapTopics } from "./map-topics.ts";
import { listMapPoints, listMaps, listTitles, removeMap, showMap } from "./read-maps.ts";

export const topicOperations = [
  mapTopics,
  listMaps,
  showMap,
  listTitles,
  listMapPoints,
  removeMap,
] as const;
