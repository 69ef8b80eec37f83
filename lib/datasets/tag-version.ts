import { z } from "zod";
import { requireDataset } from "#db/queries/datasets.ts";
import {
  dropVersionTag,
  putVersionTag,
  listVersionTags as queryTags,
} from "#db/queries/version-tags.ts";
import { datasetRefSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { versionRefSchema, versionTagSchema } from "../core/version-ref.ts";
import { defineOperation } from "../operation.ts";
import { publish } from "../runs/events.ts";
import { findVersion } from "./find-version.ts";

const place = { project: slugSchema, dataset: datasetRefSchema };
const tagOutput = z.object({ tag: z.string(), version: z.number() });

/** Names on the versions of a dataset. */
export const listVersionTags = defineOperation({
  name: "versions.tags",
  summary: "Names on the versions of a dataset",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/version-tags",
  input: z.strictObject(place),
  output: z.object({ tags: z.array(tagOutput) }),
  allow: { project: "dataset.read" },
  positionals: ["dataset"],
  run: async ({ handle }, { dataset }) => {
    const { id } = await requireDataset(handle, dataset);
    const tags = await queryTags(handle, id);
    return { tags: tags.map(({ name, version }) => ({ tag: name, version })) };
  },
});

/** Puts a name on a version. A name that is on another one moves only when that is said. */
export const tagVersion = defineOperation({
  name: "versions.tag",
  summary: "Name a version of a dataset, or move a name to it",
  method: "PUT",
  path: "/projects/{project}/datasets/{dataset}/version-tags/{tag}",
  input: z.strictObject({
    ...place,
    tag: versionTagSchema,
    version: versionRefSchema,
    move: z.boolean().default(false).meta({ description: "Take it from the version that has it" }),
  }),
  output: tagOutput,
  allow: { project: "dataset.write" },
  positionals: ["dataset", "version", "tag"],
  audit: ({ dataset, tag, version, move }) => ({ dataset, tag, version, move }),
  run: async ({ handle }, { dataset, tag, version: wanted, move }) => {
    const found = await requireDataset(handle, dataset);
    const version = await findVersion(handle, found, wanted);
    const now = await putVersionTag(handle, { datasetId: found.id, name: tag, version }, move);
    if (now && now.version !== version) {
      throw new AssayError(
        "conflict",
        `“${tag}” is on version ${now.version}. Nothing was changed; choose another name, or say that it moves to version ${version}.`,
        { issues: [{ path: "tag", message: `On version ${now.version}` }] },
      );
    }
    await publish(handle.db, `dataset:${found.id}`, true);
    return { tag, version };
  },
});

/** Takes a name off its version; the version stays. */
export const untagVersion = defineOperation({
  name: "versions.untag",
  summary: "Take a name off a version; the version stays",
  method: "DELETE",
  path: "/projects/{project}/datasets/{dataset}/version-tags/{tag}",
  input: z.strictObject({ ...place, tag: versionTagSchema }),
  output: z.object({ removed: z.string() }),
  allow: { project: "dataset.write" },
  positionals: ["dataset", "tag"],
  audit: ({ dataset, tag }) => ({ dataset, tag }),
  run: async ({ handle }, { dataset, tag }) => {
    const found = await requireDataset(handle, dataset);
    if (!(await dropVersionTag(handle, found.id, tag))) {
      throw new AssayError(
        "not_found",
        `“${found.name}” has no version with the tag “${tag}”. Nothing was changed; look at its list of versions.`,
      );
    }
    await publish(handle.db, `dataset:${found.id}`, true);
    return { removed: tag };
  },
});
