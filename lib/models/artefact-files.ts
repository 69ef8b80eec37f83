import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { artefactStore, type Manifest } from "#models/artefacts.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import type { Download } from "../datasets/download.ts";
import { defineOperation } from "../operation.ts";
import { folders, type Services } from "../services.ts";
import { requireVersion } from "./read-models.ts";
import { type TarFile, tarBytes, writeTar } from "./tar.ts";

/** In every download: `sha256sum -c SHA256SUMS` tells whether the files arrived whole. */
const sumsName = "SHA256SUMS";

/** Files of a model version with their digests. */
export const listModelFiles = defineOperation({
  name: "models.files",
  summary: "Files of a model version with size and SHA-256",
  method: "GET",
  path: "/projects/{project}/models/{version}/files",
  input: z.strictObject({ project: slugSchema, version: idSchema }),
  output: z.object({
    digest: z.string(),
    bytes: z.number(),
    files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })),
  }),
  allow: { project: "model.read" },
  positionals: ["version"],
  run: async ({ handle, services }, input) => {
    const { digest, manifest } = await artefactOf(handle, services, input.version);
    const files = sorted(manifest).map(([name, entry]) => ({ name, ...entry }));
    return { digest, files, bytes: files.reduce((sum, file) => sum + file.bytes, 0) };
  },
});

/**
 * All files of a model version as one archive with their digests, streamed. A file that is not as it was stored breaks
 * the download off. Throws not_found, and precondition_failed for a version whose weights are on another server.
 */
export async function downloadArtefact(
  handle: ProjectHandle,
  services: Pick<Services, "dataDir">,
  versionId: number,
): Promise<Download> {
  const { name, folder, manifest } = await artefactOf(handle, services, versionId);
  const files = sorted(manifest);
  const sums = Buffer.from(files.map(([file, { sha256 }]) => `${sha256}  ${file}\n`).join(""));
  const all: TarFile[] = [
    { name: sumsName, bytes: sums.length, chunks: once(sums) },
    ...files.map(([file, { bytes, sha256 }]) => ({
      name: file,
      bytes,
      chunks: verified(join(folder, file), file, sha256),
    })),
  ];
  return {
    fileName: `${name.replace("@", "-")}.tar`,
    mediaType: "application/x-tar",
    bytes: tarBytes(all.map((file) => file.bytes)),
    chunks: writeTar(all),
  };
}

async function artefactOf(
  handle: ProjectHandle,
  services: Pick<Services, "dataDir">,
  versionId: number,
) {
  const { model_version: version, model } = await requireVersion(handle, versionId);
  const digest = version.artefactDigest;
  if (digest === null) {
    throw new AssayError(
      "precondition_failed",
      "The weights of this version are on another server, so there are no files here.",
    );
  }
  const store = artefactStore(folders(services.dataDir).artefacts);
  const [folder, manifest] = [await store.path(digest), await store.manifest(digest)];
  return { name: `${model.name}@${version.number}`, digest, folder, manifest };
}

const sorted = (manifest: Manifest) =>
  Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

async function* once(bytes: Uint8Array) {
  yield bytes;
}

async function* verified(path: string, name: string, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest("hex") !== sha256) {
    throw new AssayError("internal", `${name} has other bytes than it was stored with.`);
  }
}
