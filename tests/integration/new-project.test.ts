import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { selection } from "#db/queries/dataset-filter.ts";
import { countRows } from "#db/queries/dataset-rows.ts";
import { importText } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const { db } = services.database;

const lines = Array.from({ length: 40 }, (_, n) =>
  JSON.stringify({ prompt: `Tea ${n}?`, completion: "Yes." }),
);

it("many rows of a new project are found by their dataset before Postgres has counted them", async () => {
  for (const table of ["conversation", "membership"]) {
    await db.execute(sql`alter table ${sql.identifier(table)} set (autovacuum_enabled = false)`);
  }
  for (let other = 0; other < 8; other++) {
    await importText(services, await makeHandle(services), lines.join("\n"));
  }
  await db.execute(sql`analyze`);
  const handle = await makeHandle(services);
  const { result } = await importText(services, handle, lines.slice(0, 6).join("\n"));
  const dataset = Number(result?.datasetId);
  await db.execute(sql`
    with made as (
      insert into conversation (project_id, hash, kind, body, turns, messages, characters, tokens, roles, preview)
      select ${handle.projectId}, 'made ' || n, 'chat', '{}', 1, 1, 10, n, '{user}', 'made'
      from generate_series(1, 25000) n returning id
    ) insert into membership (dataset_id, conversation_id, added_in) select ${dataset}, id, 2 from made`);
  const rows = selection(handle.projectId, dataset, undefined, { tokensMax: 100 });
  const plan = await db.execute<Record<string, string>>(sql`explain select count(*) ${rows}`);
  const words = plan.map((line) => line["QUERY PLAN"]).join("\n");
  expect(words).toContain("conversation_pkey");
  expect(words).not.toContain("conversation_hash");
  const view = { datasetId: dataset, version: undefined, filter: { tokensMax: 100 } };
  expect(await countRows(handle, view)).toBe(106);
});
