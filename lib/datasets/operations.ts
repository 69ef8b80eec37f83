import { embedDataset } from "../embeddings/embed-dataset.ts";
import { deleteDataset, listDatasetDependents, updateDataset } from "./change-dataset.ts";
import { removeRows, tagRows } from "./change-rows.ts";
import { createDataset } from "./create-dataset.ts";
import { createSnapshot, listSnapshots } from "./create-snapshot.ts";
import { editConversation } from "./edit-conversation.ts";
import { eraseConversation, listEraseDependents } from "./erase-conversation.ts";
import { findPlace } from "./find-place.ts";
import { findSimilar } from "./find-similar.ts";
import { forkDataset } from "./fork-dataset.ts";
import { restoreVersion, undoVersion } from "./go-back.ts";
import { listDatasets } from "./list-datasets.ts";
import { listImportErrors } from "./list-import-errors.ts";
import { listImportRows } from "./list-import-rows.ts";
import { listNearDuplicateClusters } from "./list-near-duplicates.ts";
import { listRows, readFacets } from "./list-rows.ts";
import { listMergeConflicts, mergeDatasets, previewMerge } from "./merge-datasets.ts";
import { previewImport } from "./preview-import.ts";
import { readConversation } from "./read-conversation.ts";
import { readDataset } from "./read-dataset.ts";
import { readStatistics } from "./read-statistics.ts";
import { diffVersions, listVersions } from "./read-versions.ts";
import { exportRecipe, importRecipe } from "./recipe-files.ts";
import { diffRevisions, listRevisions, restoreRevision } from "./recipe-revisions.ts";
import {
  createRecipe,
  deleteRecipe,
  listRecipes,
  listSteps,
  readRecipe,
  updateRecipe,
} from "./recipes.ts";
import { previewRecipe, runRecipe } from "./run-recipe.ts";
import { listViews, removeSavedView, saveView, updateView } from "./saved-views.ts";
import { listExports, startExport } from "./start-export.ts";
import { startImport } from "./start-import.ts";
import { listVersionTags, tagVersion, untagVersion } from "./tag-version.ts";

export const datasetOperations = [
  listDatasets,
  createDataset,
  readDataset,
  updateDataset,
  listDatasetDependents,
  deleteDataset,
  listRows,
  findPlace,
  findSimilar,
  embedDataset,
  readFacets,
  readStatistics,
  listViews,
  saveView,
  updateView,
  removeSavedView,
  readConversation,
  editConversation,
  listEraseDependents,
  eraseConversation,
  tagRows,
  removeRows,
  listVersions,
  diffVersions,
  restoreVersion,
  undoVersion,
  listVersionTags,
  tagVersion,
  untagVersion,
  forkDataset,
  previewMerge,
  listMergeConflicts,
  mergeDatasets,
  listSteps,
  listRecipes,
  createRecipe,
  readRecipe,
  updateRecipe,
  deleteRecipe,
  listRevisions,
  diffRevisions,
  restoreRevision,
  exportRecipe,
  importRecipe,
  previewRecipe,
  runRecipe,
  listNearDuplicateClusters,
  startImport,
  previewImport,
  listImportErrors,
  listImportRows,
  startExport,
  listExports,
  createSnapshot,
  listSnapshots,
] as const;
