import { z } from "zod";
import { requireQuiet } from "../quiet.ts";
import { type Served, withServed } from "./served.ts";
import { numberFlag, picker, quantile } from "./world.ts";

/**
 * A page of 50 rows at any depth of a million, through the whole HTTP stack (key, rights, rows with all they show, JSON),
 * against the bare keyset SQL for the same rows, and, beside it, against SQL that gives all that the page shows.
 * `--rows=1000000 --queries=200 --rounds=5`. Sides take turns; all must give the same rows.
 */
const load = requireQuiet(process.argv);
const rows = numberFlag("rows", 1_000_000);
const queries = numberFlag("queries", 200);
const rounds = numberFlag("rounds", 5);

const page = z.object({ rows: z.array(z.object({ id: z.number() })) });

async function overHttp({ url, key }: Served, after: number): Promise<number[]> {
  const path = `/api/projects/default/datasets/scale/conversations?after=${after}:${after}`;
  const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });
  if (!answer.ok) throw new Error(await answer.text());
  return page.parse(await answer.json()).rows.map(({ id }) => id);
}

async function bySql({ database, world }: Served, after: number): Promise<number[]> {
  const found = await database.sql<{ id: number }[]>`
    select c.id::float8 as id, c.kind, c.turns, c.messages, c.tokens, c.lang, c.preview, m.tags
    from membership m join conversation c on c.id = m.conversation_id
    where m.dataset_id = ${world.dataset} and m.removed_in is null
      and m.conversation_id > ${after} and c.id > ${after}
    order by m.conversation_id limit 50`;
  return found.map(({ id }) => id);
}

/** As a person would write it who wants what the page shows: findings, labels, the file and the time of each row, too. */
async function shownBySql({ database, world }: Served, after: number): Promise<number[]> {
  const found = await database.sql<{ id: number }[]>`
    select c.id::float8 as id, c.kind, c.turns, c.messages, c.tokens, c.lang, c.preview, m.tags,
      c.erased_at is not null as erased,
      (select count(*)::int from finding f where f.conversation_id = c.id) as findings,
      exists (select 1 from label l where l.conversation_id = c.id and l.superseded_at is null) as labelled,
      exists (select 1 from label_item i where i.conversation_id = c.id) as asked, o.file_name, o.time
    from membership m join conversation c on c.id = m.conversation_id
      left join lateral (select s.file_name, o.time from occurrence o join source s on s.id = o.source_id
        where o.conversation_id in (c.id, c.root_id) order by o.id limit 1) o on true
    where m.dataset_id = ${world.dataset} and m.removed_in is null
      and m.conversation_id > ${after} and c.id > ${after}
    order by m.conversation_id limit 50`;
  return found.map(({ id }) => id);
}

const sides = { http: overHttp, sql: bySql, shown: shownBySql };
type Side = keyof typeof sides;
const names = Object.keys(sides) as Side[];
const none = (): Record<Side, number[]> => ({ http: [], sql: [], shown: [] });

await withServed(rows, async (served) => {
  const pick = picker(3);
  const ratios = { sql: [] as number[], shown: [] as number[] };
  const p95s = none();
  let wrong = 0;
  // All have been asked before the clock runs.
  for (let n = 0; n < 20; n++) await Promise.all(names.map((side) => sides[side](served, n)));
  for (let round = 0; round < rounds; round++) {
    const times = none();
    for (let n = 0; n < queries; n++) {
      const after = pick.next(rows);
      const said = new Set<string>();
      for (const side of n % 2 === 0 ? names : names.toReversed()) {
        const from = performance.now();
        const ids = await sides[side](served, after);
        times[side].push(performance.now() - from);
        said.add(ids.join());
      }
      if (said.size !== 1) wrong++;
    }
    for (const side of names) p95s[side].push(quantile(times[side], 0.95));
    for (const side of ["sql", "shown"] as const) {
      ratios[side].push((p95s.http.at(-1) ?? 0) / (p95s[side].at(-1) ?? 1));
    }
  }
  const middle = (values: number[]) => Number(quantile(values, 0.5).toFixed(2));
  console.log(
    JSON.stringify(
      {
        load,
        ...{ rows, queries, rounds },
        p95Ms: { http: middle(p95s.http), sql: middle(p95s.sql), shown: middle(p95s.shown) },
        ratio: middle(ratios.sql),
        ratioToShown: middle(ratios.shown),
        wrong,
      },
      null,
      2,
    ),
  );
  if (wrong > 0) process.exitCode = 1;
});
