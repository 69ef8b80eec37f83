import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { streamEvents } from "#app/_door/event-stream.ts";
import { EventsHub } from "#app/_door/events-hub.ts";
import { errorResponse } from "#app/_door/respond.ts";
import { project } from "#db/schema/access.ts";
import { run } from "#db/schema/runs.ts";
import { publish } from "#lib/runs/events.ts";
import { type Credential, credentialHeaders, makePerson, request } from "#tests/setup/door.ts";
import { addMember, makeProject, type TestProject } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const { db } = services.database;
const hub = new EventsHub(services);
let owner: Awaited<ReturnType<typeof makePerson>>;
let target: TestProject;
let runId: number;
let foreignRun: number;

async function makeRun(projectId: number): Promise<number> {
  const [row] = await db
    .insert(run)
    .values({
      projectId,
      kind: "import",
      title: "x",
      input: {},
      needs: { device: "cpu", memoryMb: 1 },
    })
    .returning({ id: run.id });
  return row?.id ?? 0;
}

type Stream = {
  status: number;
  /** The next event that is not a comment, within `ms`; undefined when none came or the stream ended. */
  next: (
    ms?: number,
  ) => Promise<{ event: string; id: string; data: Record<string, unknown> } | undefined>;
  ended: Promise<number>;
  close: () => void;
};

/** Opens a stream and reads it as a browser would. */
async function open(
  who: Credential,
  topics: string,
  headers: Record<string, string> = {},
): Promise<Stream> {
  const abort = new AbortController();
  const asked = new Request(`http://localhost:3000/api/events?topics=${topics}`, {
    headers: { ...credentialHeaders(services, who), ...headers },
    signal: abort.signal,
  });
  const response = await streamEvents(services, hub, asked).catch((e) =>
    errorResponse(e, services.log),
  );
  const waiting: string[] = [];
  let wake = () => {};
  const started = Date.now();
  const ended = (async () => {
    const decoder = new TextDecoder();
    let text = "";
    if (response.status !== 200 || !response.body) return 0;
    for await (const chunk of response.body) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      waiting.push(...blocks.filter((one) => /^event: (?!hello)/m.test(one)));
      wake();
    }
    return Date.now() - started;
  })();
  const next: Stream["next"] = async (ms = 2000) => {
    const until = Date.now() + ms;
    while (waiting.length === 0 && Date.now() < until) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, until - Date.now());
      });
    }
    const block = waiting.shift();
    if (!block) return undefined;
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
    return { event: field("event"), id: field("id"), data: JSON.parse(field("data")) };
  };
  return { status: response.status, next, ended, close: () => abort.abort() };
}

beforeAll(async () => {
  owner = await makePerson(services, { email: "owner@example.test" });
  target = await makeProject(services, { slug: "target", owner });
  const stranger = await makePerson(services, { email: "stranger@example.test" });
  const foreign = await makeProject(services, { slug: "foreign", owner: stranger });
  runId = await makeRun(target.id);
  foreignRun = await makeRun(foreign.id);
});
afterAll(() => hub.close());

describe("an event stream", () => {
  it("tells of its own topics, with ids only, over one connection for all streams", async () => {
    const streams = await Promise.all(
      [1, 2, 3].map(() => open(owner, `run:${runId},project:${target.id}`)),
    );
    await publish(db, `run:${foreignRun}`, true);
    await publish(db, `run:${runId}`, true);
    for (const stream of streams) {
      expect(await stream.next()).toMatchObject({
        event: "change",
        data: { topic: `run:${runId}` },
      });
      expect(await stream.next(100)).toBeUndefined();
    }
    const [row] = await db.execute<{ count: number }>(sql`
      select count(*)::int as count from pg_stat_activity
      where datname = current_database() and query ilike 'listen%'`);
    expect(row?.count).toBe(1);
    for (const stream of streams) {
      stream.close();
      await stream.ended;
    }
    expect(hub.size).toBe(0);
  });

  it("gives again what was missed, or asks to look at everything", async () => {
    const first = await open(owner, `run:${runId}`);
    await publish(db, `run:${runId}`, true);
    const seen = await first.next();
    first.close();
    // While nobody of this page listens.
    const keeper = await open(owner, `run:${runId}`);
    await publish(db, `run:${runId}`, true);
    await publish(db, `project:${target.id}`, true);
    await keeper.next();
    const again = await open(owner, `run:${runId}`, { "last-event-id": seen?.id ?? "" });
    expect(await again.next()).toMatchObject({ event: "change" });
    expect(await again.next(100)).toBeUndefined();
    const other = await open(owner, `run:${runId}`, { "last-event-id": "otherboot-7" });
    expect(await other.next()).toMatchObject({ event: "resync" });
    for (const one of [keeper, again, other]) one.close();
  });

  it.each([
    ["a run of another project", () => `run:${foreignRun}`],
    ["one of each", () => `run:${runId},run:${foreignRun}`],
    ["a row that is not there", () => "run:999999"],
    ["a kind that is not there", () => "user:1"],
    ["something else", () => "run:1;drop"],
    ["a table's name", () => "__proto__:1"],
  ])("is not given for %s", async (_, topics) => {
    const stream = await open(owner, encodeURIComponent(topics()));
    expect(stream.status).toBe(404);
  });

  it("is not given without sign-in, without topics, with too many", async () => {
    expect((await open(undefined, `run:${runId}`)).status).toBe(401);
    expect((await open(owner, "")).status).toBe(422);
    const many = Array.from({ length: 101 }, () => `run:${runId}`).join(",");
    expect((await open(owner, many)).status).toBe(422);
  });

  it("does not tell a foreign project's number", async () => {
    const stream = await streamEvents(
      services,
      hub,
      new Request(`http://localhost:3000/api/events?topics=run:${foreignRun}`, {
        headers: { cookie: owner.cookie },
      }),
    ).catch((e) => e);
    expect(stream.message).toBe(`There is no topic “run:${foreignRun}” that you can follow.`);
  });
});

describe("attack 3: within five seconds, a stream ends after", () => {
  it("its key was revoked, its member removed, its session signed out, its project deleted", async () => {
    const make = await request(services, owner, "POST /projects/target/keys", { scope: ["read"] });
    const member = await makePerson(services, { email: "member@example.test" });
    await addMember(services, target, member, "viewer");
    const leaver = await makePerson(services, { email: "leaver@example.test" });
    await addMember(services, target, leaver, "viewer");
    const closing = await makeProject(services, { slug: "closing", owner });
    const streams = await Promise.all([
      open({ key: String(make.body.key) }, `run:${runId}`),
      open(member, `run:${runId}`),
      open(leaver, `run:${runId}`),
      open(owner, `project:${closing.id}`),
    ]);
    const keeps = await open(owner, `run:${runId}`);
    expect(streams.map((one) => one.status)).toEqual([200, 200, 200, 200]);

    await request(services, owner, `DELETE /projects/target/keys/${make.body.id}`);
    await request(services, owner, `DELETE /projects/target/members/${member.id}`);
    await db.execute(sql`delete from session where user_id = ${leaver.id}`);
    await db.update(project).set({ deletedAt: new Date() }).where(sql`id = ${closing.id}`);

    const from = Date.now();
    const ends = await Promise.all(streams.map((one) => one.next(6000)));
    expect(ends.map((one) => [one?.event, one?.data.code])).toEqual([
      ["end", "unauthenticated"],
      ["end", "not_found"],
      ["end", "unauthenticated"],
      ["end", "not_found"],
    ]);
    await Promise.all(streams.map((one) => one.ended));
    expect(Date.now() - from).toBeLessThan(5000);
    // The others go on.
    await publish(db, `run:${runId}`, true);
    expect(await keeps.next()).toMatchObject({ event: "change" });
    keeps.close();
  });
});

describe("a lost connection", () => {
  it("is opened again, and everybody is asked to look again", async () => {
    const stream = await open(owner, `run:${runId}`);
    await db.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query ilike 'listen%'`);
    expect(await stream.next(5000)).toMatchObject({ event: "resync" });
    await publish(db, `run:${runId}`, true);
    expect(await stream.next()).toMatchObject({ event: "change" });
    stream.close();
  });
});
