import { and, desc, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { model, modelVersion, upstream } from "#db/schema/models.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { defineOperation } from "../operation.ts";
import { embeddingOf, embeddingSchema } from "./embedding-model.ts";
import type { Addressed } from "./model-address.ts";

export const versionOutput = z.object({
  id: z.number(),
  /** `name@number`: how the endpoint and the command line call it. */
  name: z.string(),
  modelId: z.number(),
  model: z.string(),
  number: z.number(),
  method: z.string(),
  engine: z.string(),
  artefactDigest: z.string().nullable(),
  parentId: z.number().nullable(),
  runId: z.number().nullable(),
  snapshotId: z.number().nullable(),
  templateDigest: z.string().nullable(),
  tokenizerDigest: z.string().nullable(),
  trainerLock: z.string().nullable(),
  seed: z.number().nullable(),
  flops: z.number().nullable(),
  parameters: z.number().nullable(),
  contextLength: z.number().nullable(),
  dtype: z.string(),
  servable: z.boolean(),
  /** What its vectors are; null for a model that writes text. */
  embedding: embeddingSchema.nullable(),
  facts: z.record(z.string(), z.unknown()),
  createdBy: z.string().nullable(),
  createdAt: z.string(),
});

type Row = {
  model_version: typeof modelVersion.$inferSelect;
  model: typeof model.$inferSelect;
  upstream: typeof upstream.$inferSelect | null;
};
export type VersionRow = Row;

/** What `openModelClient` needs of a version. */
export const addressedOf = ({ model_version: version, upstream: server }: Row): Addressed => ({
  artefactDigest: version.artefactDigest,
  upstream:
    server && version.upstreamModel
      ? {
          baseUrl: server.baseUrl,
          host: server.host,
          sealedKey: server.sealedKey,
          model: version.upstreamModel,
        }
      : null,
});

export function versionView({ model_version: v, model: m }: Row): z.input<typeof versionOutput> {
  const {
    projectId: _projectId,
    upstreamId: _upstreamId,
    upstreamModel: _upstreamModel,
    ...rest
  } = v;
  return {
    ...rest,
    name: `${m.name}@${v.number}`,
    model: m.name,
    embedding: embeddingOf(v.facts) ?? null,
    createdAt: v.createdAt.toISOString(),
  };
}

function versions(handle: ProjectHandle) {
  return handle.db
    .select()
    .from(modelVersion)
    .innerJoin(model, eq(model.id, modelVersion.modelId))
    .leftJoin(upstream, eq(upstream.id, modelVersion.upstreamId))
    .$dynamic();
}

const live = (handle: ProjectHandle) =>
  and(eq(modelVersion.projectId, handle.projectId), isNull(model.deletedAt));

/** A model version of the handle's project by id. Throws not_found. */
export async function requireVersion(handle: ProjectHandle, id: number): Promise<Row> {
  const [row] = await versions(handle).where(and(live(handle), eq(modelVersion.id, id)));
  if (!row) throw missingVersion();
  return row;
}

/** A model version by id or by `name@number`. Throws not_found. */
export async function findVersion(handle: ProjectHandle, nameOrId: string): Promise<Row> {
  const named = /^(.+)@v?(\d{1,9})$/.exec(nameOrId);
  if (!named) {
    if (/^\d{1,15}$/.test(nameOrId)) return requireVersion(handle, Number(nameOrId));
    throw missingVersion();
  }
  const [row] = await versions(handle).where(
    and(live(handle), eq(model.name, named[1] ?? ""), eq(modelVersion.number, Number(named[2]))),
  );
  if (!row) throw missingVersion();
  return row;
}

const missingVersion = () =>
  new AssayError(
    "not_found",
    "This project has no such model version. Name it as model@version; see the list of models.",
  );

/** Every model version of a project, the newest first. */
export const listModels = defineOperation({
  name: "models.list",
  summary: "Model versions of a project, the newest first",
  method: "GET",
  path: "/projects/{project}/models",
  input: z.strictObject({ project: slugSchema }),
  output: z.object({ versions: z.array(versionOutput) }),
  allow: { project: "model.read" },
  run: async ({ handle }) => ({
    versions: (
      await versions(handle).where(live(handle)).orderBy(desc(modelVersion.id)).limit(1000)
    ).map(versionView),
  }),
});

export const readModelVersion = defineOperation({
  name: "models.show",
  summary: "One model version with what it was made from",
  method: "GET",
  path: "/projects/{project}/models/{version}",
  input: z.strictObject({ project: slugSchema, version: idSchema }),
  output: versionOutput,
  allow: { project: "model.read" },
  positionals: ["version"],
  run: async ({ handle }, { version }) => versionView(await requireVersion(handle, version)),
});
