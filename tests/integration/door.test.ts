import { desc, eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { describeApi } from "#app/_door/openapi.ts";
import { auditEntry, project } from "#db/schema/access.ts";
import { operations } from "#lib/operations.ts";
import { type Credential, makePerson, request } from "#tests/setup/door.ts";
import { makeProject } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const { db } = services.database;
let owner: Awaited<ReturnType<typeof makePerson>>;

const askAnonymously = (line: string, headers?: Record<string, string>) =>
  request(services, undefined, line, undefined, headers);
const ask = (
  line: string,
  body?: unknown,
  headers?: Record<string, string>,
  who: Credential = owner,
) => request(services, who, line, body, headers);

/** Everything a refused write could have changed here. */
async function rows() {
  const projects = await db.select().from(project).orderBy(project.id);
  return JSON.stringify(projects);
}

beforeAll(async () => {
  owner = await makePerson(services, { email: "owner@example.test", admin: true });
  await makeProject(services, { slug: "target", owner });
});

describe("attack 1: addresses", () => {
  it.each([
    "/projects/target/../target",
    "/projects/%2e%2e/target",
    "/projects/target%2fmembers",
    "/projects/target%5cmembers",
    "/projects/target%00",
    "/projects//target",
    "/projects/target/",
    "/projects/%zz",
    "/Projects/target",
    "/projects;x=1/target",
    "/nothing",
    "/",
  ])("%s is nowhere, or where it would be without tricks", async (path) => {
    const { status, body } = await ask(`GET ${path}`);
    // The URL parser itself resolves plain dots, for everybody alike.
    if (path.includes("/../")) expect(status).toBe(200);
    else expect([404, 422], body.error?.message).toContain(status);
  });

  it("does not take another method for the same act", async () => {
    const before = await rows();
    expect((await ask("POST /projects/target", {})).status).toBe(404);
    expect((await ask("PATCH /projects/target", {})).status).toBe(404);
    expect(await rows()).toBe(before);
  });

  it("answers HEAD like GET", async () => {
    expect((await ask("HEAD /projects/target")).status).toBe(200);
    expect((await askAnonymously("HEAD /projects/target")).status).toBe(401);
  });

  it("ignores headers that frameworks use among themselves", async () => {
    const forged = {
      "x-middleware-subrequest": "proxy:proxy:proxy",
      "x-forwarded-host": "elsewhere.example",
      "x-invoke-path": "/setup",
    };
    expect((await askAnonymously("GET /projects/target", forged)).status).toBe(401);
  });
});

describe("attack 1: credentials", () => {
  it("never falls back from a bad key to a good cookie", async () => {
    const { status, body } = await ask("GET /projects", undefined, {
      authorization: "Bearer ak_wrong",
    });
    expect(status).toBe(401);
    expect(body.error.code).toBe("unauthenticated");
  });

  it.each(["Basic abc", "Bearer", "Bearer  two", "ak_x", "Bearer ak_\u00e9"])(
    "refuses the header %j",
    async (authorization) => {
      expect((await askAnonymously("GET /projects", { authorization })).status).toBe(401);
    },
  );

  it("refuses a forged, a cut and a foreign cookie", async () => {
    const cookie = owner.cookie;
    const cut = cookie.slice(0, -4);
    const forged = cookie.replace(/=./, (two) => (two === "=a" ? "=b" : "=a"));
    const foreign = cookie.replace("assay-3000", "assay-3001");
    for (const one of [cut, forged, foreign]) {
      expect((await request(services, { cookie: one }, "GET /projects")).status).toBe(401);
    }
  });

  it.each([
    [{ origin: "https://evil.example" }],
    [{ origin: "null" }],
    [{ origin: "http://localhost:3001" }],
    [{ origin: "http://localhost.evil.example:3000" }],
  ])("refuses a write by cookie that comes from %j", async (headers) => {
    const before = await rows();
    const { status, body } = await ask("PUT /projects/target", { name: "Stolen" }, headers);
    expect(status).toBe(403);
    expect(body.error.message).toContain("http://localhost:3000");
    expect(await rows()).toBe(before);
  });

  it("takes a write from every name of this host", async () => {
    for (const origin of ["http://localhost:3000", "http://127.0.0.1:3000"]) {
      expect((await ask("PUT /projects/target", {}, { origin })).status).toBe(200);
    }
  });
});

describe("attack 4: bodies", () => {
  it("names each field that is not one, and changes nothing", async () => {
    const before = await rows();
    for (const extra of ["role", "projectId", "createdBy", "deletedAt", "slug"]) {
      const { status, body } = await ask("PUT /projects/target", { name: "New", [extra]: "x" });
      expect(status).toBe(422);
      expect(body.error.issues?.map((issue) => issue.path)).toContain(extra);
      expect(body.error.message).toContain(extra);
    }
    expect(await rows()).toBe(before);
  });

  it("does not let a body contradict the address", async () => {
    const { status, body } = await ask("PUT /projects/target", { project: "other", name: "New" });
    expect(status).toBe(422);
    expect(body.error.issues?.[0]?.path).toBe("project");
  });

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx",
  ])("refuses %s", async (type) => {
    const { status, body } = await ask("PUT /projects/target", '{"name":"x"}', {
      "content-type": type,
    });
    expect([status, body.error.code]).toEqual([415, "unsupported_media"]);
  });

  it.each([
    ["broken JSON", '{"name":'],
    ["a list", "[]"],
    ["a bare value", '"x"'],
    ["null", "null"],
  ])("refuses %s", async (_, text) => {
    expect((await ask("PUT /projects/target", text)).status).toBe(422);
  });

  it("refuses keys that reach a prototype, however deep", async () => {
    for (const text of [
      '{"name":"x","__proto__":{"admin":true}}',
      '{"name":{"a":[{"constructor":1}]}}',
      '{"prototype":1}',
    ]) {
      const { status, body } = await ask("PUT /projects/target", text);
      expect([status, body.error.code]).toEqual([422, "invalid_input"]);
    }
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it("refuses deep nesting and large bodies without falling over", async () => {
    const deep = `{"name":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
    expect((await ask("PUT /projects/target", deep)).status).toBe(422);
    const large = await ask("PUT /projects/target", `{"name":"${"x".repeat(5 * 1024 * 1024)}"}`);
    expect([large.status, large.body.error.code]).toEqual([413, "too_large"]);
  });

  it("refuses what is not UTF-8", async () => {
    const response = await ask("PUT /projects/target", undefined);
    expect(response.status).toBe(200);
    const { serve } = await import("#app/_door/serve.ts");
    const answer = await serve(
      services,
      new Request("http://localhost:3000/api/projects/target", {
        method: "PUT",
        body: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]),
        headers: {
          cookie: owner.cookie,
          origin: "http://localhost:3000",
          "content-type": "application/json",
        },
      }),
    );
    expect(answer.status).toBe(422);
  });

  it("keeps names on one line and free of tricks", async () => {
    for (const name of [
      "",
      "   ",
      "a\nb",
      "a\u0000b",
      "../../etc/passwd",
      "x".repeat(4096),
      "a\\b",
    ]) {
      expect((await ask("PUT /projects/target", { name })).status, JSON.stringify(name)).toBe(422);
    }
  });
});

describe("attack 4: queries", () => {
  it("reads numbers, and says which field is none", async () => {
    expect((await ask("GET /projects/target/audit?limit=5")).status).toBe(200);
    for (const query of [
      "limit=many",
      "limit=0",
      "limit=1e9",
      "cursor=-1",
      "sort=id;drop table",
      "limit=1&limit=2",
      "__proto__=1",
    ]) {
      const { status, body } = await ask(`GET /projects/target/audit?${query}`);
      expect(status, query).toBe(422);
      expect(body.error.issues?.[0]?.path.length, query).toBeGreaterThan(0);
    }
  });
});

describe("answers", () => {
  it("carry headers that keep them data", async () => {
    const { headers } = await ask("GET /projects/target");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("tell nothing of the inside when something breaks", async () => {
    const broken = { ...services, database: { ...services.database, db: undefined as never } };
    const { status, body } = await request(broken, owner, "GET /projects");
    expect([status, body.error.code]).toEqual([500, "internal"]);
    expect(JSON.stringify(body)).not.toMatch(/undefined|TypeError|\.ts|select/);
    expect(JSON.stringify(services.logged)).toContain("TypeError");
  });

  it("write refusals to the audit log, with ids only", async () => {
    const stranger = await makePerson(services, { email: "stranger@example.test" });
    await ask("PUT /projects/target", { name: "Secret words" }, {}, stranger);
    const [entry] = await db.select().from(auditEntry).orderBy(desc(auditEntry.id)).limit(1);
    expect(entry).toMatchObject({
      actor: `user:${stranger.id}`,
      act: "project.update",
      outcome: "denied",
      target: { project: "target", code: "not_found" },
    });
    const texts = await db.select().from(auditEntry).where(eq(auditEntry.outcome, "denied"));
    expect(JSON.stringify(texts)).not.toContain("Secret words");
  });
});

describe("the OpenAPI document", () => {
  const document = describeApi(operations, "http://localhost:3000");

  it("describes every operation, its parameters and its refusals", () => {
    for (const operation of operations) {
      const entry = document.paths[operation.path]?.[operation.method.toLowerCase()] as {
        operationId: string;
        parameters: { name: string; in: string }[];
      };
      expect(entry?.operationId).toBe(operation.name);
      const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect(entry.parameters.filter((one) => one.in === "path").map((one) => one.name)).toEqual(
        inPath,
      );
    }
    expect(JSON.stringify(document)).toContain("#/components/schemas/Error");
  });
});
