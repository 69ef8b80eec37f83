import { once } from "node:events";
import { closeSync, openSync, writeFileSync } from "node:fs";
import type { Readable } from "node:stream";

/** Rows gathered before they are written: COPY gives them one at a time. */
const batchBytes = 1 << 20;

/**
 * Writes what a COPY gives into a file. It takes rows as fast as they come and, when the disk refuses them, takes the
 * rest all the same before it throws: postgres.js pauses its connection for a slow reader, and does not go on when the
 * last row of a COPY was the one it paused at, or when the reader has left.
 */
export async function saveCopy(rows: Readable, path: string): Promise<void> {
  const file = openSync(path, "w", 0o600);
  let batch: Buffer[] = [];
  let bytes = 0;
  let fault: unknown;
  const flush = () => {
    try {
      if (fault === undefined) writeFileSync(file, Buffer.concat(batch));
    } catch (cause) {
      fault = cause;
    }
    batch = [];
    bytes = 0;
  };
  rows.on("data", (row: Buffer) => {
    batch.push(row);
    bytes += row.length;
    if (bytes > batchBytes) flush();
  });
  try {
    await once(rows, "end");
    flush();
  } finally {
    closeSync(file);
    // Lets the connection go on, whatever it was paused at.
    rows._read(0);
  }
  if (fault !== undefined) throw fault;
}
