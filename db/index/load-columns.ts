import type { DuckDBConnection } from "@duckdb/node-api";
import {
  type ColumnsFile,
  type DatasetState,
  type LoadFile,
  neverRemoved,
  rowsOf,
  saveMeta,
  setFields,
} from "./columns-file.ts";

export type Load = {
  /** Names of the CSV files in the index's folder. */
  files: Record<LoadFile, string>;
  /** Where each dataset stands after the load; a dataset that is not named is forgotten. */
  datasets: ReadonlyMap<number, DatasetState>;
  /** What the next catch-up has to know. */
  meta: Record<string, string>;
};

/** A row count that does not agree with what Postgres says the dataset holds. */
export class CountMismatch extends Error {}

/**
 * Puts the rows of a load in place of those they follow, in one transaction.
 * @throws CountMismatch when a dataset does not hold as many rows then as Postgres says; nothing is kept.
 */
export async function loadColumns(columns: ColumnsFile, load: Load): Promise<void> {
  await columns.inTransaction(async (db) => {
    await readIncoming(columns, db, load);
    await addWordSets(db);
    const known = [...load.datasets.keys()];
    await db.run(`delete from row where dataset not in (${listed(known)})
      or membership in (select membership from incoming)`);
    await db.run(`insert into row
      select i.membership, i.dataset, i.conversation, i.added_in, coalesce(i.removed_in, ${neverRemoved}),
        i.turns, i.messages, i.tokens, i.time, ${setFields.map((field) => `"${field}_set".id`).join(", ")}
      from incoming i ${setFields
        .map(
          (field) =>
            `join word_set "${field}_set" on "${field}_set".field = '${field}' and "${field}_set".words = i.${field}`,
        )
        .join(" ")}
      where i.dataset in (${listed(known)})`);
    await saveState(db, load);
    await checkCounts(db);
    await db.run("drop table incoming");
  });
  await columns.readSets();
}

/** The first occurrence decides, also when it has no time; an aggregate would pass over a null. */
const noTime = "9223372036854775807";

/** `in ()` is not SQL; no dataset has the number 0. */
const listed = (ids: readonly number[]) => (ids.length === 0 ? "0" : ids.map(Number).join(", "));

/**
 * One temporary table of whole rows. What a text was made from counts as its source, too: `root` is looked up beside the
 * conversation itself.
 */
async function readIncoming(
  columns: ColumnsFile,
  db: DuckDBConnection,
  { files }: Load,
): Promise<void> {
  const json = (values: string) => `'[' || string_agg(${values}, ',' order by ${values}) || ']'`;
  await db.run(`create temp table member as from ${columns.csv("member", files.member)}`);
  await db.run(`create temp table seen as from ${columns.csv("seen", files.seen)}`);
  await db.run(`create temp table incoming as
    with origin as (
      select distinct conversation, conversation as origin from member
      union select distinct conversation, root from member where root is not null
    ), sources as (
      select conversation, ${json("source")} as names from (
        select distinct o.conversation, s.source from origin o join seen s on s.conversation = o.origin
      ) group by conversation
    ), times as (
      select o.conversation, arg_min(coalesce(s.time, ${noTime}), s.occurrence) as time
      from origin o join seen s on s.conversation = o.origin group by o.conversation
    ), findings as (
      select conversation, ${json("kind")} as kinds from (
        select distinct conversation, kind from ${columns.csv("finding", files.finding)}
      ) group by conversation
    ), judged as (
      select conversation, max(level) as level from ${columns.csv("judged", files.judged)} group by conversation
    )
    select m.* exclude (root), coalesce(s.names, '[]') as source, coalesce(f.kinds, '[]') as finding,
      case j.level when 2 then '["labelled"]' when 1 then '["in-progress"]' else '["unlabelled"]' end as label,
      nullif(t.time, ${noTime}) as time
    from member m left join sources s using (conversation) left join times t using (conversation)
      left join findings f using (conversation) left join judged j using (conversation)`);
  await db.run("drop table member; drop table seen");
}

async function addWordSets(db: DuckDBConnection): Promise<void> {
  const seen = setFields
    .map((field) => `select distinct '${field}' as field, ${field} as words from incoming`)
    .join(" union all ");
  await db.run(`insert into word_set
    select (select coalesce(max(id), 0) from word_set) + row_number() over (), field, words
    from (${seen}) fresh where not exists (
      select 1 from word_set w where w.field = fresh.field and w.words = fresh.words)`);
}

async function saveState(db: DuckDBConnection, load: Load): Promise<void> {
  await db.run("delete from dataset");
  for (const [id, state] of load.datasets) {
    await db.run("insert into dataset values ($1, $2, $3, $4)", [
      BigInt(id),
      state.version,
      state.made,
      state.total,
    ]);
  }
  await saveMeta(db, load.meta);
}

async function checkCounts(db: DuckDBConnection): Promise<void> {
  const wrong = await rowsOf(
    db,
    `select d.id, d.total, count(r.membership) as rows from dataset d left join row r
      on r.dataset = d.id and r.removed_in = ${neverRemoved}
     group by d.id, d.total having count(r.membership) <> d.total`,
  );
  const [first] = wrong;
  if (first) {
    throw new CountMismatch(
      `dataset ${first.id} has ${first.rows} rows in the index and ${first.total} in Postgres`,
    );
  }
}
