import type { Dispatcher } from "undici";

export type Head = { status: number; retryAfter: string | undefined };

/** One request to an upstream and its answer. After `abort` nothing of it is read any more. */
export type Exchange = {
  /** Resolves when status and headers are there; rejects when they never will be. */
  head: Promise<Head>;
  /** The next bytes of the body, undefined at its end; rejects when it breaks. One reader. */
  read(): Promise<Buffer | undefined>;
  /** Closes the connection, so that the upstream stops working for nobody. */
  abort(reason: Error): void;
};

/** Bytes that wait for a reader before the upstream is told to wait, as Node's own streams do. */
const heldBytes = 64 * 1024;

/**
 * Sends a request on undici's own handler: a body stream, a signal and their events would cost as much as all the
 * rest of what the endpoint does with a short answer.
 */
export function startExchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
): Exchange {
  const head = Promise.withResolvers<Head>();
  // Who aborts a request may have stopped waiting for its head.
  head.promise.catch(() => undefined);
  const chunks: Buffer[] = [];
  let held = 0;
  let ended = false;
  let failure: Error | undefined;
  let controller: Dispatcher.DispatchController | undefined;
  let reader: PromiseWithResolvers<Buffer | undefined> | undefined;

  const fail = (cause: Error): void => {
    if (failure || ended) return;
    failure = cause;
    head.reject(cause);
    reader?.reject(cause);
    reader = undefined;
  };
  const give = (chunk: Buffer | undefined): boolean => {
    if (!reader) return false;
    reader.resolve(chunk);
    reader = undefined;
    return true;
  };

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      if (failure) started.abort(failure);
    },
    onResponseStart(_controller, status, headers) {
      const retryAfter = headers["retry-after"];
      head.resolve({ status, retryAfter: typeof retryAfter === "string" ? retryAfter : undefined });
    },
    onResponseData(started, chunk) {
      if (failure || give(chunk)) return;
      chunks.push(chunk);
      held += chunk.length;
      if (held >= heldBytes) started.pause();
    },
    onResponseEnd() {
      ended = true;
      give(undefined);
    },
    onResponseError(_controller, cause) {
      fail(cause);
    },
  };
  try {
    dispatcher.dispatch(options, handler);
  } catch (cause) {
    // The outbound guard refuses an address before anything is sent.
    fail(cause as Error);
  }

  return {
    head: head.promise,
    read() {
      const chunk = chunks.shift();
      if (chunk) {
        held -= chunk.length;
        if (held < heldBytes && controller?.paused) controller.resume();
        return Promise.resolve(chunk);
      }
      if (failure) return Promise.reject(failure);
      if (ended) return Promise.resolve(undefined);
      reader = Promise.withResolvers();
      return reader.promise;
    },
    abort(reason) {
      fail(reason);
      controller?.abort(reason);
    },
  };
}

/** The whole body as text. */
export async function readText({ read }: Pick<Exchange, "read">): Promise<string> {
  const first = await read();
  const second = first && (await read());
  if (!first || !second) return first?.toString() ?? "";
  const parts = [first, second];
  for (let next = await read(); next; next = await read()) parts.push(next);
  return Buffer.concat(parts).toString();
}
