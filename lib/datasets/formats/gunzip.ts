import { createGunzip } from "node:zlib";
import { EndsEarly } from "./row-fault.ts";

/** Deflate grows data at most about 1,000 times: 16 kB in bounds what one step holds to 16 MB. */
const pieceBytes = 16 * 1024;

/**
 * Decompresses a gzip stream (several members, too; zeros after the last one are padding). Hands on everything that
 * could be decompressed, then throws EndsEarly when the data is cut off or damaged, or when more stands behind the
 * padding. Errors of the input itself pass through.
 */
export async function* gunzip(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unzip = createGunzip({ chunkSize: 256 * 1024 });
  const out: Buffer[] = [];
  let failure: NodeJS.ErrnoException | undefined;
  let ended = false;
  let given = 0;
  let wake = () => {};
  unzip.on("data", (chunk: Buffer) => out.push(chunk));
  unzip.on("end", () => {
    ended = true;
    wake();
  });
  unzip.on("error", (error: NodeJS.ErrnoException) => {
    failure = error;
    wake();
  });
  // After its end or a failure the stream calls nobody back.
  const step = (start: (done: () => void) => void) =>
    new Promise<void>((resolve) => {
      wake = resolve;
      if (failure || ended) resolve();
      else start(resolve);
    });
  try {
    for await (const chunk of input) {
      for (let from = 0; from < chunk.length && !failure; from += pieceBytes) {
        const piece = chunk.subarray(from, from + pieceBytes);
        const before = given;
        given += piece.length;
        await step((done) => unzip.write(piece, () => done()));
        yield* out.splice(0);
        if (ended) requirePadding(piece.subarray(Math.max(0, unzip.bytesWritten - before)));
      }
      if (failure) break;
    }
    // The end event alone says that the last data has come; the callback of end() may run before it.
    await step(() => unzip.end());
    yield* out.splice(0);
    if (failure) throw new EndsEarly(reasonOf(failure));
  } finally {
    unzip.destroy();
  }
}

/** What stands behind the last member is zeros, as tapes and block devices fill up, or it was not read. */
function requirePadding(rest: Buffer): void {
  if (rest.every((byte) => byte === 0)) return;
  throw new EndsEarly(
    "There is more data after the zeros at the end of the gzip data; it was not read. The records before were kept; unpack the file and import it again.",
  );
}

function reasonOf(failure: NodeJS.ErrnoException): string {
  return failure.code === "Z_BUF_ERROR"
    ? "The file ends early: its gzip data is cut off. The records before were kept; get a complete copy and import it again."
    : `The gzip data is damaged (${failure.message}). The records before were kept; get a complete copy and import it again.`;
}
