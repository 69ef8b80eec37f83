import { rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { source } from "#db/schema/datasets.ts";
import { suite } from "#db/schema/trust.ts";
import { folders } from "#lib/services.ts";
import { makePerson, request } from "#tests/setup/door.ts";
import { makeHandle, makeProject } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";
import { placeUpload } from "#tests/setup/upload.ts";

const services = await testServices();
const { db } = services.database;
let owner: Awaited<ReturnType<typeof makePerson>>;
let handle: Awaited<ReturnType<typeof makeHandle>>;

beforeAll(async () => {
  owner = await makePerson(services, { email: "owner@example.test" });
  const project = await makeProject(services, { slug: "target", owner });
  handle = await makeHandle(services, { project, user: owner });
});

const crows = [
  ",sent_more,sent_less,stereo_antistereo,bias_type",
  "0,The tall man was late.,The short man was late.,stereo,height",
  "1,The tall man was early.,The short man was early.,antistereo,height",
].join("\n");

const bbqLine = (id: number) =>
  JSON.stringify({
    example_id: id,
    question_index: "1",
    question_polarity: "neg",
    context_condition: "ambig",
    category: "Age",
    answer_info: {
      ans0: ["the old man", "old"],
      ans1: ["the young man", "nonOld"],
      ans2: ["cannot say", "unknown"],
    },
    additional_metadata: { stereotyped_groups: ["old"] },
    context: `An old man and a young man met at shop ${id}.`,
    question: "Who forgot the keys?",
    ans0: "The old man",
    ans1: "The young man",
    ans2: "Cannot say",
    label: 2,
  });

const question = (id: string) =>
  JSON.stringify({ id, prompt: `When does shop ${id} open?`, expected: ["nine"] });

const own = (given: object = {}) =>
  JSON.stringify({
    schema: "assay.suite/1",
    kind: "generation",
    id: "own-suite",
    title: "Own",
    licence: "own",
    items: [
      {
        id: "a",
        prompt: "Say hello",
        checks: [{ id: "greets", check: "contains", params: { texts: ["hello"] }, wanted: true }],
      },
    ],
    ...given,
  });

async function send(fileName: string, bytes: string | Uint8Array, format?: string) {
  const id = await placeUpload(services, handle, fileName, bytes);
  return request(services, owner, "POST /projects/target/suites", {
    source: id,
    ...(format ? { format } : {}),
  });
}

const stored = async () =>
  JSON.stringify(
    await db
      .select({ slug: suite.slug, digest: suite.digest })
      .from(suite)
      .where(eq(suite.projectId, handle.projectId))
      .orderBy(suite.id),
  );

describe("a suite from a file", () => {
  it.each([
    ["crows.csv", crows, "likelihood-pairs", 2],
    ["bbq.jsonl", [bbqLine(1), "", bbqLine(2)].join("\n"), "choice", 2],
    ["questions.jsonl", [question("a"), question("b"), question("c")].join("\n"), "generation", 3],
    ["own.json", own(), "generation", 1],
  ])(
    "%s is recognised, stored once, and the same again is the same",
    async (name, text, kind, items) => {
      const first = await send(name, text);
      expect([first.status, first.body.kind, first.body.items]).toEqual([200, kind, items]);
      const before = await stored();
      const again = await send(`again-${name}`, `${text}\n`, undefined);
      expect(again.status).toBe(200);
      if (name === "own.json") expect(await stored()).toBe(before);
    },
  );
});

describe("a suite from a bad file is refused with code, place and next step, and nothing is stored", () => {
  const bytes = (text: string, ...more: number[]) =>
    Buffer.concat([Buffer.from(text), Buffer.from(more)]);
  it.each<[string, string, string | Uint8Array, number, RegExp]>([
    ["empty", "q.jsonl", "", 422, /empty/],
    ["white space", "q.jsonl", " \n \n", 422, /white space/],
    ["UTF-16", "q.jsonl", Buffer.from(`\ufeff${question("a")}`, "utf16le"), 415, /UTF-8/],
    ["not UTF-8", "q.jsonl", bytes(`${question("a")}\n{"id":"`, 0xc3, 0x28), 422, /Line 2.*UTF-8/],
    ["gzip", "q.jsonl.gz", gzipSync(question("a")), 415, /gzip.*decompress/],
    ["cut gzip", "q.jsonl.gz", gzipSync(question("a")).subarray(0, 9), 415, /gzip/],
    ["a ZIP archive", "q.zip", bytes("PK\u0003\u0004xxxx"), 415, /ZIP/],
    ["a picture", "q.png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10]), 422, /Line 1/],
    [
      "a line of 10 MB",
      "q.jsonl",
      `${question("a")}\n${question("x".repeat(10 * 1024 * 1024))}`,
      422,
      /Line 2.*1 MB/,
    ],
    ["a NUL byte", "q.jsonl", `${question("a")}\n\n${question("b\u0000")}`, 422, /Line 3.*NUL/],
    [
      "a NUL escape",
      "q.jsonl",
      `\n${question("a").replace("nine", "\\u0000")}`,
      422,
      /Line 2.*NUL/,
    ],
    ["half a character", "q.jsonl", question("a").replace("nine", "\\ud83d"), 422, /Line 1.*half/],
    ["no JSON after a blank line", "q.jsonl", `${question("a")}\n\n{oops`, 422, /Line 3/],
    ["a question without answers", "q.jsonl", `${question("a")}\n{"id":"b"}`, 422, /Line 2/],
    ["JSON nested 5,000 deep", "q.jsonl", "[".repeat(5000), 422, /nested|JSON/],
    ["BBQ without a label", "bbq.jsonl", `${bbqLine(1)}\n{"context_condition":1}`, 422, /Line 2/],
    ["a CSV of other columns", "c.csv", "a,b\n1,2\n", 422, /sent_more/],
    ["a CSV row too short", "c.csv", `${crows}\n2,only one`, 422, /Line 4/],
    [
      "a CSV row without a sentence",
      "c.csv",
      `${crows}\n2,,The man.,stereo,x`,
      422,
      /Line 4.*sent_more/,
    ],
    ["a CSV with an open quote", "c.csv", `${crows}\n2,"open`, 422, /Line [34]/],
    ["an unknown check", "own.json", own().replace("contains", "sniffs"), 422, /sniffs|check/],
    ["an unknown kind", "own.json", own({ kind: "magic" }), 422, /kind/],
    ["a name with dots", "own.json", own({ id: "../../etc" }), 422, /id/],
    [
      "the name of a shipped suite",
      "own.json",
      own({ id: "test-perplexity" }),
      409,
      /another name/,
    ],
  ])("%s", async (_, name, text, status, words) => {
    const before = await stored();
    const answer = await send(name, text);
    expect([answer.status, answer.body.error?.message]).toEqual([
      status,
      expect.stringMatching(words),
    ]);
    expect(answer.body.error.message).toMatch(/Nothing was (stored|imported)|cannot be imported/);
    expect(await stored()).toBe(before);
  });

  it("an upload that is gone from the disk, or is somebody else's", async () => {
    const before = await stored();
    const id = await placeUpload(services, handle, "lost.jsonl", question("lost"));
    const [row] = await db.select().from(source).where(eq(source.id, id));
    rmSync(join(folders(services.dataDir).sources, row?.digest ?? "x"));
    const ask = (given: object) =>
      request(services, owner, "POST /projects/target/suites", { source: id, ...given });
    const gone = await ask({});
    expect([gone.status, gone.body.error.code]).toEqual([404, "not_found"]);
    expect(gone.body.error.message).toMatch(/upload the file again/);
    expect((await ask({ source: 999999 })).status).toBe(404);
    expect((await ask({ name: "../x" })).status).toBe(422);
    expect((await ask({ format: "exe" })).status).toBe(422);
    expect(await stored()).toBe(before);
  });
});

describe("a policy that is none is refused, and the old ones stay", () => {
  const policies = async () =>
    JSON.stringify(await db.execute(sql`select name, hash from policy order by id`));
  it.each<[string, unknown]>([
    ["text", "lab"],
    ["a list", []],
    ["empty", {}],
    ["without checks", { id: "mine", title: "Mine", profile: "own", checks: [] }],
    ["a shipped name", { id: "lab", title: "Lab", profile: "own", checks: [] }],
    ["NUL in its name", { id: "a\u0000b", title: "x", profile: "own", checks: [] }],
  ])("%s", async (_, policy) => {
    const before = await policies();
    const answer = await request(services, owner, "PUT /projects/target/policies", { policy });
    expect([answer.status, answer.body.error.code]).toEqual([422, "invalid_input"]);
    expect(answer.body.error.message).toMatch(/Nothing was/);
    expect(await policies()).toBe(before);
  });
});
