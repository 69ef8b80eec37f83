import { countDiff, listDiff } from "#db/queries/version-diff.ts";
import type { Services } from "#lib/services.ts";
import { withInstance } from "../datasets/database.ts";
import { requireQuiet } from "../quiet.ts";
import { makeWorld, numberFlag, quantile, type World } from "./world.ts";

/**
 * What differs between two versions of a million rows of which one in a hundred changed: exact counts and the first page,
 * against a full outer join of two copies of the versions, keys and tags alone. `--rows=1000000 --rounds=5`. Sides take
 * turns; both must count the same.
 */
const load = requireQuiet(process.argv);
const rows = numberFlag("rows", 1_000_000);
const rounds = numberFlag("rounds", 5);

/** Version 2: of a thousand rows, four leave, three get other tags and three another text. */
async function change({ database: { sql } }: Services, { project, dataset }: World) {
  const part = (from: number, until: number) =>
    sql`dataset_id = ${dataset} and removed_in is null and conversation_id % 1000 between ${from} and ${until - 1}`;
  await sql`update membership set removed_in = 2 where ${part(0, 4)}`;
  await sql`with gone as (update membership set removed_in = 2 where ${part(4, 7)} returning conversation_id)
    insert into membership (dataset_id, conversation_id, added_in, tags)
    select ${dataset}, conversation_id, 2, '{again}' from gone`;
  await sql`
    with gone as (update membership set removed_in = 2 where ${part(7, 10)} and added_in = 1 returning conversation_id, tags),
    made as (
      insert into conversation (project_id, hash, kind, body, turns, messages, characters, tokens, lang, roles, preview, root_id, derived_from)
      select ${project}, 'edited ' || c.hash, c.kind, c.body, c.turns, c.messages, c.characters, c.tokens, c.lang, c.roles, c.preview, c.id, c.id
      from gone join conversation c on c.id = gone.conversation_id returning id, root_id
    ) insert into membership (dataset_id, conversation_id, added_in, tags)
    select ${dataset}, made.id, 2, gone.tags from made join gone on gone.conversation_id = made.root_id`;
  await sql`insert into dataset_version (dataset_id, number, act, summary, added, removed, total)
    values (${dataset}, 2, 'bulk', 'Changed', 0, 0, 0)`;
  await sql`update dataset set head_version = 2 where id = ${dataset}`;
  for (const [version, stood] of [
    [1, sql`added_in = 1`],
    [2, sql`removed_in is null`],
  ] as const) {
    await sql`create table ${sql(`copy_${version}`)} as
      select conversation_id, tags from membership where dataset_id = ${dataset} and ${stood}`;
  }
  await sql`vacuum analyze`;
}

await withInstance(async (services, handle) => {
  const world = await makeWorld(services, handle.projectId, rows);
  await change(services, world);
  const ours = async () => {
    const [counts] = await Promise.all([
      countDiff(handle, world.dataset, 1, 2),
      listDiff(
        handle,
        world.dataset,
        { from: 1, to: 2 },
        { change: undefined, after: 0, limit: 51 },
      ),
    ]);
    return [counts.added + counts.edited, counts.removed + counts.edited, counts.tags];
  };
  const join = async () => {
    const [row] = await services.database.sql<{ come: number; gone: number; tags: number }[]>`
      select count(*) filter (where a.conversation_id is null)::int as come,
        count(*) filter (where b.conversation_id is null)::int as gone,
        count(*) filter (where a.tags <> b.tags)::int as tags
      from copy_1 a full join copy_2 b on b.conversation_id = a.conversation_id`;
    return [row?.come, row?.gone, row?.tags];
  };
  const times = { ours: [] as number[], join: [] as number[] };
  let wrong = 0;
  let changed: unknown;
  for (let round = 0; round < rounds; round++) {
    const said: Record<string, unknown> = {};
    const sides = [["ours", ours] as const, ["join", join] as const];
    for (const [side, ask] of round % 2 === 0 ? sides : sides.reverse()) {
      const from = performance.now();
      said[side] = await ask();
      times[side].push(performance.now() - from);
    }
    changed = said.ours;
    if (JSON.stringify(said.ours) !== JSON.stringify(said.join)) wrong++;
  }
  const ms = (side: number[]) => Number(quantile(side, 0.5).toFixed(1));
  const ratio = quantile(
    times.join.map((took, round) => took / (times.ours[round] ?? 1)),
    0.5,
  );
  console.log(
    JSON.stringify(
      {
        load,
        ...{ rows, rounds },
        /** Rows that came, went and got other tags; an edit is one of each of the first two. */
        changed,
        medianMs: { ours: ms(times.ours), join: ms(times.join) },
        ratio: Number(ratio.toFixed(1)),
        wrong,
      },
      null,
      2,
    ),
  );
  if (wrong > 0) process.exitCode = 1;
});
