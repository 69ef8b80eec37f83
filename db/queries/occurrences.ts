import { sql } from "drizzle-orm";
import type { ProjectHandle } from "../handle.ts";
import { numberColumn, textColumn } from "../text-columns.ts";

export type NewOccurrence = {
  conversation: number;
  record: number;
  part: number;
  speakers: readonly string[] | null;
  /** ISO 8601. */
  time: string | null;
  metadata: Record<string, unknown>;
};

/** Where these records came from: a source file, read in one way, by one run. */
export type Provenance = { sourceId: number; reading: string; runId: number };

/** Notes where conversations were seen; a record that was noted before is left as it is. */
export async function addOccurrences(
  handle: ProjectHandle,
  { sourceId, reading, runId }: Provenance,
  rows: readonly NewOccurrence[],
): Promise<void> {
  if (rows.length === 0) return;
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
  await handle.db.execute(sql`
    insert into occurrence (project_id, conversation_id, source_id, run_id, reading, record_number, part, speakers, time, metadata)
    select ${handle.projectId}, x.conversation, ${sourceId}, ${runId}, ${reading}, x.record, x.part,
      x.speakers::jsonb, x.time::timestamptz, x.metadata::jsonb
    from unnest(
      ${numberColumn(
        rows.map((row) => row.conversation),
        "bigint",
      )},
      ${numberColumn(
        rows.map((row) => row.record),
        "int",
      )},
      ${numberColumn(
        rows.map((row) => row.part),
        "smallint",
      )},
      ${textColumn(rows.map((row) => json(row.speakers)))},
      ${textColumn(rows.map((row) => row.time))},
      ${textColumn(rows.map((row) => json(row.metadata)))}
    ) as x(conversation, record, part, speakers, time, metadata)
    on conflict (source_id, reading, record_number, part) do nothing`);
}

type SourceRow = {
  conversation: number;
  recordNumber: number;
  kind: string;
  messages: number;
  tokens: number;
  lang: string | null;
  preview: string;
};

/** Conversations of a source as one reading found them, by record, up to record `lastRecord`. */
export async function listSourceRows(
  { db, projectId }: ProjectHandle,
  page: { sourceId: number; reading: string; lastRecord: number; limit: number },
): Promise<SourceRow[]> {
  return db.execute<SourceRow>(sql`
    select c.id::float8 as conversation, o.record_number as "recordNumber", c.kind, c.messages, c.tokens, c.lang, c.preview
    from occurrence o join conversation c on c.id = o.conversation_id
    where o.source_id = ${page.sourceId} and o.reading = ${page.reading} and o.project_id = ${projectId}
      and o.record_number <= ${page.lastRecord} and c.erased_at is null
    order by o.record_number, o.part limit ${page.limit}`);
}
