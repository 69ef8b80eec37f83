import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { AssayError } from "#lib/core/errors.ts";
import type { LoadOptions } from "../engine/model-files.ts";
import type { Delta, EngineInfo } from "../engine/port.ts";
import { type FromChild, fromWire, type Task, type TaskResult, type ToChild } from "../messages.ts";

/** A cancelled request that is not acknowledged within this is stuck in native code; killing is the last cancel. */
const cancelMs = 1_000;
/**
 * Rendering and tokenising takes milliseconds, about 1.5 s a megabyte; a template that loops is cut here. The
 * allowance is ten times that and what other requests may hold the child for.
 */
const startMs = 5_000;
const startMsPerByte = 0.015;
/** Reading a model from a slow disk. */
const loadMs = 180_000;
/** JS heap of a child in MiB: tokenizer and requests. Weights and caches lie outside of it. */
const heapMib = 1_024;

export type TaskEvents = {
  onStarted?: (promptTokens: number) => void;
  onDelta?: (d: Delta) => void;
};
/** How a cancelled request ended: acknowledged by the child after `steps` passes, or with the child killed. */
export type Abort = { steps: number | undefined; milliseconds: number; killed: boolean };

type Pending = TaskEvents & {
  resolve: (result: TaskResult) => void;
  reject: (error: unknown) => void;
  started: NodeJS.Timeout | undefined;
  cancelledAt: number | undefined;
  onAborted: (abort: Abort) => void;
};

/** One loaded model version in its own process. After `exited` it is never used again. */
export class EngineProcess {
  readonly exited: Promise<string>;
  info: EngineInfo | undefined;
  /** Resident bytes, as the child last told. */
  memory = 0;
  /** Whether it was ended on purpose. */
  stopped = false;
  private readonly child: ChildProcess;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private dead: string | undefined;
  private killedFor: string | undefined;
  private onLoad: ((message: FromChild | Error) => void) | undefined;

  constructor() {
    this.child = fork(fileURLToPath(new URL("../child.ts", import.meta.url)), [], {
      // Nothing of ours: no secrets, no settings.
      env: { NODE_ENV: "production" },
      execArgv: [`--max-old-space-size=${heapMib}`],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let lastWords = "";
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      lastWords = (lastWords + text).slice(-2_000);
    });
    this.child.on("message", (message: FromChild) => this.receive(message));
    this.exited = new Promise((resolve) => {
      this.child.once("error", (error) => resolve(this.end(error.message)));
      this.child.once("exit", (code, signal) => {
        const cause = this.killedFor ?? causeOf(code, signal, lastWords);
        resolve(this.end(cause));
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Loads the model; throws its refusal, or why the process died. Call once. */
  async load(folder: string, options: LoadOptions): Promise<EngineInfo> {
    const timer = setTimeout(() => this.kill(`loading took more than ${loadMs / 1000} s`), loadMs);
    try {
      const answer = await new Promise<FromChild | Error>((resolve) => {
        this.onLoad = resolve;
        this.post({ type: "load", folder, options });
      });
      if (answer instanceof Error) throw answer;
      if (answer.type === "refused") throw fromWire(answer.error);
      if (answer.type !== "loaded") throw new Error(`unexpected answer ${answer.type}`);
      this.memory = answer.memory;
      this.info = answer.info;
      return answer.info;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Runs one request. On `signal` it is cancelled in the child and rejects with the signal's reason once the child
   * has stopped or is dead; `onAborted` says which.
   */
  run(
    task: Task,
    signal: AbortSignal,
    events: TaskEvents,
    onAborted: (abort: Abort) => void,
  ): Promise<TaskResult> {
    const id = this.nextId++;
    if (this.dead !== undefined) return Promise.reject(died(this.dead));
    return new Promise<TaskResult>((resolve, reject) => {
      const allowed = Math.ceil(startMs + startMsPerByte * sizeOf(task));
      const started = setTimeout(
        () => this.kill(`a prompt was not ready after ${Math.round(allowed / 1000)} s`),
        allowed,
      );
      this.pending.set(id, {
        ...events,
        resolve,
        reject,
        started,
        cancelledAt: undefined,
        onAborted,
      });
      const cancel = () => this.cancel(id);
      signal.addEventListener("abort", cancel, { once: true });
      this.post({ ...task, id } as ToChild);
      if (signal.aborted) cancel();
    }).catch((error: unknown) => {
      if (signal.aborted) throw signal.reason;
      throw error;
    });
  }

  /** Ends the process at once; requests in flight fail with `reason`. */
  stop(reason: string): void {
    this.stopped = true;
    this.kill(reason);
  }

  /** As `stop`, but the model is at fault. */
  private kill(reason: string): void {
    this.killedFor ??= reason;
    this.child.kill("SIGKILL");
  }

  private cancel(id: number): void {
    const request = this.pending.get(id);
    if (!request || request.cancelledAt !== undefined) return;
    request.cancelledAt = performance.now();
    this.post({ type: "cancel", id });
    setTimeout(() => {
      if (this.pending.has(id)) this.stop(`a cancel was not heard within ${cancelMs} ms`);
    }, cancelMs).unref();
  }

  private receive(message: FromChild): void {
    if (message.type === "loaded" || message.type === "refused") {
      this.onLoad?.(message);
      return;
    }
    const request = this.pending.get(message.id);
    if (!request) return;
    if (message.type === "started" || message.type === "delta") {
      clearTimeout(request.started);
      if (message.type === "started") request.onStarted?.(message.promptTokens);
      else request.onDelta?.(message.delta);
      return;
    }
    this.settle(message.id);
    if (message.type === "done") {
      this.memory = message.memory;
      request.resolve(message.result);
    } else if (message.type === "failed") request.reject(fromWire(message.error));
    else {
      const milliseconds = performance.now() - (request.cancelledAt ?? performance.now());
      request.onAborted({ steps: message.steps, milliseconds, killed: false });
      request.reject(new AssayError("cancelled", "The request was cancelled."));
    }
  }

  private settle(id: number): void {
    clearTimeout(this.pending.get(id)?.started);
    this.pending.delete(id);
  }

  private end(cause: string): string {
    if (this.dead !== undefined) return this.dead;
    this.dead = cause;
    this.onLoad?.(died(cause));
    for (const [id, request] of this.pending) {
      this.settle(id);
      if (request.cancelledAt !== undefined) {
        const milliseconds = performance.now() - request.cancelledAt;
        request.onAborted({ steps: undefined, milliseconds, killed: true });
      }
      request.reject(died(cause));
    }
    return cause;
  }

  private post(message: ToChild): void {
    // A closed channel means that the process is ending; `end` answers everything that is pending.
    if (this.child.connected) this.child.send(message, () => {});
  }
}

/** Characters a task gives the child to read. */
function sizeOf(task: Task): number {
  const prompts = task.type === "embed" ? task.prompts : [task.prompt];
  let sum = 0;
  for (const prompt of prompts) {
    if (prompt.kind === "text") sum += prompt.text.length;
    else if (prompt.kind === "chat") sum += JSON.stringify(prompt.messages).length;
  }
  return sum;
}

function died(cause: string): AssayError {
  return new AssayError(
    "unavailable",
    `The model's process ended while it worked on this (${cause}). It is started again by the next request; try again.`,
    { retryAfter: 1, detail: { cause } },
  );
}

function causeOf(code: number | null, signal: string | null, lastWords: string): string {
  if (/heap out of memory|bad_alloc|Failed to allocate/i.test(lastWords)) return "out of memory";
  if (signal === "SIGKILL") return "killed, likely by the system for lack of memory";
  return signal ? `signal ${signal}` : `exit code ${code}`;
}
