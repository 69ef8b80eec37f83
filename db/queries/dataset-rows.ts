import { type SQL, sql } from "drizzle-orm";
import { prepareQuery } from "../client.ts";
import type { ProjectHandle } from "../handle.ts";
import type { Progress } from "../index/protocol.ts";
import { askIndex } from "./ask-index.ts";
import { labelStateSql, occurrencesOf, ofProject, standsIn, type View } from "./dataset-filter.ts";
import { type Cursor, isHead, justBefore, listPlaces, type PageWish } from "./row-order.ts";
import { rowsWhere } from "./rows-where.ts";

export type { View } from "./dataset-filter.ts";

export type DatasetRow = {
  id: number;
  kind: string;
  turns: number;
  messages: number;
  tokens: number;
  lang: string | null;
  preview: string;
  tags: string[];
  findings: number;
  label: string;
  source: string | null;
  time: string | null;
  erased: boolean;
};

export type Page = {
  rows: DatasetRow[];
  /** What continues after this page; null at the end. */
  next: Cursor | null;
  /** What continues before it; null at the start. */
  previous: Cursor | null;
};

/** One page of rows with all that they show. Throws what `listPlaces` throws. */
export async function listRows(handle: ProjectHandle, view: View, page: PageWish): Promise<Page> {
  const { rows, places, more } = isHeadWalk(view, page)
    ? await walkHead(handle, view, page)
    : await walkView(handle, view, page);
  const [first, last] = [places.at(0) ?? null, places.at(-1) ?? null];
  const { before, after } = page;
  if (before === undefined) {
    return { rows, next: more ? last : null, previous: after ? first : null };
  }
  // What follows rows before a place begins with that place, also when there are none.
  const next = before === "end" ? null : (last ?? justBefore(before, page));
  return { rows, next, previous: more ? first : null };
}

type Walked = { rows: DatasetRow[]; places: Cursor[]; more: boolean };

async function walkView(handle: ProjectHandle, view: View, page: PageWish): Promise<Walked> {
  const { rows: places, more } = await listPlaces(handle, view, page);
  const ids = places.map((place) => place.id);
  return { rows: await showRows(handle, view, ids), places, more };
}

/** What a row shows beside its own columns is looked up for the picked rows only. */
const shownRows = (picked: SQL) =>
  prepareQuery<DatasetRow>(sql`
    with picked as materialized (
      select c.id, c.root_id, c.kind, c.turns, c.messages, c.tokens, c.lang, c.preview, c.erased_at, m.tags ${picked})
    select c.id::float8 as id, c.kind, c.turns, c.messages, c.tokens, c.lang, c.preview, c.tags,
      c.erased_at is not null as erased,
      (select count(*)::int from finding f where f.conversation_id = c.id) as findings,
      ${labelStateSql} as label, o.source, o.time
    from picked c left join lateral (
      select s.file_name as source, to_char(o.time at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as time
      from (${occurrencesOf}) o join source s on s.id = o.source_id order by o.id limit 1) o on true`);

const byIds = (standing: SQL) =>
  shownRows(sql`
    from membership m join conversation c on c.id = m.conversation_id
    where ${standing} and c.project_id = ${sql.placeholder("project")}
      and m.conversation_id = any(${sql.placeholder("ids")}::text::bigint[])`);
const ofHead = byIds(standsIn(sql.placeholder("dataset"), undefined));
const ofVersion = byIds(standsIn(sql.placeholder("dataset"), sql.placeholder("version")));

/** What rows show, in the order of the ids. Reads outside any transaction. */
export async function showRows(
  { database, projectId }: ProjectHandle,
  { datasetId, version }: View,
  ids: readonly number[],
): Promise<DatasetRow[]> {
  if (ids.length === 0) return [];
  const asked = { dataset: datasetId, project: projectId, ids: `{${ids.join(",")}}` };
  const rows = await (version === undefined
    ? ofHead(database, asked)
    : ofVersion(database, { ...asked, version }));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/**
 * The newest version from a place on, in one question. The number of rows stands in its text: the planner takes an unknown
 * one for a tenth of all rows, and then plans anew each time.
 */
const fromPlace = (descending: boolean, rows: number) => {
  const [sign, direction] = descending ? [sql`<`, sql`desc`] : [sql`>`, sql`asc`];
  return shownRows(sql`
    from (
      select m.conversation_id, m.tags from membership m
      where ${standsIn(sql.placeholder("dataset"), undefined)} and m.conversation_id ${sign} ${sql.placeholder("from")}::bigint
      order by m.conversation_id ${direction} limit ${sql.raw(String(Math.trunc(rows)))}
    ) m join conversation c on c.id = m.conversation_id
    where ${ofProject(sql.placeholder("project"))}`);
};
const fromPlaces = new Map<string, ReturnType<typeof shownRows>>();

function fromPlaceOf(descending: boolean, rows: number) {
  const key = `${descending} ${rows}`;
  const made = fromPlaces.get(key) ?? fromPlace(descending, rows);
  fromPlaces.set(key, made);
  return made;
}

/** A statement for each length of a page: no more of them than a list may be long. */
const mostRows = 200;

/** No index is asked for it: see `needsIndex`. */
const isHeadWalk = (view: View, { by, limit }: PageWish) =>
  by === "added" && limit <= mostRows && isHead(view);

/** As `walkView`, of a head in its own order. Reads outside any transaction. */
async function walkHead(
  { database, projectId }: ProjectHandle,
  { datasetId }: View,
  page: PageWish,
): Promise<Walked> {
  const back = page.before !== undefined;
  const descending = page.descending !== back;
  const from = page.before === "end" ? undefined : (page.before ?? page.after);
  const found = await fromPlaceOf(descending, page.limit + 1)(database, {
    dataset: datasetId,
    project: projectId,
    from: from?.id ?? (descending ? Number.MAX_SAFE_INTEGER : -1),
  });
  const ordered = found.sort((a, b) => (descending ? b.id - a.id : a.id - b.id));
  const rows = ordered.slice(0, page.limit);
  if (back) rows.reverse();
  const places = rows.map(({ id }) => ({ id, value: id }));
  return { rows, places, more: found.length > page.limit };
}

export async function countRows(handle: ProjectHandle, view: View): Promise<number> {
  const answer = await askIndex(handle, view, { counts: [] });
  if (answer?.state === "fresh" && answer.counts) return answer.counts.total;
  return countPlainRows(handle, view);
}

async function countPlainRows(handle: ProjectHandle, view: View): Promise<number> {
  const [row] = await handle.db.execute<{ n: number }>(
    sql`select count(*)::int as n ${await rowsWhere(handle, view)}`,
  );
  return row?.n ?? 0;
}

export type Facet = { value: string; count: number };
export const facetNames = ["kind", "lang", "source", "tag", "role", "finding", "label"] as const;
export type FacetName = (typeof facetNames)[number];
export type Facets = Partial<Record<FacetName, Facet[]>>;

/** Most values shown for one facet; counts are exact for those shown. */
const facetLimit = 50;

/** Each facet as a query of (facet, value, count) over `picked`. */
const facetQueries: Record<FacetName, SQL> = {
  kind: sql`select 'kind' as facet, kind as value, count(*)::int as count from picked group by kind`,
  lang: sql`select 'lang', lang, count(*)::int from picked group by lang`,
  label: sql`select 'label', label, count(*)::int from picked group by label`,
  role: sql`select 'role', role, count(*)::int from picked, unnest(roles) as role group by role`,
  tag: sql`select 'tag', tag, count(*)::int from picked, unnest(tags) as tag group by tag`,
  // An edited or cleaned text comes from where the text it was made from came.
  source: sql`select 'source', s.file_name, count(distinct p.id)::int from picked p
    cross join lateral (values (p.id), (p.root_id)) as origin(id)
    join occurrence o on o.conversation_id = origin.id join source s on s.id = o.source_id group by s.file_name`,
  finding: sql`select 'finding', seen.kind, count(*)::int from (
      select distinct p.id, f.kind from picked p join finding f on f.conversation_id = p.id) seen group by seen.kind
    union all select 'finding', case when found then 'any' else 'none' end, count(*)::int from (
      select exists (select 1 from finding f where f.conversation_id = p.id) as found from picked p) p group by found`,
};

/** Exact counts of the values of some facets under the filter. */
export async function readFacets(
  handle: ProjectHandle,
  view: View,
  names: readonly FacetName[] = facetNames,
): Promise<Facets> {
  const queries = names.map((name) => facetQueries[name]);
  const label = names.includes("label") ? labelStateSql : sql`null::text`;
  const rows = await handle.db.execute<{ facet: FacetName; value: string; count: number }>(sql`
    with picked as materialized (
      select c.id, c.root_id, c.kind, coalesce(c.lang, 'none') as lang, c.roles, m.tags, ${label} as label
      ${await rowsWhere(handle, view)}
    ), counted(facet, value, count) as (${sql.join(queries, sql` union all `)})
    select facet, value, count from (
      select *, row_number() over (partition by facet order by count desc, value collate "C") as place from counted
    ) ranked where place <= ${facetLimit} order by facet, count desc, value collate "C"`);
  const facets: Facets = Object.fromEntries(names.map((name) => [name, []]));
  for (const row of rows) facets[row.facet]?.push({ value: row.value, count: row.count });
  return facets;
}

export type Counts = {
  total: number;
  facets: Facets;
  /** How far the index is when it could not answer and SQL did. */
  behind: Progress | undefined;
};

/**
 * The exact total of a view and exact counts of every facet. A facet with a condition of its own is counted without that
 * condition, so that its other values can still be chosen.
 */
export async function readCounts(handle: ProjectHandle, view: View): Promise<Counts> {
  const answer = await askIndex(handle, view, { counts: [...facetNames] });
  if (answer?.state === "fresh" && answer.counts) return { ...answer.counts, behind: undefined };
  const [total, ...parts] = await Promise.all([
    countPlainRows(handle, view),
    ...facetQuestions(view).map((one) => readFacets(handle, one.view, one.names)),
  ]);
  return {
    total,
    facets: Object.assign({}, ...parts),
    behind: answer?.state === "behind" ? answer.progress : undefined,
  };
}

/** Facets without a condition of their own are counted together. */
function facetQuestions(view: View): { view: View; names: FacetName[] }[] {
  const chosen = facetNames.filter((name) => view.filter[name] !== undefined);
  const rest = facetNames.filter((name) => !chosen.includes(name));
  const alone = chosen.map((name) => {
    const { [name]: _own, ...filter } = view.filter;
    return { view: { ...view, filter }, names: [name] };
  });
  return [{ view, names: rest }, ...alone].filter(({ names }) => names.length > 0);
}
