import { type SQL, sql } from "drizzle-orm";
import {
  type DatasetSort,
  latestTime,
  type RowSort,
  unknownTime,
} from "../../lib/core/dataset-words.ts";
import { AssayError } from "../../lib/core/errors.ts";
import type { ProjectHandle } from "../handle.ts";
import { askIndex } from "./ask-index.ts";
import { beyond, headIds, occurrencesOf, type View } from "./dataset-filter.ts";
import { rowsWhere } from "./rows-where.ts";

/** A row's sort value and conversation id: where it stands in an order, whatever comes or goes before it. */
export type Cursor = { value: number; id: number };

/**
 * A page in an order: the first rows after a cursor, or the last before one, or before the end. Never both.
 */
export type PageWish = {
  by: RowSort;
  descending: boolean;
  after?: Cursor | undefined;
  before?: Cursor | "end" | undefined;
  limit: number;
};

/** The place just before a row, from which a list begins with it: ids are whole numbers, so it has an id of its own. */
export function justBefore(
  { value, id }: Cursor,
  { by, descending }: { by: RowSort; descending: boolean },
): Cursor {
  // Without the index, a list by relevance goes by id, and no score is 0.
  const backwards = by === "relevance" ? value !== 0 : descending;
  const near = backwards ? id + 1 : id - 1;
  return { value: by === "added" ? near : value, id: near };
}

/** Rows of a page in its order. `more`: there are others beyond it, in the direction it was read. */
export type Places = { rows: Cursor[]; more: boolean };

const sortColumn: Record<Exclude<DatasetSort, "time">, SQL> = {
  // A conversation stands at most once in a version; its id keeps its place when its tags change.
  added: sql`m.conversation_id`,
  turns: sql`c.turns`,
  tokens: sql`c.tokens`,
  messages: sql`c.messages`,
};

/** A list that is read in one direction. */
type Walk = { by: RowSort; descending: boolean; from: Cursor | undefined; limit: number };

/**
 * Places of one page by keyset: the cost does not grow with depth. By the index, else by SQL alone, with the same answer.
 * @throws unavailable for a list by relevance that goes on when the index is away.
 */
export async function listPlaces(
  handle: ProjectHandle,
  view: View,
  page: PageWish,
): Promise<Places> {
  const { by, before } = page;
  const back = before !== undefined;
  const walk: Walk = {
    by,
    descending: page.descending !== back,
    from: back ? (before === "end" ? undefined : before) : page.after,
    limit: page.limit + 1,
  };
  const found = await walkRows(handle, view, walk);
  const rows = found.slice(0, page.limit);
  return { rows: back ? rows.reverse() : rows, more: found.length > page.limit };
}

async function walkRows(handle: ProjectHandle, view: View, walk: Walk): Promise<Cursor[]> {
  const { by, descending, from, limit } = walk;
  const plain = inPlainOrder(walk);
  const answer =
    needsIndex(view, walk) && !plain
      ? await askIndex(handle, view, { page: { by, descending, after: from, limit } })
      : undefined;
  if (answer?.state === "fresh" && answer.page) return answer.page;
  if (by !== "relevance") return walkPlain(handle, view, { ...walk, by });
  if (from && !plain) throw orderLost();
  // Relevance has no meaning without the index: rows come in their own order, and no score is 0.
  const found = await walkPlain(handle, view, { ...walk, by: "added", descending: !descending });
  return found.map(({ id }) => ({ id, value: 0 }));
}

/** The newest version, all of it. */
export const isHead = (view: View) =>
  view.version === undefined && Object.keys(view.filter).length === 0;

/** The head in its own order is one step along a Postgres index: nothing is quicker. */
const needsIndex = (view: View, walk: Walk) => walk.by !== "added" || !isHead(view);

/** A list by relevance that began without the index goes on without it. */
const inPlainOrder = ({ by, from }: Walk) => by === "relevance" && from?.value === 0;

const orderLost = () =>
  new AssayError(
    "unavailable",
    "The search index does not answer now, and the order by relevance needs it. Load the list again to see it in the order of import.",
    { retryAfter: 5 },
  );

async function walkPlain(
  handle: ProjectHandle,
  view: View,
  walk: Walk & { by: DatasetSort },
): Promise<Cursor[]> {
  const { by, descending, from, limit } = walk;
  const [sign, direction] = descending ? [sql`<`, sql`desc`] : [sql`>`, sql`asc`];
  if (isHead(view) && by === "added") {
    return handle.db.execute<Cursor>(sql`
      select m.conversation_id::float8 as id, m.conversation_id::float8 as value
      ${headIds(handle.projectId, view.datasetId)} ${from ? sql`and m.conversation_id ${sign} ${from.id}` : sql``}
      order by m.conversation_id ${direction} limit ${limit}`);
  }
  const rows = await rowsWhere(handle, view);
  if (by === "added") {
    return handle.db.execute<Cursor>(sql`
      select c.id::float8 as id, c.id::float8 as value ${rows} ${from ? beyond(from.id, sign) : sql``}
      order by m.conversation_id ${direction} limit ${limit}`);
  }
  const valued =
    by === "time"
      ? byTime(rows)
      : sql`select m.conversation_id as id, ${sortColumn[by]}::bigint as value ${rows}`;
  return handle.db.execute<Cursor>(sql`
    with valued as (${valued})
    select valued.id::float8 as id, valued.value::float8 as value from valued
    ${from ? sql`where (valued.value, valued.id) ${sign} (${from.value}, ${from.id})` : sql``}
    order by valued.value ${direction}, valued.id ${direction} limit ${limit}`);
}

const [unknown, latest] = [unknownTime, latestTime].map((time) => sql.raw(`${time}::bigint`));

/**
 * Ids and times of rows. The first occurrence of a conversation, or of what it was made from, decides, also when it has
 * no time: as the index sees it. `offset 0` keeps Postgres from looking it up again for each place where it stands.
 */
const byTime = (rows: SQL) => sql`
  select c.id, least(greatest(coalesce(
    case when isfinite(o.time) then (extract(epoch from o.time) * 1000000)::bigint end, ${unknown}), ${unknown}), ${latest}) as value
  from (select c.id, c.root_id ${rows}) c left join lateral (
    select o.time from (${occurrencesOf}) o order by o.id limit 1) o on true
  offset 0`;
