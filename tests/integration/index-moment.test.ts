import { expect, it } from "vitest";
import { readMoment } from "#db/index/read-changes.ts";
import { testServices } from "#tests/setup/services.ts";

const { sql } = (await testServices()).database;

/** Other tests write to the same cluster: what must be the same is asked for again until nobody wrote in between. */
async function whileNobodyWrites(read: () => Promise<unknown>): Promise<string> {
  for (;;) {
    const before = await readMoment(sql);
    await read();
    if ((await readMoment(sql)) === before) return before;
  }
}

it("a moment is the same after reading, and another once anybody's writing can be seen", async () => {
  await sql`create table if not exists moment_note (n int)`;
  const start = await whileNobodyWrites(() => sql`select count(*) from moment_note`);

  const writer = await sql.reserve();
  try {
    await writer`begin`;
    // Begun, it changes nothing that anybody sees yet. Another one ends first, so that it stands among those not seen.
    await writer`insert into moment_note values (1)`;
    await sql`insert into moment_note values (2)`;
    const later = await readMoment(sql);
    expect(later).not.toBe(start);
    await writer`commit`;
    expect(await readMoment(sql)).not.toBe(later);
  } finally {
    writer.release();
  }

  const before = await readMoment(sql);
  await sql.begin(async (tx) => {
    await tx.savepoint((inner) => inner`insert into moment_note values (3)`);
  });
  expect(await readMoment(sql)).not.toBe(before);
});
