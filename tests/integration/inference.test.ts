import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { listResponses } from "#lib/inference/list-responses.ts";
import { retryErrors } from "#lib/inference/retry-errors.ts";
import { startInference } from "#lib/inference/start-inference.ts";
import { summariseResponses } from "#lib/inference/summarise-responses.ts";
import { act, chatLines, freeze, importText } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { registerStub } from "#tests/setup/stub-model.ts";
import { placeUpload } from "#tests/setup/upload.ts";

type Asked = { model: string; messages: { role: string; content: string }[]; seed?: number };

/** Requests that reached the stand-in for the model server, and which of them it refuses. */
const seen: Asked[] = [];
let refuses: (asked: Asked) => boolean = () => false;
/** Said after each answer. */
let ending = "";

const server = createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  const asked = JSON.parse(text) as Asked;
  seen.push(asked);
  if (refuses(asked)) {
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message: "The prompt is too long for this model." } }));
    return;
  }
  const frame = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
  const choice = (delta: object, reason: string | null = null) =>
    frame({ choices: [{ index: 0, delta, finish_reason: reason }] });
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(choice({ content: "Answer to " }));
  response.write(choice({ content: asked.messages.at(-1)?.content }));
  response.write(choice({ content: ending }));
  response.write(choice({}, "stop"));
  response.end(
    `${frame({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 } })}data: [DONE]\n\n`,
  );
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen.length = 0;
  refuses = () => false;
  ending = "";
});

const { port } = server.address() as AddressInfo;
const services = await testServices({ modelServerUrl: `http://127.0.0.1:${port}` });
const handle = await makeHandle(services);
await registerStub(handle, "left", "1".repeat(64));
await registerStub(handle, "right", "2".repeat(64));

const responses = (run: number, only: "all" | "errors" = "all") =>
  act(services, handle, listResponses, { run, only });

describe("inference runs", () => {
  it("ask the side of a snapshot, with the recorded answers kept as references", async () => {
    await importText(services, handle, chatLines(40), { dataset: "chats" });
    const snapshot = await freeze(services, handle, {
      dataset: "chats",
      split: { train: 50, validation: 0, test: 50 },
    });
    const { run } = await act(services, handle, startInference, {
      models: ["left@1", "right@1", "left@1"],
      snapshot: snapshot.name,
      side: "test",
      system: "Be short.",
      parameters: { temperature: 0 },
    });
    const ended = await runJob(services, run);
    const count = snapshot.counts.test;
    expect(count).toBeGreaterThan(5);
    expect(ended.result).toMatchObject({ planned: 2 * count, answers: 2 * count, errors: 0 });
    const { prompts } = await responses(run);
    expect(prompts).toHaveLength(count);
    for (const prompt of prompts) {
      expect(prompt.messages.map((one) => one.role)).toEqual(["system", "user"]);
      expect(prompt.reference).toMatch(/^Answer \d+: it opens/);
      expect(prompt.conversationId).not.toBeNull();
      expect(prompt.responses.map((one) => one.model)).toEqual(["left@1", "right@1"]);
      expect(prompt.responses[0]).toMatchObject({
        text: `Answer to ${prompt.messages[1]?.content}`,
        promptTokens: 5,
        completionTokens: 3,
        finishReason: "stop",
        error: null,
      });
    }
    const summary = await act(services, handle, summariseResponses, { run });
    expect(summary.prompts).toBe(count);
    expect(summary.models).toMatchObject([
      { model: "left@1", answers: count, errors: 0, completionTokens: 3 * count, cut: 0 },
      { model: "right@1", answers: count, errors: 0, completionTokens: 3 * count, cut: 0 },
    ]);
  });

  it("keep an answer that holds what no database can", async () => {
    ending = " \0 and half a \ud83d";
    const source = await placeUpload(services, handle, "odd.jsonl", chatLines(2, 60));
    const { run } = await act(services, handle, startInference, { models: ["left@1"], source });
    const ended = await runJob(services, run);
    expect(ended.result).toMatchObject({ answers: 2, errors: 0 });
    const { prompts } = await responses(run);
    expect(prompts[0]?.responses[0]?.text).toMatch(/ ␀ and half a \ufffd$/);
  });

  it("ask the prompts of a file up to the limit, each sample with a seed of its own", async () => {
    const source = await placeUpload(
      services,
      handle,
      "prompts.jsonl",
      `${chatLines(3)}\nthis is not JSON\n${chatLines(20, 3)}`,
    );
    const { run } = await act(services, handle, startInference, {
      models: ["left@1"],
      source,
      samples: 2,
      limit: 5,
      parameters: { seed: 7, max_tokens: 9 },
    });
    const ended = await runJob(services, run);
    expect(ended.result).toMatchObject({ planned: 10, answers: 10, errors: 0 });
    expect(seen.map((one) => one.seed).sort()).toEqual([7, 7, 7, 7, 7, 8, 8, 8, 8, 8]);
    const { prompts } = await responses(run);
    expect(prompts.map((one) => one.position)).toEqual([0, 1, 2, 3, 4]);
    expect(prompts.every((one) => one.conversationId === null)).toBe(true);
    expect(prompts[4]?.messages[0]?.content).toMatch(/^Question number 4:/);
    expect(prompts[0]?.responses.map((one) => one.sample)).toEqual([0, 1]);
  });

  it("keep a refused answer as an error, and ask again for it alone", async () => {
    refuses = ({ messages }) => /number (1|3):/.test(messages.at(-1)?.content ?? "");
    const source = await placeUpload(services, handle, "some.jsonl", chatLines(5));
    const { run } = await act(services, handle, startInference, { models: ["left@1"], source });
    const ended = await runJob(services, run);
    expect(ended.state).toBe("succeeded");
    expect(ended.result).toMatchObject({ planned: 5, answers: 3, errors: 2 });
    const failed = (await responses(run, "errors")).prompts;
    expect(failed.map((one) => one.position)).toEqual([1, 3]);
    expect(failed[0]?.responses[0]).toMatchObject({ text: null, promptTokens: null });
    expect(failed[0]?.responses[0]?.error).toContain("too long for this model");
    const before = (await responses(run)).prompts.flatMap((one) => one.responses);

    // Still refused: an error again, and never a text.
    seen.length = 0;
    await act(services, handle, retryErrors, { run });
    expect((await runJob(services, run)).result).toMatchObject({ answers: 3, errors: 2 });
    expect(seen.length).toBeGreaterThanOrEqual(2);
    expect(seen.every(refuses)).toBe(true);

    refuses = () => false;
    await act(services, handle, retryErrors, { run });
    expect((await runJob(services, run)).result).toMatchObject({ answers: 5, errors: 0 });
    const after = (await responses(run)).prompts.flatMap((one) => one.responses);
    const kept = before.filter((one) => one.error === null).map((one) => one.id);
    expect(after.map((one) => one.id)).toEqual(expect.arrayContaining(kept));
    expect(after.every((one) => one.text?.startsWith("Answer to"))).toBe(true);
    await expect(act(services, handle, retryErrors, { run })).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("refuse before anything is queued, and fail when nobody asks anything", async () => {
    const start = (input: object) =>
      act(services, handle, startInference, { models: ["left@1"], ...input });
    const source = await placeUpload(
      services,
      handle,
      "none.jsonl",
      JSON.stringify({ messages: [{ role: "assistant", content: "Nobody asked." }] }),
    );
    await expect(start({})).rejects.toMatchObject({ code: "invalid_input" });
    await expect(start({ source, snapshot: "x" })).rejects.toMatchObject({ code: "invalid_input" });
    await expect(start({ source, models: ["nobody@1"] })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(start({ snapshot: "nothing" })).rejects.toMatchObject({ code: "not_found" });
    const ended = await runJob(services, (await start({ source })).run);
    expect(ended).toMatchObject({ state: "failed", errorCode: "precondition_failed" });
    const stranger = await makeHandle(services);
    await expect(act(services, stranger, listResponses, { run: ended.id })).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
