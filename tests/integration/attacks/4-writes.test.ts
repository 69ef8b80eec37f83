import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { listImportErrors } from "#lib/datasets/list-import-errors.ts";
import type { Operation } from "#lib/operation.ts";
import { operations } from "#lib/operations.ts";
import { act, chatLine, importText } from "#tests/setup/datasets.ts";
import { makePerson, request } from "#tests/setup/door.ts";
import { makeHandle, makeProject } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const { db } = services.database;
const all: readonly Operation[] = operations;
const writes = all.filter((one) => one.method === "POST" || one.method === "PUT");
let owner: Awaited<ReturnType<typeof makePerson>>;

beforeAll(async () => {
  owner = await makePerson(services, { email: "owner@example.test", admin: true });
  await makeProject(services, { slug: "target", owner });
});

const addressOf = (operation: Operation) =>
  `${operation.method} ${operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === "project" ? "target" : "999999999",
  )}`;

type Shape = { properties?: Record<string, { type?: string }> };
const shapeOf = (operation: Operation) =>
  z.toJSONSchema(operation.input, { io: "input", unrepresentable: "any" }) as Shape;

async function rows(): Promise<unknown> {
  return db.execute(sql`select (select count(*) from project) as projects, (select count(*) from run) as runs,
    (select count(*) from dataset) as datasets, (select count(*) from api_key) as keys, (select count(*) from model) as models,
    (select string_agg(p::text, '') from project p) as text, (select count(*) from one_time_link) as links`);
}

describe("attack 4: fields that nobody offered", () => {
  it.each(["role", "projectId", "project_id", "ownerId", "createdBy", "createdAt", "id"])(
    "%s is named and refused in every write, and nothing changes",
    async (extra) => {
      const before = await rows();
      const wrong: string[] = [];
      for (const operation of writes) {
        if (shapeOf(operation).properties?.[extra]) continue;
        const { status, body } = await request(services, owner, addressOf(operation), {
          [extra]: "owner",
        });
        const named = body.error?.issues?.some((issue) => issue.path === extra);
        if (status !== 422 || !named) wrong.push(`${operation.name} ${status}`);
      }
      expect(wrong).toEqual([]);
      expect(await rows()).toEqual(before);
    },
  );
});

describe("attack 4: identifiers that would reach SQL", () => {
  it("sorting by what is no column is refused with the list of those that are", async () => {
    await request(services, owner, "POST /projects/target/datasets", { name: "chats" });
    for (const by of ["id; drop table run", "body", "__proto__", "(select 1)"]) {
      const sort = encodeURIComponent(JSON.stringify({ by }));
      const { status, body } = await request(
        services,
        owner,
        `GET /projects/target/datasets/chats/conversations?sort=${sort}`,
      );
      expect([status, body.error.issues?.[0]?.path]).toEqual([422, "sort.by"]);
      expect(body.error.message).toMatch(/added.*turns/);
    }
  });

  it("filtering by what is no field is refused and named", async () => {
    for (const filter of [{ "1=1; --": ["x"] }, { sql: "x" }, { role: ["admin"] }]) {
      const text = encodeURIComponent(JSON.stringify(filter));
      const { status, body } = await request(
        services,
        owner,
        `GET /projects/target/datasets/chats/facets?filter=${text}`,
      );
      expect(status).toBe(422);
      expect(body.error.issues?.[0]?.path).toContain(Object.keys(filter)[0]);
    }
  });
});

describe("attack 4: keys that reach a prototype", () => {
  const chat = '"messages":[{"role":"user","content":"x"}]';
  it.each<[string, string, string]>([
    ["in a line of JSON", "chats.jsonl", `{"__proto__":{"admin":true},${chat}}`],
    [
      "in metadata",
      "chats.jsonl",
      `{${chat},"metadata":{"constructor":{"prototype":{"admin":1}}}}`,
    ],
    [
      "in a message",
      "chats.jsonl",
      '{"messages":[{"role":"user","content":"x","__proto__":{"admin":true}}]}',
    ],
  ])("%s are an error of that row", async (_, fileName, bad) => {
    const handle = await makeHandle(services);
    const done = await importText(services, handle, `${chatLine(1)}\n${bad}\n${chatLine(2)}`, {
      fileName,
    });
    expect(done.result).toMatchObject({ read: 3, added: 2, errors: 1 });
    const { errors } = await act(services, handle, listImportErrors, { run: done.id });
    expect(errors[0]?.reason).toMatch(/__proto__|constructor/);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it("in a table's header never become keys", async () => {
    const handle = await makeHandle(services);
    const table = "prompt,completion,__proto__,constructor\nhi,hello,evil,evil\n";
    const done = await importText(services, handle, table, { fileName: "t.csv" });
    expect(({} as Record<string, unknown>).evil).toBeUndefined();
    expect(Object.prototype.constructor).toBe(Object);
    const kept = await db.execute<{ metadata: object }>(
      sql`select metadata from occurrence where project_id = ${handle.projectId}`,
    );
    expect([done.state, JSON.stringify(kept)]).toEqual([
      expect.stringMatching(/succeeded|failed/),
      expect.not.stringContaining("__proto__"),
    ]);
  });
});

const hostile = ["../../etc/passwd", "..", "a\\b", "/etc/passwd", "a\u0000b", "x".repeat(4096)];

describe("attack 5: hostile names", () => {
  const named = writes.flatMap((operation) =>
    ["name", "dataset", "model", "folder", "deployment"]
      .filter((field) => {
        const inAddress = operation.path.includes(`{${field}}`);
        return shapeOf(operation).properties?.[field]?.type === "string" && !inAddress;
      })
      .map((field) => [operation.name, field, operation] as const),
  );

  it.each(named)("are refused by %s as %s, and nothing is written", async (_, field, operation) => {
    const before = await rows();
    for (const name of hostile) {
      const { status, body } = await request(services, owner, addressOf(operation), {
        [field]: name,
      });
      const label = `${operation.name} ${JSON.stringify(name.slice(0, 20))} ${JSON.stringify(body)}`;
      expect([404, 422], label).toContain(status);
      expect(await rows(), label).toEqual(before);
    }
  });

  it("that make something are named as the wrong field", async () => {
    const making = ["datasets.create", "project.create", "recipes.create", "label-schemas.create"];
    for (const operation of writes.filter((one) => making.includes(one.name))) {
      for (const name of hostile) {
        const { status, body } = await request(services, owner, addressOf(operation), { name });
        const paths = body.error.issues?.map((issue) => issue.path);
        expect([status, paths], operation.name).toEqual([422, expect.arrayContaining(["name"])]);
      }
    }
  });
});
