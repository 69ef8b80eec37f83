import { Worker } from "node:worker_threads";
import { FileFault } from "./faults.ts";
import type { TextCalls } from "./text-worker.ts";

type Waiting = { resolve(value: never): void; reject(cause: unknown): void };

/** Calls into the text thread; one thread serves all projects of the process. */
export class TextThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #ended: Error | undefined;

  /** @param onEnd hears why the thread ended when nobody asked it to; nothing can be searched then. */
  constructor(databaseUrl: string, onEnd: (cause: Error) => void) {
    this.#worker = new Worker(new URL("text-worker.ts", import.meta.url), {
      workerData: { databaseUrl },
    });
    this.#worker.on("message", ({ id, value, error, damaged }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(value as never);
      else waiting?.reject(damaged ? new FileFault(error) : error);
    });
    const ended = (cause: Error) => {
      const first = this.#ended === undefined;
      this.#ended ??= cause;
      for (const waiting of this.#waiting.values()) waiting.reject(cause);
      this.#waiting.clear();
      if (first) onEnd(cause);
    };
    this.#worker.once("error", (cause) => ended(cause as Error));
    this.#worker.once("exit", (code) => ended(new Error(`the text thread ended with ${code}`)));
  }

  call<Name extends keyof TextCalls>(
    name: Name,
    args: Parameters<TextCalls[Name]>[0],
  ): Promise<Awaited<ReturnType<TextCalls[Name]>>> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, args });
    });
  }

  /** Closes its files and its connections. */
  async end(): Promise<void> {
    if (this.#ended) return;
    await this.call("end", undefined);
    this.#ended = new Error("the text thread was closed");
    await this.#worker.terminate();
  }
}
