import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { isAlive } from "#tests/setup/instance.ts";
import { pythonWithTorch, tinyModel, withoutPython } from "#tests/setup/tiny-model.ts";
import {
  connect,
  copyOf,
  events,
  modelServer,
  type TestServer,
  token,
  until,
} from "./engine-server.ts";

/** Some seconds of work, so that there is a middle to interrupt. */
const long = {
  model: "tiny",
  prompt: "Where is",
  n: 16,
  max_tokens: 240,
  min_tokens: 240,
  temperature: 2,
  logprobs: 20,
};
/** Forward passes of `long` when nothing stops it: the prompt, and all but the last token of each choice. */
const allSteps = 1 + 16 * 239;
const short = { model: "tiny", prompt: "x", max_tokens: 1 };

describe.skipIf(!pythonWithTorch())(`model server under trouble (${withoutPython})`, () => {
  let folder: string;
  let server: TestServer;
  const temporary: string[] = [];
  const start = async (settings: Parameters<typeof modelServer>[0] = {}) => {
    server = await modelServer({
      artefactPath: (id) => (id === "tiny" ? folder : undefined),
      ...settings,
    });
    await server.call("/v1/completions", short);
  };
  beforeAll(async () => {
    folder = await tinyModel();
  }, 120_000);
  afterEach(() => server.close());
  afterAll(() => Promise.all(temporary.map((path) => rm(path, { recursive: true, force: true }))));

  const working = () => until(async () => (await server.state("tiny")).active > 0);
  const childOf = async () => {
    const { pid } = await server.state("tiny");
    if (pid === null) throw new Error("no child");
    return pid;
  };

  it.each([
    ["streamed", true],
    ["whole", false],
  ])(
    "stops in the child within a second when the client leaves a %s answer",
    async (_form, stream) => {
      await start();
      const leave = new AbortController();
      const answer = server.send("/v1/completions", { ...long, stream }, leave.signal);
      if (stream) {
        const reader = (await answer).body?.getReader();
        await reader?.read();
      } else {
        answer.catch(() => {});
        await working();
      }
      const left = performance.now();
      leave.abort();
      const { lastAbort, active } = await until(async () => {
        const state = await server.state("tiny");
        return state.lastAbort && state.active === 0 ? state : undefined;
      });
      expect(performance.now() - left).toBeLessThan(1_000);
      expect(active).toBe(0);
      expect(lastAbort).toMatchObject({ phase: "running", killed: false });
      expect(lastAbort?.steps).toBeGreaterThan(0);
      expect(lastAbort?.steps).toBeLessThan(allSteps);
      expect(lastAbort?.milliseconds).toBeLessThan(1_000);
    },
  );

  it("stops before the first token, and takes a waiting request out of the queue", async () => {
    await start({ active: 1 });
    const first = new AbortController();
    const second = new AbortController();
    const answers = [first, second].map((each) =>
      server.send("/v1/completions", long, each.signal).catch(() => "left"),
    );
    await until(async () => (await server.state("tiny")).waiting === 1);
    second.abort();
    const queued = await until(async () => (await server.state("tiny")).lastAbort);
    expect(queued).toMatchObject({ phase: "waiting", steps: null, killed: false });
    first.abort();
    await until(async () => (await server.state("tiny")).active === 0);

    // The child is held still, so the cancel is there before its first step.
    const pid = await childOf();
    process.kill(pid, "SIGSTOP");
    const third = new AbortController();
    answers.push(server.send("/v1/completions", long, third.signal).catch(() => "left"));
    await working();
    third.abort();
    await new Promise((resolve) => setTimeout(resolve, 200));
    process.kill(pid, "SIGCONT");
    const aborted = await until(async () => {
      const state = await server.state("tiny");
      return state.counts.aborted === 3 ? state.lastAbort : undefined;
    });
    expect(aborted).toMatchObject({ phase: "running", killed: false });
    expect(aborted?.steps).toBeLessThanOrEqual(1);
    expect(await Promise.all(answers)).toEqual(["left", "left", "left"]);
  });

  it("kills a child that does not hear a cancel, and starts another for the next request", async () => {
    await start();
    const pid = await childOf();
    const leave = new AbortController();
    const answer = server.send("/v1/completions", long, leave.signal).catch(() => "left");
    await working();
    process.kill(pid, "SIGSTOP");
    leave.abort();
    const { lastAbort } = await until(async () => {
      const state = await server.state("tiny");
      return state.lastAbort ? state : undefined;
    });
    expect(lastAbort).toMatchObject({ killed: true, steps: null });
    expect(lastAbort?.milliseconds).toBeGreaterThan(900);
    expect(lastAbort?.milliseconds).toBeLessThan(1_500);
    await answer;
    expect((await server.call("/v1/completions", short)).choices).toHaveLength(1);
    expect(await childOf()).not.toBe(pid);
    expect((await server.state("tiny")).counts.crashed).toBe(0);
  });

  it("answers cleanly when the child dies, streamed or whole, and restarts it; rests after two deaths in a row", async () => {
    await start();
    const stream = server.send("/v1/completions", { ...long, stream: true });
    await stream;
    const whole = server.refusal("/v1/completions", long);
    await until(async () => (await server.state("tiny")).active === 2);
    process.kill(await childOf(), "SIGKILL");
    const body = await (await stream).text();
    expect(body).not.toContain("[DONE]");
    expect(body.trim().split("\n\n").at(-1)).toMatch(/"error":.*unavailable/);
    expect(await whole).toMatchObject({ status: 503, code: "unavailable", retryAfter: "1" });
    expect(await server.state("tiny")).toMatchObject({ state: "unloaded", counts: { crashed: 1 } });

    const again = server.refusal("/v1/completions", long);
    await until(async () => (await server.state("tiny")).state === "ready");
    process.kill(await childOf(), "SIGKILL");
    await again;
    const resting = await server.refusal("/v1/completions", short);
    expect(resting).toMatchObject({ status: 503 });
    expect(Number(resting.retryAfter)).toBeGreaterThan(0);
    expect(await server.state("tiny")).toMatchObject({
      state: "parked",
      cause: expect.stringMatching(/killed/),
    });
    await server.call("/internal/load", { model: "tiny", path: folder });
    expect((await server.call("/v1/completions", short)).choices).toHaveLength(1);
  });

  it("refuses with 429 and a time to wait when the queue is full", async () => {
    await start({ active: 1, waiting: 1 });
    const leave = new AbortController();
    const busy = [1, 2].map(() =>
      server.send("/v1/completions", long, leave.signal).catch(() => {}),
    );
    await until(async () => (await server.state("tiny")).waiting === 1);
    const refusal = await server.refusal("/v1/completions", short);
    expect(refusal).toMatchObject({
      status: 429,
      code: "rate_limited",
      type: "rate_limit_error",
      retryAfter: "2",
    });
    leave.abort();
    await Promise.all(busy);
    await until(async () => (await server.state("tiny")).active === 0);
    expect((await server.call("/v1/completions", short)).choices).toHaveLength(1);
  });

  it("answers a short request while a long one runs", async () => {
    await start();
    const leave = new AbortController();
    const busy = server.send("/v1/completions", long, leave.signal).catch(() => {});
    await working();
    await server.call("/v1/completions", short);
    expect((await server.state("tiny")).active).toBe(1);
    leave.abort();
    await busy;
  });

  it("unloads the idle model that was used longest ago when memory is needed", async () => {
    const ids = ["a", "b", "c"];
    // Each child takes 150 to 200 MB; the budget holds two.
    await start({ artefactPath: () => folder, memoryBudgetBytes: 400e6 });
    await server.call("/internal/unload", { model: "tiny" });
    for (const id of ids) await server.call("/v1/completions", { ...short, model: id });
    const states = await Promise.all(ids.map((id) => server.state(id)));
    expect(states.map((state) => state.state)).toEqual(["unloaded", "ready", "ready"]);
    expect(states[0]?.counts.crashed).toBe(0);
    expect(states[2]?.memory).toBeGreaterThan(50e6);
    await server.call("/v1/completions", { ...short, model: "a" });
    expect((await server.state("b")).state).toBe("unloaded");

    const leave = new AbortController();
    const busy = ["a", "c"].map((model) =>
      server.send("/v1/completions", { ...long, model }, leave.signal).catch(() => {}),
    );
    await until(
      async () => (await server.state("a")).active + (await server.state("c")).active === 2,
    );
    expect(await server.refusal("/v1/completions", { ...short, model: "b" })).toMatchObject({
      status: 429,
      retryAfter: "5",
    });
    expect(await server.refusal("/internal/unload", { model: "a" })).toMatchObject({
      status: 409,
      code: "conflict",
    });
    leave.abort();
    await Promise.all(busy);
  });

  it("says with figures that a model is larger than the whole budget", async () => {
    server = await modelServer({ artefactPath: () => folder, memoryBudgetBytes: 100e6 });
    const refusal = await server.refusal("/v1/completions", short);
    expect(refusal).toMatchObject({ status: 503, code: "out_of_memory" });
    expect(refusal).toHaveProperty("message", expect.stringMatching(/MB.*100 MB/));
  });

  it("attack 6: cuts a chat template that never ends, and says what is wrong with one that cannot be used", async () => {
    const hostile = await copyOf(folder, "hostile");
    temporary.push(hostile);
    const file = join(hostile, "tokenizer_config.json");
    const config = JSON.parse(await readFile(file, "utf8"));
    const loop = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}";
    await writeFile(file, JSON.stringify({ ...config, chat_template: loop }));
    server = await modelServer({ artefactPath: () => hostile });
    const chat = { model: "tiny", messages: [{ role: "user", content: "hi" }] };
    expect(await server.refusal("/v1/chat/completions", chat)).toMatchObject({
      status: 503,
      message: expect.stringMatching(/not ready after 5 s/),
    });
    await writeFile(file, JSON.stringify({ ...config, chat_template: "{% if %}" }));
    await server.call("/internal/unload", { model: "tiny" });
    expect(await server.refusal("/v1/chat/completions", chat)).toMatchObject({
      status: 422,
      code: "unsupported_format",
    });
  }, 30_000);

  it("finishes what is being answered before it closes, and leaves no process", async () => {
    await start();
    const pid = await childOf();
    const answer = server.send("/v1/completions", { ...long, n: 4, stream: true });
    await answer;
    const begun = performance.now();
    const closing = server.close();
    const chunks = await events(await answer);
    expect(chunks.filter((each) => each.choices[0].finish_reason === "length")).toHaveLength(4);
    await closing;
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(isAlive(pid)).toBe(false);
  });

  it("runs as a process, takes only digests for folders, and takes its children along when it is killed", async () => {
    const store = await mkdtemp(join(tmpdir(), "assay-store-"));
    temporary.push(store);
    const digest = "ab".repeat(32);
    await cp(folder, join(store, digest), { recursive: true });
    await cp(folder, join(store, "other"), { recursive: true });
    const config = join(store, "config.json");
    await writeFile(config, JSON.stringify({ token, artefacts: store, logLevel: "silent" }), {
      mode: 0o600,
    });
    const main = spawn(process.execPath, ["models/server/main.ts", "--config", config], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(main.stdout, "data");
    server = connect(JSON.parse(String(line)).url, async () => {
      main.kill("SIGKILL");
    });

    for (const id of [digest, `sha256:${digest}`]) {
      expect((await server.call("/v1/completions", { ...short, model: id })).choices).toHaveLength(
        1,
      );
    }
    for (const id of ["other", `../${digest}`, `${digest}/../other`, digest.toUpperCase()]) {
      expect(await server.refusal("/v1/completions", { ...short, model: id })).toMatchObject({
        status: 404,
      });
    }
    const { pid } = await server.state(digest);
    const busy = server.send("/v1/completions", { ...long, model: digest }).catch(() => {});
    await until(async () => (await server.state(digest)).active > 0);
    main.kill("SIGKILL");
    await until(async () => !isAlive(pid ?? 0), 2_000);
    await busy;
  });

  it("does not start with a token that can be guessed", async () => {
    await expect(modelServer({ token: "short" })).rejects.toMatchObject({ code: "invalid_input" });
    await expect(modelServer({ host: "0.0.0.0" })).rejects.toThrow(/needs 32/);
    await start();
  });
});
