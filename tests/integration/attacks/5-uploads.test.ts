import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { desc, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { serveUpload } from "#app/_door/receive-upload.ts";
import { errorResponse } from "#app/_door/respond.ts";
import { auditEntry } from "#db/schema/access.ts";
import { source } from "#db/schema/datasets.ts";
import type { Services } from "#lib/services.ts";
import { importText } from "#tests/setup/datasets.ts";
import { type Credential, credentialHeaders, makePerson, request } from "#tests/setup/door.ts";
import { addMember, makeHandle, makeProject } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const { db } = services.database;
let owner: Awaited<ReturnType<typeof makePerson>>;
let viewer: Awaited<ReturnType<typeof makePerson>>;

type Given = {
  who?: Credential | null;
  name?: string;
  type?: string;
  project?: string;
  headers?: Record<string, string>;
  services?: Services;
};

async function upload(body: BodyInit | null, given: Given = {}) {
  const {
    who = owner,
    name = "chats.jsonl",
    type = "application/octet-stream",
    project = "target",
  } = given;
  const inside = given.services ?? services;
  const asked = new Request(
    `http://localhost:3000/api/projects/${project}/uploads?name=${encodeURIComponent(name)}`,
    {
      method: "POST",
      body,
      headers: {
        "content-type": type,
        ...credentialHeaders(services, who ?? undefined),
        ...given.headers,
      },
      duplex: "half",
    } as RequestInit,
  );
  const response = await serveUpload(inside, asked, project).catch((e) =>
    errorResponse(e, services.log),
  );
  return { status: response.status, body: await response.json() };
}

const listing = () =>
  ["uploads", "sources"].flatMap((folder) => {
    const path = join(services.dataDir, folder);
    return existsSync(path) ? readdirSync(path).map((one) => `${folder}/${one}`) : [];
  });
const state = async () => JSON.stringify([listing(), await db.select().from(source)]);

beforeAll(async () => {
  owner = await makePerson(services, { email: "owner@example.test" });
  viewer = await makePerson(services, { email: "viewer@example.test" });
  const target = await makeProject(services, { slug: "target", owner });
  await addMember(services, target, viewer, "viewer");
  await makeProject(services, { slug: "second", owner });
});

describe("attack 5: an upload", () => {
  const text = '{"messages":[{"role":"user","content":"hi"}]}\n';
  const digest = createHash("sha256").update(text).digest("hex");

  it("keeps the bytes under their digest and notes them in the project", async () => {
    const { status, body } = await upload(text);
    expect([status, body]).toEqual([
      200,
      { source: expect.any(Number), fileName: "chats.jsonl", bytes: text.length, digest },
    ]);
    expect(readFileSync(join(services.dataDir, "sources", digest), "utf8")).toBe(text);
    expect(readdirSync(join(services.dataDir, "uploads"))).toEqual([]);
    const [entry] = await db.select().from(auditEntry).orderBy(desc(auditEntry.id)).limit(1);
    expect(entry).toMatchObject({ act: "upload", target: { digest } });
  });

  it("of the same bytes is the same source, and in another project another row", async () => {
    const before = await state();
    expect((await upload(text, { name: "again.jsonl" })).body.fileName).toBe("chats.jsonl");
    expect(await state()).toBe(before);
    await upload(text, { project: "second" });
    expect(await db.select().from(source)).toHaveLength(2);
    expect(listing()).toEqual([`sources/${digest}`]);
  });

  it("takes a name from the header, encoded", async () => {
    const { body } = await upload("other bytes", {
      name: "",
      headers: { "x-file-name": encodeURIComponent("Gespräche 1.jsonl") },
    });
    // An empty name in the address is a name that is given, and none.
    expect(body.error?.code ?? body.fileName).toBe("invalid_input");
  });
});

describe("attack 5: an upload is refused, and nothing kept, when", () => {
  it.each([
    ["JSON poses as a file", { type: "application/json" }, 415],
    ["a form poses as a file", { type: "multipart/form-data; boundary=x" }, 415],
    ["nobody is signed in", { who: null }, 401],
    ["the project is somebody else's", { project: "nothing" }, 404],
    [
      "the role is too low",
      {
        get who() {
          return viewer;
        },
      },
      403,
    ],
    ["it comes from another site", { headers: { origin: "https://evil.example" } }, 403],
    [
      "it says that it is too large",
      { headers: { "content-length": String(17 * 1024 ** 3) } },
      413,
    ],
  ] as [string, Given, number][])("%s", async (_, given, expected) => {
    const before = await state();
    const { status, body } = await upload("bytes of somebody", given);
    expect([status, body.error.message]).toEqual([expected, expect.any(String)]);
    expect(await state()).toBe(before);
  });

  it("it is empty", async () => {
    const before = await state();
    expect((await upload("")).status).toBe(422);
    expect((await upload(null)).status).toBe(422);
    expect(await state()).toBe(before);
  });

  it.each([
    "../../etc/passwd",
    "..",
    "/etc/passwd",
    "..\\..\\windows\\win.ini",
    "C:\\x.jsonl",
    "%2e%2e%2fetc%2fpasswd",
    "%252e%252e%252f",
    "a\u0000.jsonl",
    "a\nb.jsonl",
    "\u202egpj.jsonl",
    "x".repeat(4096),
    "",
    "   ",
  ])("it is called %j", async (name) => {
    const before = await state();
    const { status, body } = await upload("bytes", { name });
    expect([status, body.error.code]).toEqual([422, "invalid_input"]);
    expect(body.error.issues[0].path).toBe("name");
    expect(await state()).toBe(before);
  });

  it("the connection breaks half-way", async () => {
    const before = await state();
    const half = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(100_000));
        setTimeout(() => controller.error(new Error("reset")), 20);
      },
    });
    expect((await upload(half)).status).toBe(500);
    expect(await state()).toBe(before);
  });
});

describe("attack 5: an archive", () => {
  it.each<[string, Buffer]>([
    ["ZIP", Buffer.concat([Buffer.from("PK\u0003\u0004"), Buffer.alloc(600)])],
    ["tar with a link to /etc/passwd", tarWithLink()],
  ])("%s is refused before anything is read out of it", async (_, bytes) => {
    const handle = await makeHandle(services);
    const done = importText(services, handle, bytes, { fileName: "chats.jsonl" });
    await expect(done).rejects.toMatchObject({
      code: "unsupported_format",
      message: expect.not.stringContaining("root:"),
    });
    expect(await made(handle.projectId)).toEqual({ conversations: 0, datasets: 0, runs: 0 });
  });

  it("gzip that swells 1,000 times is read as a stream, within bounds", async () => {
    const handle = await makeHandle(services);
    const bomb = gzipSync(Buffer.alloc(400 * 1024 * 1024, "x"), { level: 9 });
    expect(bomb.length).toBeLessThan(1024 * 1024);
    const before = process.memoryUsage.rss();
    const done = importText(services, handle, bomb, { fileName: "chats.jsonl.gz" });
    await expect(done).rejects.toMatchObject({ code: "unsupported_format" });
    // Named, it is read to its end: one line without end is one bad record.
    const named = await importText(services, handle, bomb, {
      fileName: "chats.jsonl.gz",
      format: "messages",
    });
    expect(named.result).toMatchObject({ read: 1, errors: 1, added: 0 });
    expect(process.memoryUsage.rss() - before).toBeLessThan(250 * 1024 * 1024);
    expect(await made(handle.projectId)).toMatchObject({ conversations: 0 });
  });
});

async function made(projectId: number) {
  const [row] = await db.execute(sql`
    select (select count(*)::int from conversation where project_id = ${projectId}) as conversations,
      (select count(*)::int from dataset where project_id = ${projectId}) as datasets,
      (select count(*)::int from run where project_id = ${projectId}) as runs`);
  return row;
}

/** One entry of type 2 (symbolic link), as ustar has it. */
function tarWithLink(): Buffer {
  const block = Buffer.alloc(1024);
  block.write("chats.jsonl", 0);
  block.write("0000644\u00000000000\u00000000000\u000000000000000\u000000000000000\u0000", 100);
  block.write("2/etc/passwd", 156);
  block.write("ustar\u000000", 257);
  block.fill(" ", 148, 156);
  const sum = block.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\u0000 `, 148);
  return block;
}

describe("a full disk", () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-full-"));
  let mounted = false;
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], { stdio: "pipe" });
    mounted = true;
  } catch {
    // Not root, or no right to mount: the test says that it was skipped.
  }

  it.skipIf(!mounted)(
    "is said clearly, leaves no part, and uploads go on when there is room (needs the right to mount)",
    async () => {
      try {
        mkdirSync(join(folder, "uploads"), { recursive: true });
        const tight = { ...services, dataDir: folder };
        const full = await upload(Buffer.alloc(1_000_000), { services: tight });
        expect([full.status, full.body.error.code]).toEqual([507, "disk_full"]);
        expect(full.body.error.message).toContain("free some space");
        expect(readdirSync(join(folder, "uploads"))).toEqual([]);
        expect((await upload("small enough", { services: tight })).status).toBe(200);
        expect((await request(tight, owner, "GET /projects")).status).toBe(200);
      } finally {
        execFileSync("umount", [folder]);
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
