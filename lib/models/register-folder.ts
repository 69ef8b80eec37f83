import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ProjectHandle } from "#db/handle.ts";
import { artefactStore } from "#models/artefacts.ts";
import { exportBase } from "#models/launch/trainer.ts";
import { env } from "../env.ts";
import type { OwnedRun } from "../runs/own-run.ts";
import { folders, type Services } from "../services.ts";
import { requireTrainer } from "../status/training-state.ts";
import { trainerThreads } from "../training/build-spec.ts";
import type { RegisterRunInput } from "./import-folder.ts";
import { registerVersion } from "./register-version.ts";

/** Exports the folder through the parity gate, stores the artefact and registers the version. */
export async function registerFolder(
  owned: OwnedRun,
  handle: ProjectHandle,
  services: Services,
  input: RegisterRunInput,
  signal: AbortSignal,
): Promise<void> {
  await requireTrainer(services.dataDir, signal, (note) => owned.progress(0, undefined, note));
  const dir = join(folders(services.dataDir).runs, String(owned.id), String(owned.run.attempt));
  try {
    await owned.progress(0, 3, "Checking the files, exporting and comparing with torch");
    const home = { venvDir: env().venvDir, env: env().childBase };
    const out = join(dir, "artefact");
    const result = await exportBase(home, input.folder, out, { threads: trainerThreads(), signal });
    await owned.event("parity", result.parity);
    await owned.progress(2, 3, "Storing the artefact");
    const stored = await artefactStore(folders(services.dataDir).artefacts).put(out);
    const { files: _files, ...figures } = result;
    await handle.transaction(async (tx) => {
      await owned.assertOwned(tx.db);
      const version = await registerVersion(tx, input.model, {
        engine: "transformers.js",
        artefactDigest: stored.digest,
        method: "imported",
        runId: owned.id,
        templateDigest: result.template_digest,
        // What writes no text can be no deployment: resolve, gate and pointer all ask for this flag.
        servable: result.embedding === undefined,
        tokenizerDigest: result.tokenizer_digest,
        parameters: result.parameters,
        contextLength: result.context_length,
        dtype: "fp32",
        facts: { ...figures, bytes: stored.bytes, folder: basename(input.folder) },
      });
      await owned.write(tx.db, { done: 3 });
      await owned.succeed(tx.db, {
        version: version.id,
        model: `${input.model}@${version.number}`,
        artefact: stored.digest,
        parameters: result.parameters,
        architecture: result.architecture,
        ...(result.embedding && { embedding: result.embedding }),
      });
    });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
