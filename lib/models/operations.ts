import { listModelFiles } from "./artefact-files.ts";
import { readModelCard } from "./card.ts";
import { deleteModel, listModelDependents } from "./delete-model.ts";
import { importModel, listModelFolders } from "./import-folder.ts";
import { listModels, readModelVersion } from "./read-models.ts";
import { readModelRelations } from "./relations.ts";
import { changeUpstream, createUpstream, deleteUpstream } from "./upstreams/change-upstreams.ts";
import { probeUpstream, registerUpstreamModel } from "./upstreams/probe-upstream.ts";
import { listUpstreamModels, listUpstreams } from "./upstreams/read-upstreams.ts";

export const modelOperations = [
  listModels,
  readModelVersion,
  readModelCard,
  readModelRelations,
  listModelFiles,
  importModel,
  listModelFolders,
  listModelDependents,
  deleteModel,
  listUpstreams,
  createUpstream,
  changeUpstream,
  deleteUpstream,
  probeUpstream,
  listUpstreamModels,
  registerUpstreamModel,
] as const;
