import { sql } from "drizzle-orm";
import { type Database, prepareQuery } from "#db/client.ts";
import { AssayError } from "../core/errors.ts";
import { type EndpointGrant, resolveTarget, type Target, unknownModel } from "./resolve-target.ts";

type Row = {
  id: number;
  artefact_digest: string;
  context_length: number | null;
  embeds: boolean;
};

/** Version 0 stands for the newest: numbers begin at 1. */
const versionRow = prepareQuery<Row>(sql`
  select v.id::float8 as id, v.artefact_digest, v.context_length, v.facts ? 'embedding' as embeds
  from model_version v join model m on m.id = v.model_id
  where v.project_id = ${sql.placeholder("project")} and m.name = ${sql.placeholder("model")} and m.deleted_at is null
    and ${sql.placeholder("number")}::int in (0, v.number)
  order by v.number desc limit 1`);

/**
 * The embedding model version that `name` names: `model@version`, or a model's name for its newest version. It writes no
 * text, so no gate stands before it and no deployment's name reaches it; the scope `embed` is what a key needs.
 * @throws not_found; invalid_input for a model that writes text, when the grant may know of it
 */
export async function resolveEmbedding(
  database: Pick<Database, "sql">,
  grant: EndpointGrant,
  name: string,
): Promise<Target> {
  const row = grant.embed ? await findVersion(database, grant, name) : undefined;
  if (row?.embeds) {
    return {
      requested: name,
      modelVersionId: row.id,
      engine: "transformers.js",
      artefactDigest: row.artefact_digest,
      upstream: null,
      stage: "embedding",
      deployment: null,
      contextLength: row.context_length,
    };
  }
  // Throws not_found for what the grant may not use.
  await resolveTarget(database, grant, name);
  throw new AssayError(
    "invalid_input",
    `“${name.slice(0, 100)}” writes text and gives no embeddings. Name an embedding model; GET /v1/models lists those that your key may use.`,
    { issues: [{ path: "model", message: "No embedding model" }] },
  );
}

/** As `resolveTarget`, and says so where the name is that of an embedding model which the grant may use. */
export async function resolveWriter(
  database: Pick<Database, "sql">,
  grant: EndpointGrant,
  name: string,
): Promise<Target> {
  try {
    return await resolveTarget(database, grant, name);
  } catch (cause) {
    const unknown = cause instanceof AssayError && cause.code === "not_found";
    if (!unknown || !grant.embed) throw cause;
    if (!(await findVersion(database, grant, name))?.embeds) throw unknownModel(name);
    throw new AssayError(
      "invalid_input",
      `“${name.slice(0, 100)}” is an embedding model: it gives vectors and writes no text. Send texts to /v1/embeddings, or name a model that writes.`,
      { issues: [{ path: "model", message: "An embedding model" }], cause },
    );
  }
}

async function findVersion(
  database: Pick<Database, "sql">,
  grant: EndpointGrant,
  name: string,
): Promise<Row | undefined> {
  const named = /^(.+)@v?([1-9]\d{0,8})$/.exec(name);
  const [row] = await versionRow(database, {
    project: grant.projectId,
    model: named?.[1] ?? name,
    number: Number(named?.[2] ?? 0),
  });
  return row;
}
