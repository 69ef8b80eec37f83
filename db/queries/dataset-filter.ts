import { type Placeholder, type SQL, sql } from "drizzle-orm";
import type { DatasetFilter, MapFilter } from "../../lib/core/dataset-filter.ts";
import { numberColumn } from "../text-columns.ts";

/** Rows of a dataset at a version (the head when undefined) that a filter takes. */
export type View = { datasetId: number; version: number | undefined; filter: DatasetFilter };

/**
 * A filter that SQL can answer: Postgres keeps no words, so a text was looked up before (`rows-where.ts`) and stands
 * here as the conversations that it finds.
 */
export type PlainFilter = Omit<DatasetFilter, "text"> & {
  text?: undefined;
  among?: readonly number[];
};

/** Postgres array from strings, as one parameter. */
export function textArray(values: readonly string[]): SQL {
  return sql`array(select jsonb_array_elements_text(${JSON.stringify(values)}::jsonb))`;
}

/** Rows that stood in the dataset at `version`; the head (undefined) uses partial indexes. */
export function standsIn(
  datasetId: number | Placeholder,
  version: number | Placeholder | undefined,
): SQL {
  return version === undefined
    ? sql`m.dataset_id = ${datasetId} and m.removed_in is null`
    : sql`m.dataset_id = ${datasetId} and m.added_in <= ${version} and (m.removed_in is null or m.removed_in > ${version})`;
}

/**
 * Where `c`, a conversation or what it was made from, stood in files. `offset 0` keeps the first of them from being looked
 * for in the order of all occurrences, as is planned while Postgres has not counted them yet.
 */
export const occurrencesOf = sql`
  select id, source_id, time from occurrence where conversation_id in (c.id, c.root_id) offset 0`;

const hasFinding = (inner: SQL) =>
  sql`exists (select 1 from finding f where f.conversation_id = c.id ${inner})`;

function findingCondition(kinds: readonly string[]): SQL {
  if (kinds.includes("none")) return sql`not ${hasFinding(sql``)}`;
  if (kinds.includes("any")) return hasFinding(sql``);
  return hasFinding(sql`and f.kind = any(${textArray(kinds)})`);
}

/** Whether a row was judged in any labelling task of its project. */
export const labelStateSql = sql`(case
  when exists (select 1 from label l where l.conversation_id = c.id and l.superseded_at is null) then 'labelled'
  when exists (select 1 from label_item i where i.conversation_id = c.id) then 'in-progress'
  else 'unlabelled' end)`;

/**
 * Ids of the conversations that a map's topics or area hold. A map of another project or dataset holds none. `<@` counts
 * the line in, and what a line that crosses itself goes round, as `insideArea` does.
 */
export function placedOn(
  projectId: number,
  datasetId: number,
  { id, topics, area }: MapFilter,
): SQL {
  const corners = area && `(${area.map(([x, y]) => `(${x},${y})`).join(",")})`;
  return sql`select p.conversation_id from topic_place p join topic_map t on t.id = p.map_id
    where t.id = ${id} and t.project_id = ${projectId} and t.dataset_id = ${datasetId}
      ${topics ? sql`and p.topic = any(${numberColumn(topics, "smallint")})` : sql``}
      ${corners ? sql`and point(p.x, p.y) <@ ${corners}::polygon` : sql``}`;
}

/** The filter as SQL over `m` (membership) and `c` (conversation), but for its map: see `selection`. */
function filterConditions(filter: PlainFilter): SQL[] {
  const out: SQL[] = [];
  if (filter.among) out.push(sql`c.id = any(${numberColumn(filter.among, "bigint")})`);
  if (filter.role) out.push(sql`c.roles && ${textArray(filter.role)}`);
  if (filter.kind) out.push(sql`c.kind = any(${textArray(filter.kind)})`);
  if (filter.turnsMin !== undefined) out.push(sql`c.turns >= ${filter.turnsMin}`);
  if (filter.turnsMax !== undefined) out.push(sql`c.turns <= ${filter.turnsMax}`);
  if (filter.tokensMin !== undefined) out.push(sql`c.tokens >= ${filter.tokensMin}`);
  if (filter.tokensMax !== undefined) out.push(sql`c.tokens <= ${filter.tokensMax}`);
  if (filter.lang) out.push(sql`coalesce(c.lang, 'none') = any(${textArray(filter.lang)})`);
  if (filter.tag) out.push(sql`m.tags && ${textArray(filter.tag)}`);
  if (filter.label) out.push(sql`${labelStateSql} = any(${textArray(filter.label)})`);
  if (filter.finding) out.push(findingCondition(filter.finding));
  if (filter.ids)
    out.push(
      sql`c.id = any(array(select jsonb_array_elements_text(${JSON.stringify(filter.ids)}::jsonb)::bigint))`,
    );
  if (filter.source) {
    // An edited or cleaned text comes from where the text it was made from came.
    out.push(sql`exists (select 1 from occurrence o join source s on s.id = o.source_id
      where o.conversation_id in (c.id, c.root_id) and s.file_name = any(${textArray(filter.source)}))`);
  }
  return out;
}

/**
 * The rows of `selection` after a conversation, or before it. Said of both tables: told of one, Postgres may walk the other
 * from its very beginning to that place, which it takes for free; in the middle of a million rows that took 400 ms.
 */
export const beyond = (id: number, sign: SQL = sql`>`): SQL =>
  sql`and m.conversation_id ${sign} ${id} and c.id ${sign} ${id}`;

/** Ids of a dataset's newest version alone, without a filter: a walk along one index, whatever else the project has. */
export const headIds = (projectId: number, datasetId: number): SQL =>
  sql`from membership m where ${standsIn(datasetId, undefined)}
    and exists (select 1 from dataset where id = ${datasetId} and project_id = ${projectId})`;

/**
 * Texts `c` of a project, found by another way than their project. `is not false` keeps Postgres from that way: while it
 * has not counted the rows of a new project it takes them for one, and went through all of them again for each row of a
 * dataset; 25,000 rows took two minutes.
 */
export const ofProject = (projectId: number | Placeholder): SQL =>
  sql`(c.project_id = ${projectId}) is not false`;

/** `from … where …` of the rows that a dataset view shows; the handle's project is part of it. See `rowsWhere`. */
export function selection(
  projectId: number,
  datasetId: number,
  version: number | undefined,
  filter: PlainFilter,
): SQL {
  const conditions = [
    standsIn(datasetId, version),
    ofProject(projectId),
    ...filterConditions(filter),
    ...(filter.map ? [sql`c.id in (${placedOn(projectId, datasetId, filter.map)})`] : []),
  ];
  return sql`from membership m join conversation c on c.id = m.conversation_id
    where ${sql.join(conditions, sql` and `)}`;
}
