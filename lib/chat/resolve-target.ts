import { sql } from "drizzle-orm";
import { type Database, type Db, prepareQuery } from "#db/client.ts";
import { AssayError } from "../core/errors.ts";
import { livePass } from "../promotion/live-pass.ts";

/** What the holder of a credential may reach on the endpoint; made only by `callers.ts` from a checked credential. */
export type EndpointGrant = {
  projectId: number;
  keyId: number | null;
  userId: string | null;
  /** Live deployments. */
  chat: boolean;
  /** Any version that writes text, stamped as preview. */
  preview: boolean;
  /** Embedding models. */
  embed: boolean;
};

/** One model version, pinned for one request. */
export type Target = {
  requested: string;
  modelVersionId: number;
  engine: "transformers.js" | "upstream";
  artefactDigest: string | null;
  upstream: {
    id: number;
    baseUrl: string;
    host: string;
    sealedKey: string | null;
    model: string;
  } | null;
  /** `embedding`: gives vectors, so that there is nothing to gate and nothing to preview. */
  stage: "live" | "preview" | "embedding";
  deployment: {
    id: number;
    profile: string;
    system: string;
    parameters: Record<string, unknown>;
    traffic: string;
    trafficDays: number;
  } | null;
  contextLength: number | null;
};

type Row = {
  id: number;
  engine: Target["engine"];
  artefact_digest: string | null;
  context_length: number | null;
  upstream_id: number | null;
  base_url: string | null;
  host: string | null;
  sealed_key: string | null;
  upstream_model: string | null;
};

const versionColumns = sql`v.id::float8 as id, v.engine, v.artefact_digest, v.context_length,
  u.id::float8 as upstream_id, u.base_url, u.host, u.sealed_key, v.upstream_model`;

export const unknownModel = (name: string) =>
  new AssayError(
    "not_found",
    `The model “${name.slice(0, 100)}” does not exist or your key may not use it. GET /v1/models lists those it may use.`,
    { issues: [{ path: "model", message: "Not found" }] },
  );

/**
 * The model version that answers under `name`: a deployment's live version, or `model@version` for a grant with
 * preview. Fails closed. Throws not_found, or unavailable for a deployment that was stopped.
 */
export async function resolveTarget(
  database: Pick<Database, "sql">,
  grant: EndpointGrant,
  name: string,
): Promise<Target> {
  const at = name.lastIndexOf("@");
  if (at > 0) {
    if (!grant.preview) throw unknownModel(name);
    return resolvePreview(database, grant, name, name.slice(0, at), name.slice(at + 1));
  }
  if (!grant.chat) throw unknownModel(name);
  return resolveDeployment(database, grant, name);
}

const previewRow = prepareQuery<Row>(sql`
  select ${versionColumns} from model_version v join model m on m.id = v.model_id
    left join upstream u on u.id = v.upstream_id
  where v.project_id = ${sql.placeholder("project")} and m.name = ${sql.placeholder("model")} and m.deleted_at is null
    and v.number = ${sql.placeholder("number")} and v.servable`);

async function resolvePreview(
  database: Pick<Database, "sql">,
  grant: EndpointGrant,
  name: string,
  model: string,
  version: string,
): Promise<Target> {
  if (!/^v?\d{1,9}$/.test(version)) throw unknownModel(name);
  const [row] = await previewRow(database, {
    project: grant.projectId,
    model,
    number: Number(version.replace("v", "")),
  });
  if (!row) throw unknownModel(name);
  return { ...targetOf(row), requested: name, stage: "preview", deployment: null };
}

const deploymentRow = prepareQuery<
  Row & {
    deployment_id: number;
    profile: string;
    system: string;
    parameters: Record<string, unknown>;
    traffic: string;
    traffic_days: number;
    stopped: boolean;
    stop_reason: string | null;
  }
>(sql`
  select ${versionColumns}, d.id::float8 as deployment_id, p.profile, d.system, d.parameters, d.traffic,
    d.traffic_days, d.stopped_at is not null as stopped, d.stop_reason
  from deployment d join model_version v on v.id = d.live_version_id
    join gate_run g on g.id = d.live_gate_run_id join policy p on p.id = g.policy_id
    left join upstream u on u.id = v.upstream_id
  where d.project_id = ${sql.placeholder("project")} and d.name = ${sql.placeholder("name")} and ${livePass}`);

async function resolveDeployment(
  database: Pick<Database, "sql">,
  grant: EndpointGrant,
  name: string,
): Promise<Target> {
  const [row] = await deploymentRow(database, { project: grant.projectId, name });
  if (!row) throw unknownModel(name);
  if (row.stopped) {
    throw new AssayError(
      "unavailable",
      `“${name}” was stopped${row.stop_reason ? `: ${row.stop_reason}` : ""}. It answers again when a maintainer resumes it.`,
    );
  }
  return {
    ...targetOf(row),
    requested: name,
    stage: "live",
    deployment: {
      id: row.deployment_id,
      profile: row.profile,
      system: row.system,
      parameters: row.parameters,
      traffic: row.traffic,
      trafficDays: row.traffic_days,
    },
  };
}

function targetOf(row: Row) {
  return {
    modelVersionId: row.id,
    engine: row.engine,
    artefactDigest: row.artefact_digest,
    contextLength: row.context_length,
    upstream:
      row.upstream_id !== null && row.base_url && row.host && row.upstream_model
        ? {
            id: row.upstream_id,
            baseUrl: row.base_url,
            host: row.host,
            sealedKey: row.sealed_key,
            model: row.upstream_model,
          }
        : null,
  };
}

/** Names that a grant may use: live deployments, with preview every servable version, with embed the embedding models. */
export async function listTargets(
  db: Db,
  grant: EndpointGrant,
): Promise<{ id: string; created: number }[]> {
  const rows = await db.execute<{ id: string; created: number }>(sql`
    select id, max(created) as created from (
      select d.name as id, extract(epoch from d.created_at)::int as created
      from deployment d join model_version v on v.id = d.live_version_id
        join gate_run g on g.id = d.live_gate_run_id
      where ${grant.chat} and d.project_id = ${grant.projectId} and d.stopped_at is null and ${livePass}
      union all
      select m.name || '@' || v.number, extract(epoch from v.created_at)::int
      from model_version v join model m on m.id = v.model_id
      where ${grant.preview} and v.project_id = ${grant.projectId} and m.deleted_at is null and v.servable
      union all
      select m.name || '@' || v.number, extract(epoch from v.created_at)::int
      from model_version v join model m on m.id = v.model_id
      where ${grant.embed} and v.project_id = ${grant.projectId} and m.deleted_at is null and v.facts ? 'embedding'
      union all
      -- A model's bare name is its newest version.
      select m.name, extract(epoch from v.created_at)::int
      from model m join lateral (
        select created_at, facts from model_version where model_id = m.id order by number desc limit 1) v on true
      where ${grant.embed} and m.project_id = ${grant.projectId} and m.deleted_at is null and v.facts ? 'embedding'
    ) names group by id order by created desc, id limit 1000`);
  return [...rows];
}
