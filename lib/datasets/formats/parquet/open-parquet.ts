import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { z } from "zod";
import { AssayError } from "#lib/core/errors.ts";
import { parseJson } from "#lib/core/parse-json.ts";
import { EndsEarly } from "../row-fault.ts";
import { readerHeapMb } from "./limits.ts";

/** Every process of ours runs in the project's folder; a bundler would move the script away from its imports. */
const script = resolve("lib", "datasets", "formats", "parquet", "print-rows.ts");

/** Enough for a reason; the rest of a crash report is not kept. */
const reasonCharacters = 600;

const tableSchema = z.object({ columns: z.array(z.string()), rows: z.number() });

/**
 * A Parquet file as JSON Lines, read by a process of its own, so that no file can take the memory of this one.
 * `chunks` throws EndsEarly where the file can no longer be read. Throws `invalid_input` when it cannot be at all.
 */
export type OpenParquet = z.infer<typeof tableSchema> & {
  chunks: AsyncGenerator<Buffer>;
};

/** Rows up to `skip` are empty lines, so that the number of a line is the number of its row. */
export async function openParquet(path: string, skip: number): Promise<OpenParquet> {
  const chunks = printed(path, skip);
  let head = Buffer.alloc(0);
  let end = -1;
  try {
    while (end === -1) {
      const next = await chunks.next();
      if (next.done) throw new EndsEarly("it has no rows");
      head = Buffer.concat([head, next.value]);
      end = head.indexOf("\n");
    }
    const table = tableSchema.parse(parseJson(head.toString("utf8", 0, end)));
    return { ...table, chunks: following(head.subarray(end + 1), chunks) };
  } catch (cause) {
    await chunks.return(undefined);
    if (!(cause instanceof EndsEarly)) throw cause;
    throw new AssayError("invalid_input", `${cause.message} Nothing was imported.`, { cause });
  }
}

async function* following(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (first.length > 0) yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function* printed(path: string, skip: number): AsyncGenerator<Buffer> {
  const options = [`--max-old-space-size=${readerHeapMb}`, script, path, String(skip)];
  const child = spawn(process.execPath, options, {
    env: { NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let reason = "";
  child.stderr.on("data", (chunk: Buffer) => {
    if (reason.length < reasonCharacters) reason += chunk.toString("utf8");
  });
  const closed = new Promise<number | null>((done, failed) => {
    child.once("error", failed);
    child.once("close", done);
  });
  closed.catch(() => {});
  try {
    yield* child.stdout;
    const code = await closed;
    if (code !== 0) throw new EndsEarly(wordsOf(code, reason));
  } finally {
    child.kill("SIGKILL");
  }
}

function wordsOf(code: number | null, reason: string): string {
  const why =
    code === 3
      ? reason.slice(0, reasonCharacters).replace(/\.$/, "")
      : `decoding it took more than ${readerHeapMb.toLocaleString("en")} MB, or failed`;
  return `The Parquet file cannot be read: ${why}.`;
}
