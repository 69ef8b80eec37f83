import type postgres from "postgres";

/**
 * What an index was made from: the cluster and its timeline (another one after a restore or a failover), the database
 * and the project. An index of another origin is thrown away.
 */
export async function readOrigin(sql: postgres.Sql, projectId: number): Promise<string> {
  const [row] = await sql<{ origin: string }[]>`
    select concat_ws(' ', current_database(), (select oid from pg_database where datname = current_database()),
      p.id, p.created_at) as origin from project p where p.id = ${projectId}`;
  if (!row) throw new Error(`there is no project ${projectId}`);
  return `${await readCluster(sql)} ${row.origin}`;
}

/** A hosted Postgres may keep these to itself; the project's own time of birth has to do then. */
async function readCluster(sql: postgres.Sql): Promise<string> {
  try {
    const [row] = await sql<{ cluster: string }[]>`
      select s.system_identifier || ' ' || c.timeline_id as cluster
      from pg_control_system() s, pg_control_checkpoint() c`;
    return row?.cluster ?? "";
  } catch (cause) {
    if ((cause as { code?: string }).code === "42501") return "";
    throw cause;
  }
}
