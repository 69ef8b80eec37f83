import { setImmediate as breathe } from "node:timers/promises";
import { checkInput, checkLength, cutTokens } from "./engine/limits.ts";
import { loadEngine } from "./engine/load-engine.ts";
import type { Delta, Engine, RunContext } from "./engine/port.ts";
import { type FromChild, type Task, type TaskResult, type ToChild, toWire } from "./messages.ts";

/**
 * The process that holds one loaded model version. It is started by the front with nothing in its environment,
 * speaks IPC only, and ends when the front is gone. Requests run interleaved: each forward pass is one turn.
 */
let engine: Engine | undefined;
/** Milliseconds of work on one request's texts before the others have their turn. */
const breathMs = 50;
const running = new Map<number, { abort: AbortController; run: RunContext }>();

process.on("message", (message: ToChild) => {
  if (message.type === "load") void load(message);
  else if (message.type === "cancel") running.get(message.id)?.abort.abort();
  else void answer(message.id, message);
});
// Not `exit`: it waits for the native threads of a pass in hand, and there is nothing here to put in order.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// A terminal's Ctrl-C reaches the whole group; the front lets answers finish first and then ends this process.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});

function send(message: FromChild): void {
  if (process.connected) process.send?.(message);
}

async function load(message: Extract<ToChild, { type: "load" }>): Promise<void> {
  try {
    engine = await loadEngine(message.folder, message.options);
    send({ type: "loaded", info: engine.info, memory: process.memoryUsage.rss() });
  } catch (error) {
    send({ type: "refused", error: toWire(error) });
  }
}

async function answer(id: number, task: Task): Promise<void> {
  const abort = new AbortController();
  const run: RunContext = { signal: abort.signal, steps: 0 };
  running.set(id, { abort, run });
  try {
    if (!engine) throw new Error("asked before a model was loaded");
    const result = await perform(engine, id, task, run);
    send({ type: "done", id, result, memory: process.memoryUsage.rss() });
  } catch (error) {
    if (abort.signal.aborted) send({ type: "aborted", id, steps: run.steps });
    else send({ type: "failed", id, error: toWire(error) });
  } finally {
    running.delete(id);
  }
}

async function perform(
  engine: Engine,
  id: number,
  task: Task,
  run: RunContext,
): Promise<TaskResult> {
  if (task.type === "embed") return embed(engine, id, task, run);
  const ids = engine.encode(task.prompt);
  if (task.type === "tokenize") {
    return { promptTokens: ids.length, steps: 0, tokens: engine.pieces(ids) };
  }
  checkLength(ids, engine.info.maxContext, task.type === "generate" ? 1 : 0);
  if (task.type === "score") {
    send({ type: "started", id, promptTokens: ids.length });
    const scored = await engine.score(ids, task.top, run);
    return { promptTokens: ids.length, steps: run.steps, scored };
  }
  send({ type: "started", id, promptTokens: ids.length });
  const whole = new Map<number, Delta>();
  for await (const delta of engine.generate(ids, task.sampling, run)) {
    if (task.stream) send({ type: "delta", id, delta });
    else whole.set(delta.choice, join(whole.get(delta.choice), delta));
  }
  for (const delta of whole.values()) send({ type: "delta", id, delta });
  return { promptTokens: ids.length, steps: run.steps };
}

/** Every text is checked before the first is embedded, so that a refusal has cost nothing. */
async function embed(
  engine: Engine,
  id: number,
  { prompts, cut }: Extract<Task, { type: "embed" }>,
  run: RunContext,
): Promise<TaskResult> {
  // It refuses for itself, whatever its texts are.
  if (!engine.info.embeddings) await engine.embed([], run);
  const sequences: number[][] = [];
  let since = performance.now();
  for (const prompt of prompts) {
    // Thousands of texts take seconds to cut into tokens, and a cancel must be heard within one.
    if (performance.now() - since > breathMs) {
      await breathe();
      run.signal.throwIfAborted();
      since = performance.now();
    }
    const ids = engine.encode(prompt);
    sequences.push(cut ? cutTokens(ids, engine.info.maxContext) : ids);
  }
  const promptTokens = checkInput(sequences, engine.info.maxContext);
  send({ type: "started", id, promptTokens });
  const vectors = await engine.embed(sequences, run);
  return { promptTokens, steps: run.steps, vectors };
}

function join(before: Delta | undefined, delta: Delta): Delta {
  if (!before) return delta;
  before.tokens.push(...delta.tokens);
  return { ...delta, text: before.text + delta.text, tokens: before.tokens };
}
