import { gzipSync } from "node:zlib";
import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { serve } from "#app/_door/serve.ts";
import { cookieOf, credentialHeaders, makePerson, request } from "#tests/setup/door.ts";
import { makeHandle, makeProject } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";
import { placeUpload } from "#tests/setup/upload.ts";

const services = await testServices();
const { db } = services.database;
let owner: Awaited<ReturnType<typeof makePerson>>;
let handle: Awaited<ReturnType<typeof makeHandle>>;

beforeAll(async () => {
  owner = await makePerson(services, { email: "owner@example.test", admin: true });
  const project = await makeProject(services, { slug: "target", owner });
  handle = await makeHandle(services, { project, user: owner });
});

/** Rows of every table but the audit log. */
async function counts(): Promise<string> {
  const tables = await db.execute<{ name: string }>(sql`
    select table_name as name from information_schema.tables where table_schema = 'public'
      and table_type = 'BASE TABLE' and table_name <> 'audit_entry' order by 1`);
  const seen = [];
  for (const { name } of tables) {
    const [row] = await db.execute<{ n: number }>(
      sql`select count(*)::int as n from ${sql.identifier(name)}`,
    );
    seen.push(`${name} ${row?.n}`);
  }
  return seen.join(", ");
}

async function send(line: string, body: Uint8Array | string, headers: Record<string, string> = {}) {
  const [method = "POST", path] = line.split(" ");
  const asked = new Request(`${services.publicUrl}/api${path}`, {
    method,
    body: body as BodyInit,
    headers: {
      ...credentialHeaders(services, owner),
      "content-type": "application/json",
      ...headers,
    },
  });
  const answer = await serve(services, asked);
  return { status: answer.status, body: (await answer.json()) as { error: Refusal } };
}
type Refusal = { code: string; message: string };

/** One write of each room. */
const doors = [
  "POST /projects",
  "POST /projects/target/datasets",
  "POST /projects/target/imports",
  "POST /projects/target/recipes",
  "POST /projects/target/label-schemas",
  "POST /projects/target/training",
  "POST /projects/target/inference",
  "POST /projects/target/comparisons",
  "POST /projects/target/evaluations",
  "PUT /projects/target/policies",
  "POST /projects/target/deployments",
  "POST /projects/target/models/import",
  "POST /projects/target/keys",
];
const json = '{"name":"x"}';
const faults: [string, string | Uint8Array, Record<string, string>, number, string][] = [
  ["no bytes", "", {}, 422, "invalid_input"],
  [
    "a form",
    "name=x",
    { "content-type": "application/x-www-form-urlencoded" },
    415,
    "unsupported_media",
  ],
  [
    "a picture",
    Buffer.from([0x89, 0x50]),
    { "content-type": "image/png" },
    415,
    "unsupported_media",
  ],
  ["UTF-16", Buffer.from(`\ufeff${json}`, "utf16le"), {}, 422, "invalid_input"],
  ["Latin 1", Buffer.from('{"name":"caf\u00e9"}', "latin1"), {}, 422, "invalid_input"],
  ["gzip", gzipSync(json), { "content-encoding": "gzip" }, 415, "unsupported_media"],
  ["cut gzip", gzipSync(json).subarray(0, 12), {}, 422, "invalid_input"],
  ["a line of 10 MB", `{"name":"${"x".repeat(10 * 1024 * 1024)}"}`, {}, 413, "too_large"],
  ["NUL bytes", '{"name":"a\u0000b"}', {}, 422, "invalid_input"],
  ["a NUL escape", '{"name":"a\\u0000b"}', {}, 422, "invalid_input"],
  ["half a character", '{"name":"a\\ud800"}', {}, 422, "invalid_input"],
  ["half of the JSON", '{"name":"x', {}, 422, "invalid_input"],
];

describe.each(doors)("%s", (line) => {
  it.each(faults)("refuses %s with a code and what to do, and no row changes", async (...given) => {
    const [, body, headers, status, code] = given;
    const before = await counts();
    const answer = await send(line, body, headers);
    expect([answer.status, answer.body.error.code], answer.body.error.message).toEqual([
      status,
      code,
    ]);
    expect(answer.body.error.message).toMatch(/^\S.{20,}[.”]$/s);
    expect(answer.body.error.message.length).toBeLessThan(1000);
    expect(JSON.stringify(answer.body)).not.toMatch(/\.ts:\d+|node_modules|at async/);
    expect(await counts()).toBe(before);
  });
});

describe("a session that expired", () => {
  it("is refused everywhere with the way back, and nothing is written", async () => {
    const person = await makePerson(services, { email: "late@example.test", admin: true });
    const cookie = { cookie: person.cookie };
    expect((await request(services, cookie, "GET /projects")).status).toBe(200);
    await db.execute(
      sql`update session set expires_at = now() - interval '1 minute' where user_id = ${person.id}`,
    );
    const count = async () => (await counts()).replace(/, session \d+/, "");
    const before = await count();
    for (const line of ["GET /projects", ...doors]) {
      const body = line.startsWith("GET") ? undefined : { name: "late" };
      const answer = await request(services, cookie, line, body);
      expect([answer.status, answer.body.error.code], line).toEqual([401, "unauthenticated"]);
      expect(answer.body.error.message).toMatch(/[Ss]ign in/);
    }
    expect(await count()).toBe(before);
    const again = { cookie: await cookieOf(services, "late@example.test") };
    expect((await request(services, again, "GET /projects")).status).toBe(200);
  });
});

describe("two tabs at once", () => {
  const both = (line: string, body: object) =>
    Promise.all([1, 2].map(() => request(services, owner, line, body)));
  const sorted = (answers: { status: number }[]) => answers.map(({ status }) => status).sort();

  it.each([
    ["a dataset", "POST /projects/target/datasets", { name: "twice" }, "dataset"],
    ["a project", "POST /projects", { name: "Twice", slug: "twice" }, "project"],
    [
      "a recipe",
      "POST /projects/target/recipes",
      { name: "twice", steps: [{ step: "unicode", params: {} }] },
      "recipe",
    ],
    [
      "a label schema",
      "POST /projects/target/label-schemas",
      { name: "twice", questions: [{ id: "why", type: "text", title: "Why?" }] },
      "label_schema",
    ],
    [
      "a deployment",
      "POST /projects/target/deployments",
      { name: "twice", policy: "lab" },
      "deployment",
    ],
  ])("make %s once; the other is told", async (_, line, body, table) => {
    const count = async () =>
      Number((await counts()).match(new RegExp(`\\b${table} (\\d+)`))?.[1] ?? Number.NaN);
    const before = await count();
    const answers = await both(line, body);
    expect(sorted(answers), JSON.stringify(answers)).toEqual([200, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body.error.code).toBe("conflict");
    expect(await count()).toBe(before + 1);
  });

  it("change a recipe once; the other keeps its text and sees that there is a newer one", async () => {
    const steps = [{ step: "unicode", params: {} }];
    const made = await request(services, owner, "POST /projects/target/recipes", {
      name: "shared",
      steps,
    });
    const { id, revision } = made.body as unknown as { id: number; revision: number };
    const line = `PUT /projects/target/recipes/${id}`;
    const answers = await Promise.all(
      ["left", "right"].map((name) => request(services, owner, line, { revision, name })),
    );
    expect(sorted(answers)).toEqual([200, 409]);
    const [row] = await db.execute<{ revision: number }>(
      sql`select revision from recipe where id = ${id}`,
    );
    expect(row?.revision).toBe(revision + 1);
  });
});

describe("a process that is not there", () => {
  it("the worker: work is accepted, waits, and says so; nothing is lost", async () => {
    const source = await placeUpload(
      services,
      handle,
      "chats.jsonl",
      '{"messages":[{"role":"user","content":"x"}]}',
    );
    const { body, status } = await request(services, owner, "POST /projects/target/imports", {
      source,
      dataset: "waiting",
    });
    expect(status).toBe(200);
    await db.execute(sql`update run set created_at = now() - interval '1 minute'`);
    const shown = await request(services, owner, `GET /projects/target/runs/${body.run}`);
    expect(shown.body).toMatchObject({
      state: "queued",
      held: { reason: expect.stringMatching(/[Nn]o worker/) },
    });
  });
});
