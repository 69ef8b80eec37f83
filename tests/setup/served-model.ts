import { join } from "node:path";
import pino from "pino";
import { afterAll } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { registerVersion } from "#lib/models/register-version.ts";
import { folders } from "#lib/services.ts";
import { artefactStore } from "#models/artefacts.ts";
import { startModelServer } from "#models/server/server.ts";
import { type TestServices, testServices } from "./services.ts";
import { tinyEncoder, tinyModel } from "./tiny-model.ts";

/** Test services with a real model server that serves this instance's artefacts. */
export async function servedServices(): Promise<TestServices> {
  const services = await testServices();
  const store = artefactStore(folders(services.dataDir).artefacts);
  const server = await startModelServer({
    host: "127.0.0.1",
    port: 0,
    token: services.secrets.internal,
    memoryBudgetBytes: 2e9,
    logger: pino({ level: "silent" }),
    artefactPath: async (id) =>
      /^[0-9a-f]{64}$/.test(id) && (await store.has(id)) ? store.path(id) : undefined,
  });
  afterAll(() => server.close());
  services.modelServerUrl = server.url;
  return services;
}

/** Registers the trainer's tiny model (of a seed) as a version of `name`; returns its id and digest. */
export async function registerTiny(
  services: TestServices,
  handle: ProjectHandle,
  name: string,
  seed = 1,
): Promise<{ id: number; digest: string }> {
  const stored = await artefactStore(join(folders(services.dataDir).artefacts)).put(
    await tinyModel(seed),
  );
  const made = await handle.transaction((tx) =>
    registerVersion(tx, name, {
      engine: "transformers.js",
      method: "pretrain",
      artefactDigest: stored.digest,
      contextLength: 256,
      facts: {},
    }),
  );
  return { id: made.id, digest: stored.digest };
}

/** Registers the tiny embedding model as a version of `name`, as its export leaves it; returns its id and digest. */
export async function registerEncoder(
  services: TestServices,
  handle: ProjectHandle,
  name: string,
): Promise<{ id: number; digest: string }> {
  const artefact = join(await tinyEncoder(), "artefact");
  const stored = await artefactStore(folders(services.dataDir).artefacts).put(artefact);
  const made = await handle.transaction((tx) =>
    registerVersion(tx, name, {
      engine: "transformers.js",
      method: "imported",
      artefactDigest: stored.digest,
      contextLength: 48,
      servable: false,
      facts: { embedding: { dimensions: 32, pooling: "mean", normalize: false, max_length: 48 } },
    }),
  );
  return { id: made.id, digest: stored.digest };
}
