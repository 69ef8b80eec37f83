import { parentPort, Worker } from "node:worker_threads";
import { FileFault } from "./faults.ts";

// biome-ignore lint/suspicious/noExplicitAny: each call has an input and an output of its own
type Calls = Record<string, (args: any) => unknown>;
type Waiting = { resolve(value: never): void; reject(cause: unknown): void };

/** Calls into a thread of the index process: one message `{id, name, args}` there, one with the value back. */
export class Thread<Served extends Calls> {
  readonly #name: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #ended: Error | undefined;

  /**
   * @param name of the file `<name>-worker.ts`, which serves the calls
   * @param onEnd hears why the thread ended when nobody asked it to
   */
  constructor(name: string, databaseUrl: string, onEnd: (cause: Error) => void) {
    this.#name = name;
    this.#worker = new Worker(new URL(`${name}-worker.ts`, import.meta.url), {
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
    this.#worker.once("exit", (code) => ended(new Error(`the ${name} thread ended with ${code}`)));
  }

  call<Name extends keyof Served & string>(
    name: Name,
    args: Parameters<Served[Name]>[0],
  ): Promise<Awaited<ReturnType<Served[Name]>>> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, args });
    });
  }

  /** Lets it close its files and its connections by its call `end`. */
  async end(): Promise<void> {
    if (this.#ended) return;
    await this.call("end", undefined as never);
    this.#ended = new Error(`the ${this.#name} thread was closed`);
    await this.#worker.terminate();
  }
}

/** The other side: serves `calls` in the thread that this runs in. Calls interleave where they wait. */
export function serveCalls(calls: Calls): void {
  parentPort?.on("message", ({ id, name, args }: { id: number; name: string; args: unknown }) => {
    const answer = async () => calls[name]?.(args);
    answer().then(
      (value) => parentPort?.postMessage({ id, value }),
      (error: unknown) => {
        // A code does not travel with its error.
        const damaged = (error as { code?: string }).code === "ERR_SQLITE_ERROR";
        parentPort?.postMessage({ id, error, damaged });
      },
    );
  });
}
