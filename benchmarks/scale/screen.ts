import type { ProjectHandle } from "#db/handle.ts";
import { listRows, readCounts, type View } from "#db/queries/dataset-rows.ts";
import type { DatasetFilter } from "#lib/core/dataset-filter.ts";
import { withInstance } from "../datasets/database.ts";
import { requireQuiet } from "../quiet.ts";
import {
  buildIndex,
  makeWorld,
  numberFlag,
  picker,
  quantile,
  startIndex,
  type World,
} from "./world.ts";

/**
 * One screen of the dataset page: 50 rows, exact total and every facet under three filters, by the index and by plain
 * indexed SQL. `--rows=1000000 --queries=300`. Each query is asked once of each side, sides alternate, no query comes
 * twice; both must say the same.
 */
const load = requireQuiet(process.argv);
const rows = numberFlag("rows", 1_000_000);
const queries = numberFlag("queries", 300);

const conditions: ((pick: ReturnType<typeof picker>) => DatasetFilter)[] = [
  (pick) => ({ lang: [pick.of(["en", "de", "fr", "none"])] }),
  (pick) => ({ kind: [pick.of(["chat", "tree", "pair"] as const)] }),
  (pick) => ({ tag: [pick.of(["good", "checked", "bad"])] }),
  (pick) => ({ role: [pick.of(["system", "user"] as const)] }),
  (pick) => ({ source: [`file-${1 + pick.next(20)}.jsonl`] }),
  (pick) => ({ finding: [pick.of(["any", "none", "email"])] }),
  (pick) => ({ turnsMin: 1 + pick.next(11) }),
  (pick) => ({ tokensMin: pick.next(1000), tokensMax: 1000 + pick.next(1000) }),
];

function randomScreens(count: number) {
  const pick = picker(11);
  const seen = new Set<string>();
  const screens = [];
  while (screens.length < count) {
    const left = [...conditions];
    const filter: DatasetFilter = {};
    for (let n = 0; n < 3; n++)
      Object.assign(filter, left.splice(pick.next(left.length), 1)[0]?.(pick));
    const sort = {
      by: pick.of(["added", "turns", "tokens", "messages"] as const),
      descending: pick.next(2) === 1,
    };
    const key = JSON.stringify([filter, sort]);
    if (seen.has(key)) continue;
    seen.add(key);
    screens.push({ filter, sort });
  }
  return screens;
}
type Screen = ReturnType<typeof randomScreens>[number];

async function show(handle: ProjectHandle, world: World, { filter, sort }: Screen) {
  const view: View = { datasetId: world.dataset, version: undefined, filter };
  const from = performance.now();
  const [page, counts] = await Promise.all([
    listRows(handle, view, { ...sort, limit: 50 }),
    readCounts(handle, view),
  ]);
  const ms = performance.now() - from;
  const facets = Object.entries(counts.facets).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ms, says: JSON.stringify([page, counts.total, facets]) };
}

await withInstance(async (services, handle, databaseUrl) => {
  const world = await makeWorld(services, handle.projectId, rows);
  let index = await startIndex(services, databaseUrl);
  const built = await buildIndex(services, world);
  const { index: client, ...alone } = services.database;
  const plain: ProjectHandle = Object.assign(Object.create(Object.getPrototypeOf(handle)), handle, {
    database: alone,
  });
  const times = { cold: [] as number[], warm: [] as number[], sql: [] as number[] };
  let wrong = client ? 0 : 1;
  for (const [n, screen] of randomScreens(queries).entries()) {
    const sides = [
      async () => ({ side: "warm" as const, ...(await show(handle, world, screen)) }),
      async () => ({ side: "sql" as const, ...(await show(plain, world, screen)) }),
    ];
    const said = [];
    for (const side of n % 2 === 0 ? sides : sides.reverse()) said.push(await side());
    for (const { side, ms } of said) times[side].push(ms);
    if (said[0]?.says !== said[1]?.says) wrong++;
    // Every tenth question meets a process that has just begun.
    if (n % 10 === 9 && times.cold.length < 10) {
      await index.close();
      index = await startIndex(services, databaseUrl);
      times.cold.push(
        (await show(handle, world, { ...screen, sort: { by: "added", descending: true } })).ms,
      );
    }
  }
  await index.close();
  const p = (values: number[], share: number) => Number(quantile(values, share).toFixed(1));
  const result = {
    load,
    rows,
    queries,
    built,
    p50: { warm: p(times.warm, 0.5), sql: p(times.sql, 0.5) },
    p95: { cold: p(times.cold, 0.95), warm: p(times.warm, 0.95), sql: p(times.sql, 0.95) },
    ratioP95: Number((quantile(times.sql, 0.95) / quantile(times.warm, 0.95)).toFixed(1)),
    /** The middle one of the ratios of each query's two sides. */
    ratio: Number(
      quantile(
        times.sql.map((ms, n) => ms / (times.warm[n] ?? 1)),
        0.5,
      ).toFixed(1),
    ),
    wrong,
    peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  console.log(JSON.stringify(result, null, 2));
  if (wrong > 0) process.exitCode = 1;
});
