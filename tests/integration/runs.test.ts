import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { user } from "#db/schema/access.ts";
import { run } from "#db/schema/runs.ts";
import { defineJob, type JobContext } from "#jobs/job.ts";
import { runOne } from "#jobs/run-one.ts";
import { AssayError, type ErrorCode } from "#lib/core/errors.ts";
import { claimRun } from "#lib/runs/own-run.ts";
import { readRunLogs } from "#lib/runs/read-events.ts";
import { retryRun } from "#lib/runs/read-runs.ts";
import { startRun } from "#lib/runs/start-run.ts";
import { act } from "#tests/setup/datasets.ts";
import { addMember, makeHandle, makeProject, makeUser } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";
import { startTestDispatch } from "#tests/setup/test-worker.ts";

const services = await testServices();
const { db } = services.database;
const handle = await makeHandle(services);
const newRun = { kind: "bulk" as const, title: "t", input: {}, unit: "rows" };

async function readRun(id: number) {
  const [row] = await db.select().from(run).where(eq(run.id, id));
  if (!row) throw new Error(`no run ${id}`);
  return row;
}

/** Runs the open attempt with `deed` as its work. */
async function attempt(id: number, deed: (context: JobContext) => Promise<void>, retry = [0, 0]) {
  const job = defineJob({
    kind: "bulk",
    act: "dataset.write",
    input: z.object({}),
    retry,
    run: deed,
  });
  const { attempt: number } = await readRun(id);
  const signal = new AbortController().signal;
  await runOne(services, [job], { runId: id, attempt: number }, "test", signal);
  return readRun(id);
}

/** What a worker that stopped beating leaves, half a minute later, and what dispatch makes of it. */
async function loseWorker(id: number) {
  await db.update(run).set({ leaseUntil: sql`now() - interval '1 minute'` }).where(eq(run.id, id));
  const dispatch = await startTestDispatch(services);
  await dispatch.stop();
  return readRun(id);
}

async function claim(id: number) {
  const { attempt: number } = await readRun(id);
  const owned = await claimRun(services.database, id, number, "test");
  if (!owned) throw new Error("the claim was refused");
  return owned;
}

describe("a claim", () => {
  it("is given to one of many", async () => {
    const id = await startRun(handle, newRun);
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, n) => claimRun(services.database, id, 1, `worker ${n}`)),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await readRun(id)).toMatchObject({ state: "running", fence: 1 });
  });

  it("is refused for an attempt that is over", async () => {
    const id = await startRun(handle, newRun);
    await db.update(run).set({ attempt: 2 }).where(eq(run.id, id));
    expect(await claimRun(services.database, id, 1, "late")).toBeUndefined();
  });
});

describe("the fence", () => {
  it("refuses every write of an owner that was replaced", async () => {
    const id = await startRun(handle, newRun);
    const stale = await claim(id);
    expect(await loseWorker(id)).toMatchObject({ state: "queued", attempt: 2 });
    const fresh = await claim(id);
    await fresh.progress(5, 10);
    const before = await readRun(id);

    const writes = [
      () => stale.progress(9),
      () => stale.write(db, { note: "late" }),
      () => stale.heartbeat(),
      () => stale.succeed(db, { stolen: true }),
      () => db.transaction((tx) => stale.assertOwned(tx)),
    ];
    for (const write of writes) await expect(write()).rejects.toMatchObject({ code: "cancelled" });
    expect(await readRun(id)).toEqual(before);
    await fresh.succeed(db, { by: "fresh" });
    expect(await readRun(id)).toMatchObject({ state: "succeeded", result: { by: "fresh" } });
  });

  it("rolls back the effect of a frozen owner that wakes up late", async () => {
    const id = await startRun(handle, newRun);
    const effects = () => db.execute(sql`select 1 from project where slug like 'late-%'`);
    const ended = await attempt(id, async (context) => {
      // Frozen here: the lease runs out and somebody else finishes the run.
      await loseWorker(id);
      const other = await claim(id);
      await other.succeed(db, { by: "other" });
      await db.transaction(async (tx) => {
        await tx.execute(sql`insert into project (slug, name) values ('late-effect', 'x')`);
        await context.run.succeed(tx, { by: "frozen" });
      });
    });
    expect(ended).toMatchObject({ state: "succeeded", result: { by: "other" } });
    expect(await effects()).toHaveLength(0);
  });
});

describe("a worker that dies", () => {
  it("loses its run to the next one, with what was saved", async () => {
    const id = await startRun(handle, newRun);
    const owned = await claim(id);
    await owned.write(db, { checkpoint: { line: 700 } });
    expect(await loseWorker(id)).toMatchObject({
      state: "queued",
      attempt: 2,
      checkpoint: { line: 700 },
    });
    const next = await claim(id);
    expect(next.run).toMatchObject({ fence: 2, checkpoint: { line: 700 } });
  });

  it("does not take more than three workers with one run", async () => {
    const id = await startRun(handle, newRun);
    for (const expected of ["queued", "queued", "failed"]) {
      await claim(id);
      expect(await loseWorker(id)).toMatchObject({ state: expected });
    }
    const row = await readRun(id);
    expect(row).toMatchObject({ attempt: 3, errorCode: "internal" });
    expect(row.errorMessage).toMatch(/kept.*retry/s);
  });

  it("goes on with a run that got further each time, and gives it up where it stays", async () => {
    const id = await startRun(handle, newRun);
    for (let n = 1; n <= 6; n++) {
      const owned = await claim(id);
      await owned.write(db, { done: n * 100 });
      expect(await loseWorker(id)).toMatchObject({ state: "queued", attempt: n + 1 });
    }
    for (const expected of ["queued", "failed"]) {
      await claim(id);
      expect(await loseWorker(id)).toMatchObject({ state: expected });
    }
    // Whoever says “again” means three more.
    await act(services, handle, retryRun, { run: id });
    for (const expected of ["queued", "queued", "failed"]) {
      await claim(id);
      expect(await loseWorker(id)).toMatchObject({ state: expected });
    }
  });

  it("keeps a run whose lease still holds", async () => {
    const id = await startRun(handle, newRun);
    await claim(id);
    const dispatch = await startTestDispatch(services);
    await dispatch.stop();
    expect(await readRun(id)).toMatchObject({ state: "running", attempt: 1 });
  });
});

describe("an attempt that throws", () => {
  const failing = (code: ErrorCode) => async () => {
    throw new AssayError(code, `It was ${code}.`);
  };

  it("is tried again after the job's own pause", async () => {
    const id = await startRun(handle, newRun);
    const row = await attempt(id, failing("upstream_failed"), [60, 120]);
    expect(row).toMatchObject({ state: "queued", attempt: 2, errorCode: "upstream_failed" });
    const pause = (row.availableAt.getTime() - Date.now()) / 1000;
    expect(pause).toBeGreaterThan(50);
    expect(pause).toBeLessThan(61);
    expect((await attempt(id, async ({ run: owned }) => owned.succeed(db, {}))).state).toBe(
      "succeeded",
    );
  });

  it("fails for good after the last attempt, with its reason", async () => {
    const id = await startRun(handle, newRun);
    for (const state of ["queued", "queued", "failed"]) {
      expect(await attempt(id, failing("unavailable"))).toMatchObject({ state });
    }
    const row = await readRun(id);
    expect(row).toMatchObject({ attempt: 3, errorMessage: "It was unavailable." });
    expect(row.finishedAt).not.toBeNull();
  });

  it("is tried again for as long as attempts get further", async () => {
    const id = await startRun(handle, newRun);
    const further = (done: number) =>
      attempt(id, async ({ run: owned }) => {
        await owned.write(db, { done });
        throw new AssayError("unavailable", "It was unavailable.");
      });
    for (let n = 1; n <= 5; n++) expect(await further(n)).toMatchObject({ state: "queued" });
    expect(await further(5)).toMatchObject({ state: "queued" });
    expect(await further(5)).toMatchObject({ state: "failed", attempt: 7 });
  });

  it.each(["invalid_input", "disk_full", "unsupported_format"] as const)(
    "is not tried again when that cannot help: %s",
    async (code) => {
      const id = await startRun(handle, newRun);
      expect(await attempt(id, failing(code))).toMatchObject({ state: "failed", attempt: 1 });
    },
  );

  it("is parked after running out of memory twice", async () => {
    const id = await startRun(handle, newRun);
    expect(await attempt(id, failing("out_of_memory"))).toMatchObject({ state: "queued" });
    expect(await attempt(id, failing("out_of_memory"))).toMatchObject({
      state: "failed",
      attempt: 2,
    });
  });

  it("shows no stack of an unknown error, and logs it", async () => {
    const id = await startRun(handle, newRun);
    const row = await attempt(id, async () => {
      throw new TypeError("secret detail");
    }, []);
    expect(row).toMatchObject({ state: "failed", errorCode: "internal" });
    expect(row.errorMessage).not.toContain("secret detail");
    expect(JSON.stringify(services.logged)).toContain("secret detail");
  });
});

describe("the creator's right is read again when the work begins", () => {
  it("refuses after a lowered role", async () => {
    const project = await makeProject(services);
    const person = await makeUser(services);
    await addMember(services, project, person, "curator");
    const theirs = await makeHandle(services, { project, user: person });
    const id = await startRun(theirs, newRun);
    await addMember(services, project, person, "viewer");
    const row = await attempt(id, async () => {
      throw new Error("the work began");
    });
    expect(row).toMatchObject({ state: "failed", errorCode: "forbidden" });
  });

  it("refuses after the account was disabled", async () => {
    const project = await makeProject(services);
    const theirs = await makeHandle(services, { project, role: "curator" });
    const id = await startRun(theirs, newRun);
    await db.update(user).set({ disabledAt: new Date() }).where(eq(user.id, theirs.userId));
    const row = await attempt(id, async () => {
      throw new Error("the work began");
    });
    expect(row).toMatchObject({ state: "failed", errorCode: "unauthenticated" });
  });
});

describe("the events of a run", () => {
  it("come first to last, newest, before one, by type, or spread over all", async () => {
    const id = await startRun(handle, newRun);
    const owned = await claim(id);
    for (let n = 1; n <= 25; n++) await owned.event(n % 5 === 0 ? "eval" : "step", { n });
    const context = {
      handle,
      services,
      actor: handle.actor,
      signal: new AbortController().signal,
    };
    const read = async (input: Record<string, unknown>) => {
      const given = readRunLogs.input.parse({ project: handle.slug, run: id, ...input });
      return (await readRunLogs.run(context, given)).events;
    };
    const places = async (input: Record<string, unknown>) =>
      (await read(input)).map((event) => event.data.n);
    expect(await places({ limit: 3 })).toEqual([1, 2, 3]);
    const tail = await read({ newest: true, limit: 3 });
    expect(tail.map((event) => event.data.n)).toEqual([23, 24, 25]);
    expect(await places({ newest: true, limit: 2, before: tail[0]?.id })).toEqual([21, 22]);
    expect(await places({ after: tail[0]?.id })).toEqual([24, 25]);
    expect(await places({ type: ["eval"], newest: true, limit: 2 })).toEqual([20, 25]);
    expect(await places({ thin: 5 })).toEqual([1, 7, 13, 19, 25]);
    expect(await places({ type: ["step"], thin: 2 })).toEqual([1, 24]);
    expect(await places({ type: ["eval"], thin: 100 })).toEqual([5, 10, 15, 20, 25]);
    expect(await places({ type: ["eval"], thin: 2, before: tail[0]?.id, after: 0 })).toEqual([
      5, 20,
    ]);
    expect(await places({ thin: 2, after: tail[1]?.id })).toEqual([25]);
  });
});
