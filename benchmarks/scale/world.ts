import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { startIndexServer } from "#app/_index/server.ts";
import { IndexClient } from "#db/index/client.ts";
import { Indexes } from "#db/index/indexes.ts";
import type { Services } from "#lib/services.ts";

/** Rows that one statement makes. */
const batchRows = 20_000;
const wordsEach = 60;

export type World = { project: number; dataset: number; rows: number };

/**
 * A dataset of `rows` conversations of three messages and 60 words each, written by SQL. Words are drawn from 20,000 with
 * a frequency that falls steeply, as in language; values of every filter are drawn independently.
 */
export async function makeWorld(
  { database: { sql } }: Pick<Services, "database">,
  project: number,
  rows: number,
): Promise<World> {
  const [made] = await sql<{ id: number }[]>`
    insert into dataset (project_id, name, head_version, head_count) values (${project}, 'scale', 1, ${rows})
    returning id::float8 as id`;
  const dataset = made?.id ?? 0;
  await sql`insert into dataset_version (dataset_id, number, act, summary, added, removed, total)
    values (${dataset}, 1, 'import', 'Made', ${rows}, 0, ${rows})`;
  await sql`insert into source (project_id, digest, file_name, bytes)
    select ${project}, n::text, 'file-' || n || '.jsonl', 1 from generate_series(1, 20) n`;
  await sql`select setseed(0.5)`;
  for (let from = 0; from < rows; from += batchRows) {
    const to = Math.min(rows, from + batchRows);
    await sql`
      insert into conversation (project_id, hash, kind, body, turns, messages, characters, tokens, lang, roles, preview)
      select ${project}, 'h' || n, (array['chat','chat','chat','tree','pair'])[1 + floor(random() * 5)::int],
        json_build_object('kind', 'chat', 'root', json_build_object('role', 'user', 'content', w[1], 'replies',
          json_build_array(json_build_object('role', 'assistant', 'content', w[2], 'replies',
            json_build_array(json_build_object('role', 'user', 'content', w[3], 'replies', json_build_array())))))),
        turns, turns, length(w[1]) * 3, (20 + random() * 2000)::int,
        (array['en','en','en','en','de','fr','es','zh',null])[1 + floor(random() * 9)::int],
        case when random() < 0.3 then '{system,user,assistant}'::text[] else '{user,assistant}' end, left(w[1], 240)
      from (select n, (1 + floor(random() * 12))::int as turns, array(
          select string_agg('w' || floor(20000 * power(random(), 3))::int, ' ')
          from generate_series(1, ${wordsEach}) i where n is not null group by i % 3) as w
        from generate_series(${from + 1}::int, ${to}::int) n) made`;
  }
  await sql`insert into membership (dataset_id, conversation_id, added_in, tags)
    select ${dataset}, id, 1, case floor(random() * 6)::int when 0 then '{good}'::text[] when 1 then '{good,checked}'
      when 2 then '{bad}' else '{}' end from conversation where project_id = ${project} order by id`;
  await sql`insert into occurrence (project_id, conversation_id, source_id, reading, record_number, metadata, time)
    select ${project}, c.id, s.id, 'r', row_number() over (), '{}', now() - random() * interval '900 days'
    from conversation c join lateral (select id from source
      where project_id = ${project} and digest = (1 + c.id % 20)::text) s on true where c.project_id = ${project}`;
  await sql`insert into finding (project_id, conversation_id, node_hash, "check", kind, start, "end", detector)
    select ${project}, id, 'x', 'pii', (array['email','phone','name'])[1 + id % 3], 0, 1, 'made'
    from conversation where project_id = ${project} and random() < 0.1`;
  await sql`vacuum analyze`;
  return { project, dataset, rows };
}

/** Where an index lies, what it reads, and who may ask it. */
export type IndexPlace = { databaseUrl: string; folder: string; token: string };

export const indexPlace = (services: Services, databaseUrl: string): IndexPlace => ({
  databaseUrl,
  folder: join(services.dataDir, "index"),
  token: services.secrets.internal,
});

/** The index as its process runs it. */
export async function serveIndex({ token, ...place }: IndexPlace, log: Services["log"]) {
  const indexes = new Indexes({
    ...place,
    log: (message, cause) => console.error(message, cause),
    onFatal: (cause) => {
      throw cause;
    },
  });
  await indexes.start();
  const server = await startIndexServer({ port: 0, token, indexes, log });
  return {
    url: server.url,
    settled: () => indexes.settled(),
    close: async () => {
      await server.close();
      await indexes.close();
    },
  };
}

/** The index in this process; `services` asks it until it is closed. */
export async function startIndex(services: Services, databaseUrl: string) {
  const place = indexPlace(services, databaseUrl);
  const { url, settled, close } = await serveIndex(place, services.log);
  services.database.index = new IndexClient({ url, token: place.token });
  return {
    settled,
    close: async () => {
      services.database.index?.close();
      delete services.database.index;
      await close();
    },
  };
}

/** Asks until the index is up to date; seconds that each stage took. */
export async function buildIndex(
  services: Pick<Services, "database">,
  world: World,
): Promise<{ rows: number; texts: number; cpu: number }> {
  const from = performance.now();
  const cpuFrom = process.cpuUsage();
  const ask = (filter: object) =>
    services.database.index?.ask({
      ...{ project: world.project, dataset: world.dataset, version: 1, filter },
      counts: [],
    });
  let rowsDone = 0;
  for (;;) {
    const answer = await ask(rowsDone ? { text: "w1" } : {});
    const now = (performance.now() - from) / 1000;
    const inTexts = answer?.state === "behind" && answer.progress.stage === "texts";
    if (!rowsDone && (answer?.state === "fresh" || inTexts)) rowsDone = now;
    else if (answer?.state === "fresh") {
      const { user, system } = process.cpuUsage(cpuFrom);
      return { rows: rowsDone, texts: now - rowsDone, cpu: (user + system) / 1e6 };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits until the index has listed its common words, which it does in the background once it is up to date; seconds. */
export async function commonWordsListed(
  { dataDir }: Pick<Services, "dataDir">,
  { project }: World,
): Promise<number> {
  const from = performance.now();
  const file = new DatabaseSync(join(dataDir, "index", String(project), "text.sqlite"), {
    readOnly: true,
  });
  const listed = file.prepare("select 1 from meta where key = 'common'");
  while (!listed.get()) await new Promise((resolve) => setTimeout(resolve, 200));
  file.close();
  return (performance.now() - from) / 1000;
}

/** A generator with a known sequence, so that every run asks the same. */
export function picker(seed: number) {
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return { next, of: <T>(values: readonly T[]) => values[next(values.length)] as T };
}

export const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;

export const numberFlag = (name: string, otherwise: number): number =>
  Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.split("=")[1] ?? otherwise);
