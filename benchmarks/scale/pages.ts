import { z } from "zod";
import { requireQuiet } from "../quiet.ts";
import { type Served, withServed } from "./served.ts";
import { numberFlag, picker, quantile } from "./world.ts";

/**
 * A page of 50 rows at any depth of a million, through the whole HTTP stack (key, rights, rows with all they show, JSON),
 * against the bare keyset SQL for the same rows. `--rows=1000000 --queries=200 --rounds=5`. Sides alternate; both must
 * give the same rows.
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

await withServed(rows, async (served) => {
  const pick = picker(3);
  const sides = { http: overHttp, sql: bySql };
  const ratios: number[] = [];
  const p95s = { http: [] as number[], sql: [] as number[] };
  let wrong = 0;
  // Both have been asked before the clock runs.
  for (let n = 0; n < 20; n++) await Promise.all([overHttp(served, n), bySql(served, n)]);
  for (let round = 0; round < rounds; round++) {
    const times = { http: [] as number[], sql: [] as number[] };
    for (let n = 0; n < queries; n++) {
      const after = pick.next(rows);
      const said: Record<string, number[]> = {};
      const order = n % 2 === 0 ? (["http", "sql"] as const) : (["sql", "http"] as const);
      for (const side of order) {
        const from = performance.now();
        said[side] = await sides[side](served, after);
        times[side].push(performance.now() - from);
      }
      if (JSON.stringify(said.http) !== JSON.stringify(said.sql)) wrong++;
    }
    for (const side of ["http", "sql"] as const) p95s[side].push(quantile(times[side], 0.95));
    ratios.push((p95s.http.at(-1) ?? 0) / (p95s.sql.at(-1) ?? 1));
  }
  const p95Ms = (side: number[]) => Number(quantile(side, 0.5).toFixed(2));
  const ratio = Number(quantile(ratios, 0.5).toFixed(2));
  console.log(
    JSON.stringify(
      {
        load,
        ...{ rows, queries, rounds },
        p95Ms: { http: p95Ms(p95s.http), sql: p95Ms(p95s.sql) },
        ratio,
        wrong,
      },
      null,
      2,
    ),
  );
  if (wrong > 0) process.exitCode = 1;
});
