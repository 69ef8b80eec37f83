import { createHash } from "node:crypto";
import { createWriteStream, renameSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { withInstance } from "./database.ts";
import { madeDialogues } from "./dialogues.ts";
import { importSource, sourceFile } from "./import.ts";

/** Resident memory that a file of any size may need, MB. */
const allowedMb = 512;

const megabytes = Number(
  process.argv.find((word) => word.startsWith("--megabytes="))?.split("=")[1] ?? 1000,
);

function* lines(bytes: number): Generator<string> {
  let written = 0;
  for (const line of madeDialogues()) {
    yield line;
    written += Buffer.byteLength(line);
    if (written >= bytes) return;
  }
}

await withInstance(async (services, handle) => {
  const hash = createHash("sha256");
  let count = 0;
  let bytes = 0;
  const writing = sourceFile(services, "writing");
  await pipeline(
    Readable.from(lines(megabytes * 1e6)).map((line: string) => {
      hash.update(line);
      count += 1;
      bytes += Buffer.byteLength(line);
      return line;
    }),
    createWriteStream(writing),
  );
  const digest = hash.digest("hex");
  renameSync(writing, sourceFile(services, digest));
  const resting = process.memoryUsage.rss();
  let peak = resting;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 50);
  const start = performance.now();
  const conversations = await importSource(services, handle, { digest, bytes });
  clearInterval(watch);
  const seconds = (performance.now() - start) / 1000;
  const residentMb = peak / 1e6;
  const correct = conversations === count && residentMb < allowedMb;
  console.log(
    JSON.stringify(
      {
        megabytes,
        conversations,
        seconds,
        megabytesPerSecond: megabytes / seconds,
        restingMb: resting / 1e6,
        residentMb,
        allowedMb,
        correct,
      },
      null,
      2,
    ),
  );
  if (!correct) process.exitCode = 1;
});
