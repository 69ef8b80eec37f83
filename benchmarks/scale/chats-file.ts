import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { madeChats } from "../datasets/made-chats.ts";

/** Writes `rows` made chats, a line each; gives the file's SHA-256 and size in bytes. */
export async function writeChats(
  file: string,
  rows: number,
): Promise<{ digest: string; bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  await pipeline(
    Readable.from(madeChats(1).take(rows)).map((line: string) => {
      hash.update(line);
      bytes += Buffer.byteLength(line);
      return line;
    }),
    createWriteStream(file),
  );
  return { digest: hash.digest("hex"), bytes };
}
