import { askIndex } from "#db/queries/ask-index.ts";
import { withInstance } from "../datasets/database.ts";
import { requireQuiet } from "../quiet.ts";
import {
  buildIndex,
  commonWordsListed,
  makeWorld,
  numberFlag,
  picker,
  quantile,
  startIndex,
} from "./world.ts";

/**
 * Ranked full text, the 50 best: the index (BM25) against Postgres' `ts_rank` over the same matches with a stored
 * tsvector and a GIN index. `--rows=1000000 --queries=60`. Words of every frequency, single and in pairs, none twice;
 * sides alternate; both must find as many. Begins when the index has nothing left to do in the background.
 */
const load = requireQuiet(process.argv);
const rows = numberFlag("rows", 1_000_000);
const queries = numberFlag("queries", 60);

function randomSearches(count: number): string[] {
  const pick = picker(5);
  const seen = new Set<string>();
  while (seen.size < count) {
    // The cube of a random number is how words were drawn: rare ones and common ones are asked for alike.
    const word = () => `w${10 + Math.floor(19_990 * (pick.next(1000) / 1000) ** 2)}`;
    seen.add(seen.size % 3 === 2 ? `${word()} ${word()}` : word());
  }
  return [...seen];
}

await withInstance(async (services, handle, databaseUrl) => {
  const { sql } = services.database;
  const world = await makeWorld(services, handle.projectId, rows);
  await sql`create table baseline as select c.id, to_tsvector('simple', (
      select string_agg(m #>> '{}', ' ') from jsonb_path_query(c.body::jsonb, '$.**.content') m)) as words
    from conversation c where c.project_id = ${world.project}`;
  await sql`create index on baseline using gin (words)`;
  await sql`vacuum analyze baseline`;
  const index = await startIndex(services, databaseUrl);
  const built = await buildIndex(services, world);
  const listed = await commonWordsListed(services, world);
  const times = { ours: [] as number[], sql: [] as number[] };
  let wrong = 0;
  for (const [n, text] of randomSearches(queries).entries()) {
    const ours = async () => {
      const from = performance.now();
      const view = { datasetId: world.dataset, version: undefined, filter: { text } };
      const answer = await askIndex(handle, view, {
        page: { by: "relevance", descending: true, limit: 50 },
      });
      times.ours.push(performance.now() - from);
      return answer?.state === "fresh" ? answer.page?.length : undefined;
    };
    const ranked = async () => {
      const from = performance.now();
      const found = await sql`select id from baseline, websearch_to_tsquery('simple', ${text}) q
        where words @@ q order by ts_rank(words, q) desc, id desc limit 50`;
      times.sql.push(performance.now() - from);
      return found.length;
    };
    const first = n % 2 === 0 ? await ours() : await ranked();
    const second = n % 2 === 0 ? await ranked() : await ours();
    const total = await askIndex(
      handle,
      { datasetId: world.dataset, version: undefined, filter: { text } },
      { counts: [] },
    );
    const [count] = await sql<{ n: number }[]>`
      select count(*)::int as n from baseline where words @@ websearch_to_tsquery('simple', ${text})`;
    const same = total?.state === "fresh" && total.counts?.total === count?.n;
    if (first !== second || !same) wrong++;
  }
  await index.close();
  const p = (values: number[], share: number) => Number(quantile(values, share).toFixed(1));
  const result = {
    load,
    rows,
    queries,
    /** Seconds: rows and texts, and then common words in the background. */
    built: { ...built, listed },
    p50: { ours: p(times.ours, 0.5), sql: p(times.sql, 0.5) },
    p95: { ours: p(times.ours, 0.95), sql: p(times.sql, 0.95) },
    ratioP95: Number((quantile(times.sql, 0.95) / quantile(times.ours, 0.95)).toFixed(1)),
    ratio: Number(
      quantile(
        times.sql.map((ms, n) => ms / (times.ours[n] ?? 1)),
        0.5,
      ).toFixed(1),
    ),
    wrong,
  };
  console.log(JSON.stringify(result, null, 2));
  if (wrong > 0) process.exitCode = 1;
});
