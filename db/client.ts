import { is, Placeholder, type SQL } from "drizzle-orm";
import { type PgDatabase, PgDialect } from "drizzle-orm/pg-core";
import {
  drizzle,
  type PostgresJsDatabase,
  type PostgresJsQueryResultHKT,
} from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { type IndexAddress, IndexClient } from "./index/client.ts";
import * as access from "./schema/access.ts";
import * as curation from "./schema/curation.ts";
import * as datasets from "./schema/datasets.ts";
import * as judging from "./schema/judging.ts";
import * as labels from "./schema/labels.ts";
import * as models from "./schema/models.ts";
import * as runs from "./schema/runs.ts";
import * as trust from "./schema/trust.ts";
import * as versions from "./schema/versions.ts";

export const schema = {
  ...access,
  ...curation,
  ...datasets,
  ...judging,
  ...labels,
  ...models,
  ...runs,
  ...trust,
  ...versions,
};
type Schema = typeof schema;

/** What queries run on: the pool or one transaction. */
export type Db = PgDatabase<PostgresJsQueryResultHKT, Schema>;

/** A pool with its two faces: Drizzle for queries, postgres.js for COPY and LISTEN. */
export type Database = {
  db: PostgresJsDatabase<Schema>;
  sql: postgres.Sql;
  /** The sidecar index beside it, where one runs; everything but searches of many texts works without. */
  index?: IndexClient;
  close(): Promise<void>;
};

/**
 * Opens a pool; nothing connects before the first query.
 * @param index where the sidecar index listens, if it does.
 * @param max connections of this process: web 8, worker 6, endpoint 4, command line 2.
 */
export function openDatabase(url: string, max: number, index?: IndexAddress): Database {
  const sql = postgres(url, {
    max,
    // A vanished server should be noticed well before a page gives up.
    connect_timeout: 10,
    idle_timeout: 60,
    onnotice: () => {},
    connection: { application_name: "assay" },
  });
  const db = drizzle(sql, { schema, casing: "snake_case" });
  const client = index && new IndexClient(index);
  const close = async () => {
    client?.close();
    await sql.end({ timeout: 5 });
  };
  return { db, sql, ...(client ? { index: client } : {}), close };
}

const dialect = new PgDialect({ casing: "snake_case" });

/**
 * A query as a prepared statement of its connection, outside any transaction; its text is made once. For those few that
 * come with every request and take longer to plan than to do. What differs between requests is `sql.placeholder(NAME)`.
 */
export function prepareQuery<Row extends Record<string, unknown>>(
  query: SQL,
): (database: Pick<Database, "sql">, values: Record<string, unknown>) => Promise<Row[]> {
  let made: { text: string; params: unknown[] } | undefined;
  return async ({ sql }, values) => {
    if (!made) {
      const { sql: text, params } = dialect.sqlToQuery(query);
      made = { text, params };
    }
    const given = made.params.map((param) => (is(param, Placeholder) ? values[param.name] : param));
    return sql.unsafe<Row[]>(made.text, given as string[], { prepare: true });
  };
}
