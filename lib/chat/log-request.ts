import { sql } from "drizzle-orm";
import { type Database, prepareQuery } from "#db/client.ts";
import { storable } from "../core/unstorable.ts";
import type { EndpointGrant, Target } from "./resolve-target.ts";

export type RequestRecord = {
  id: string;
  path: string;
  status: number;
  finishReason: string | null;
  errorCode: string | null;
  promptTokens: number | null;
  completionTokens: number | null;
  firstTokenMs: number | null;
  latencyMs: number;
  /** Kept only when the deployment keeps full traffic. */
  body: { messages: { role: string; content: string }[]; answer: string } | null;
};

/** Days that preview requests are kept; they are our own people's trials. */
const previewDays = 7;

/** A row as a deployment is set: figures, or figures with text, for the set number of days; undefined for nothing. */
function rowOf(grant: EndpointGrant, target: Target, record: RequestRecord) {
  const traffic = target.deployment?.traffic ?? "metadata";
  if (traffic === "off") return undefined;
  return {
    ...record,
    body: traffic === "full" ? storableBody(record.body) : null,
    projectId: grant.projectId,
    deploymentId: target.deployment?.id ?? null,
    modelVersionId: target.modelVersionId,
    keyId: grant.keyId,
    userId: grant.userId,
    stage: target.stage,
    days: target.deployment?.trafficDays ?? previewDays,
  };
}

const storableBody = (body: RequestRecord["body"]) =>
  body && {
    messages: body.messages.map(({ role, content }) => ({
      role: storable(role),
      content: storable(content),
    })),
    answer: storable(body.answer),
  };

type Row = NonNullable<ReturnType<typeof rowOf>>;

const insertAll = prepareQuery(
  sql`insert into request_log (id, project_id, deployment_id, model_version_id, key_id, user_id, stage, path,
      status, finish_reason, error_code, prompt_tokens, completion_tokens, first_token_ms, latency_ms, body, expires_at)
    select id, "projectId", "deploymentId", "modelVersionId", "keyId", "userId", stage, path, status, "finishReason",
      "errorCode", "promptTokens", "completionTokens", "firstTokenMs", "latencyMs", nullif(body, 'null'::jsonb),
      now() + make_interval(days => days)
    from jsonb_to_recordset(${sql.placeholder("rows")}::jsonb) as x(id text, "projectId" bigint, "deploymentId" bigint,
      "modelVersionId" bigint, "keyId" bigint, "userId" text, stage text, path text, status int, "finishReason" text,
      "errorCode" text, "promptTokens" int, "completionTokens" int, "firstTokenMs" float8, "latencyMs" float8,
      body jsonb, days int)`,
);

async function insertRows(database: Pick<Database, "sql">, rows: readonly Row[]): Promise<void> {
  await insertAll(database, { rows: JSON.stringify(rows) });
}

/** One statement takes at most this many rows, and texts can be long. */
const rowsAtOnce = 200;
/** Rows wait this long for company: long enough that the next request is not held up by the entry of the last. */
const waitMs = 10;

/**
 * Keeps requests as their deployments are set, written together with all that come within some milliseconds; a
 * process that is killed in them loses those entries, never an answer. `failed` hears of each row that could not be
 * written.
 */
export function openRequestLog(
  database: Pick<Database, "sql">,
  failed: (error: unknown, request: string) => void,
) {
  const waiting: Row[] = [];
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const rows = waiting.splice(0, rowsAtOnce);
      await insertRows(database, rows).catch((error: unknown) =>
        rows.length === 1 ? failed(error, rows[0]?.id ?? "") : oneByOne(rows),
      );
    }
    writing = undefined;
  };
  // A row that Postgres refuses must not take its neighbours with it.
  const oneByOne = async (rows: readonly Row[]): Promise<void> => {
    for (const row of rows) {
      await insertRows(database, [row]).catch((error: unknown) => failed(error, row.id));
    }
  };
  const begin = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length > 0) writing ??= write();
  };
  return {
    add(grant: EndpointGrant, target: Target, record: RequestRecord): void {
      const row = rowOf(grant, target, record);
      if (!row) return;
      waiting.push(row);
      timer ??= setTimeout(begin, waitMs);
    },
    /** Resolves when everything that was added is written or was refused. */
    flushed: async (): Promise<void> => {
      begin();
      await writing;
    },
  };
}

export type RequestLog = ReturnType<typeof openRequestLog>;
