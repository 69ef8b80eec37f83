import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { eq, sql } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { run } from "#db/schema/runs.ts";
import { importSuite } from "#lib/evals/import-suite.ts";
import { listResults } from "#lib/evals/read-evaluations.ts";
import { startEvaluation } from "#lib/evals/start-evaluation.ts";
import { listFindings, triageFinding, triageFindings } from "#lib/evals/triage-findings.ts";
import { act } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { type Behaviour, registerStub, stubServer } from "#tests/setup/stub-model.ts";
import { startTestDispatch } from "#tests/setup/test-worker.ts";
import { placeUpload } from "#tests/setup/upload.ts";

const services = await testServices();
const server = await stubServer();
services.modelServerUrl = server.url;
const digest = "d".repeat(64);
let handle: ProjectHandle;

const places = ["Ashby", "Bolton", "Crewe", "Dover", "Ely", "Frome", "Goole", "Hythe", "Ilkley"];
/** Prefers what is tall, and answers questions about the first three places as they want it. */
const model: Behaviour = {
  answer: (messages) => {
    const prompt = messages.at(-1)?.content ?? "";
    const known = places.slice(0, 3).some((place) => prompt.includes(place));
    return known ? `The shop there opens at nine. (${prompt.length})` : `I do not know ${prompt}`;
  },
  logprob: (text, at) => (/tall|Cannot say/.test(text) ? -1 : -1.5) - at / 1e6,
};

beforeEach(async () => {
  handle = await makeHandle(services);
  await registerStub(handle, "shop", digest);
  server.behave(digest, model);
});

async function upload(name: string, text: string) {
  const source = await placeUpload(services, handle, name, text);
  return act(services, handle, importSuite, { source });
}

const crows = [
  "id,sent_more,sent_less,stereo_antistereo,bias_type",
  ...places.map((place) => `x,A tall man of ${place}.,A short man of ${place}.,stereo,height`),
  "y,A short man of Leeds.,A tall man of Leeds.,antistereo,height",
].join("\n");

const questions = places
  .map((place) =>
    JSON.stringify({ id: place, prompt: `When does ${place} open?`, expected: ["nine"] }),
  )
  .join("\n");

const bbq = places
  .map((place, n) =>
    JSON.stringify({
      example_id: n,
      question_index: "1",
      question_polarity: n % 2 ? "neg" : "nonneg",
      context_condition: "ambig",
      category: "Age",
      answer_info: {
        ans0: ["the old man", "old"],
        ans1: ["the young man", "nonOld"],
        ans2: ["cannot say", "unknown"],
      },
      additional_metadata: { stereotyped_groups: ["old"] },
      context: `An old man and a young man met in ${place}.`,
      question: "Who forgot the keys?",
      ans0: "The old man",
      ans1: "The young man",
      ans2: "Cannot say",
      label: 2,
    }),
  )
  .join("\n");

const evaluate = (suites: string[]) =>
  act(services, handle, startEvaluation, { models: ["shop@1"], suites, seed: 3 });
const results = async (run: number, suite: string) =>
  (await act(services, handle, listResults, { run })).results.filter((one) => one.suite === suite);

describe("evaluating on uploaded suites", () => {
  it("gives figures that were known before", async () => {
    const kept = [
      await upload("crows.csv", crows),
      await upload("questions.jsonl", questions),
      await upload("bbq.jsonl", bbq),
    ];
    expect(kept.map(({ kind, items }) => [kind, items])).toEqual([
      ["likelihood-pairs", 10],
      ["generation", 9],
      ["choice", 9],
    ]);
    const { run } = await evaluate(kept.map(({ slug }) => slug));
    const done = await runJob(services, run);
    expect([done.state, done.errorMessage]).toEqual(["succeeded", null]);

    const [pairs] = await results(run, "crows");
    // Nine of ten pairs have the tall man as the stereotype, and the model prefers the tall man.
    expect(pairs).toMatchObject({ value: 0.9, n: 10, planned: 10, artefactDigest: digest });
    const asked = await results(run, "questions");
    expect(asked.find(({ check }) => check === "expected")).toMatchObject({ value: 3 / 9, n: 9 });
    const choices = await results(run, "bbq");
    expect(choices[0]).toMatchObject({ check: "choice", value: 1, n: 9, planned: 9 });
  });
});

describe("an evaluation whose worker goes", () => {
  it("goes on where it was: every item is asked once and has one score", async () => {
    await upload("questions.jsonl", questions);
    const before = server.chats();
    const shutdown = new AbortController();
    server.behave(digest, {
      ...model,
      answer: (messages) => {
        if (server.chats() - before >= 4) shutdown.abort();
        return model.answer(messages);
      },
    });
    const { run } = await evaluate(["questions"]);
    const first = await runJob(services, run, shutdown.signal);
    expect(first.state).toBe("queued");
    const count = async () =>
      Number(
        (
          await handle.db.execute(
            sql`select count(*)::int as n from score where run_id = ${run} and "check" = 'expected'`,
          )
        )[0]?.n,
      );
    const kept = await count();
    const askedFirst = server.chats() - before;
    server.behave(digest, model);
    const done = await runJob(services, run);
    expect([done.state, await count()]).toEqual(["succeeded", 9]);
    // What was kept is not asked again; what was asked and lost with the worker is.
    expect(server.chats() - before - askedFirst).toBe(9 - kept);
  });

  it("loses nothing and doubles nothing when its process is killed with signal 9", async () => {
    // More than one page of items, so that some are stored before the kill and some are not.
    const rows = Array.from({ length: 40 }, (_, i) => {
      const prompt = `When does shop ${i} of ${places[i % 9]} open?`;
      return JSON.stringify({ id: `shop-${i}`, prompt, expected: ["nine"] });
    });
    await upload("many.jsonl", rows.join("\n"));
    const { run: runId } = await evaluate(["many"]);
    const before = server.chats();
    const script = fileURLToPath(new URL("../setup/one-run.ts", import.meta.url));
    const child = spawn(
      process.execPath,
      [script, services.postgresUrl, services.dataDir, server.url, `${runId}`, "1"],
      { stdio: "ignore" },
    );
    server.behave(digest, {
      ...model,
      answer: (messages) => {
        // In the middle of its second page, with calls under way.
        if (server.chats() - before === 22) child.kill("SIGKILL");
        return model.answer(messages);
      },
    });
    const signal = await new Promise((resolve) => child.once("exit", (_, by) => resolve(by)));
    expect(signal).toBe("SIGKILL");
    const scores = () =>
      handle.db.execute<{ item: string; n: number; missing: number }>(
        sql`select item, count(*)::int as n, count(*) filter (where value is null)::int as missing from score
          where run_id = ${runId} and "check" = 'expected' group by item`,
      );
    const kept = await scores();
    expect(kept).toHaveLength(16);
    const state = async () => {
      const [row] = await handle.db
        .select({ state: run.state, attempt: run.attempt })
        .from(run)
        .where(eq(run.id, runId));
      return row;
    };
    const sweep = async () => (await startTestDispatch(services)).stop();
    // Nobody heard of the death: the run looks alive until its lease has run out.
    expect(await state()).toEqual({ state: "running", attempt: 1 });
    await sweep();
    expect(await state()).toEqual({ state: "running", attempt: 1 });
    await handle.db
      .update(run)
      .set({ leaseUntil: sql`now() - interval '1 minute'` })
      .where(eq(run.id, runId));
    await sweep();
    expect(await state()).toEqual({ state: "queued", attempt: 2 });
    server.behave(digest, model);
    const askedBefore = server.chats();
    const done = await runJob(services, runId);
    expect([done.state, done.errorMessage]).toEqual(["succeeded", null]);
    const all = await scores();
    expect(all.map(({ item }) => item).toSorted()).toEqual(
      rows.map((row) => JSON.parse(row).id).toSorted(),
    );
    expect(all.every(({ n, missing }) => n === 1 && missing === 0)).toBe(true);
    expect(server.chats() - askedBefore).toBe(40 - kept.length);
    const [figure] = (await results(runId, "many")).filter(({ check }) => check === "expected");
    expect(figure).toMatchObject({ n: 40, planned: 40 });
  });

  it("keeps a failed call as an error, and a new attempt asks for it again", async () => {
    await upload("questions.jsonl", questions);
    server.behave(digest, {
      ...model,
      fail: (_, body) => (JSON.stringify(body).includes("Ely") ? 400 : undefined),
    });
    const { run } = await evaluate(["questions"]);
    await runJob(services, run);
    const [row] = (await results(run, "questions")).filter(({ check }) => check === "expected");
    expect(row).toMatchObject({ n: 8, planned: 9 });
    const lost = await handle.db.execute<{ value: number | null }>(
      sql`select value from score where run_id = ${run} and item = 'Ely' and "check" = 'expected'`,
    );
    expect(lost.map(({ value }) => value)).toEqual([null]);
    server.behave(digest, model);
    const again = await evaluate(["questions"]);
    await runJob(services, again.run);
    const [whole] = (await results(again.run, "questions")).filter(
      ({ check }) => check === "expected",
    );
    expect(whole).toMatchObject({ n: 9, planned: 9 });
  });
});

describe("findings of an evaluation", () => {
  it("are listed, decided with a reason and an owner, and the newest decision counts", async () => {
    await upload("questions.jsonl", questions);
    const { run } = await evaluate(["questions"]);
    await runJob(services, run);
    const open = () => act(services, handle, listFindings, { suite: "questions", state: "open" });
    const found = await open();
    expect(found.findings).toHaveLength(6);
    const [one] = found.findings;
    const decide = (given: object, who = handle) =>
      act(services, who, triageFinding, { score: one?.score ?? 0, ...given } as never);
    await expect(decide({ state: "waived" })).rejects.toThrow();
    await expect(decide({ state: "waived", reason: "x", owner: "nobody" })).rejects.toMatchObject({
      code: "invalid_input",
    });
    await decide({ state: "waived", reason: "There is no shop in that place." });
    expect((await open()).findings).toHaveLength(5);
    const waived = await act(services, handle, listFindings, { state: "waived" });
    expect(waived.findings).toMatchObject([
      { item: one?.item, reason: "There is no shop in that place.", owner: handle.userId },
    ]);
    await decide({ state: "open" });
    expect((await open()).findings).toHaveLength(6);
    const stranger = await makeHandle(services);
    await expect(decide({ state: "open" }, stranger)).rejects.toMatchObject({ code: "not_found" });
  });

  it("are decided many at a time, with one reason, all or none", async () => {
    await upload("questions.jsonl", questions);
    const { run } = await evaluate(["questions"]);
    await runJob(services, run);
    const list = async (state: "open" | "resolved") =>
      (await act(services, handle, listFindings, { suite: "questions", state })).findings;
    const scores = (await list("open")).map((one) => one.score);
    const decide = (given: object, who = handle) =>
      act(services, who, triageFindings, { state: "resolved", ...given } as never);
    const reason = "The guide has no such place; the question is out of scope.";
    await expect(decide({ scores })).rejects.toThrow(/Say why/);
    await expect(decide({ scores: [], reason })).rejects.toThrow(/at least one/);
    await expect(decide({ scores: [...scores, 1e9], reason })).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringMatching(/1 of these 7 findings.*Nothing was decided/),
    });
    await expect(decide({ scores, reason, owner: "nobody" })).rejects.toMatchObject({
      code: "invalid_input",
    });
    const stranger = await makeHandle(services);
    await expect(decide({ scores, reason }, stranger)).rejects.toMatchObject({ code: "not_found" });
    expect(await list("resolved")).toEqual([]);
    const some = scores.slice(0, 4);
    const done = await decide({ scores: [...some, ...some], reason });
    expect(done).toEqual({ decided: 4, state: "resolved" });
    const resolved = await list("resolved");
    expect(resolved.map((one) => one.score).toSorted()).toEqual(some.toSorted());
    expect(new Set(resolved.map((one) => `${one.reason} ${one.owner}`))).toEqual(
      new Set([`${reason} ${handle.userId}`]),
    );
    expect(await list("open")).toHaveLength(2);
  });
});
