import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const sealName = "seal.json";
const sealSchema = z.record(z.string(), z.string());

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest("hex");
}

/** Writes down what bytes closed files hold, so that the next process knows them again. */
export async function seal(folder: string, names: readonly string[]): Promise<void> {
  const digests: Record<string, string> = {};
  for (const name of names) {
    if (existsSync(join(folder, name))) digests[name] = await digestOf(join(folder, name));
  }
  const file = await open(join(folder, `${sealName}.new`), "w", 0o600);
  await file.writeFile(JSON.stringify(digests));
  await file.sync();
  await file.close();
  await rename(join(folder, `${sealName}.new`), join(folder, sealName));
}

/**
 * Whether each file holds the bytes that were sealed, and takes the seal away, because the files are about to change.
 * Undefined for a file that was never sealed, as after a kill.
 */
export async function breakSeal(
  folder: string,
  names: readonly string[],
): Promise<Record<string, boolean | undefined>> {
  const path = join(folder, sealName);
  const sound: Record<string, boolean | undefined> = {};
  if (!existsSync(path)) return sound;
  const digests = sealSchema.safeParse(
    await readFile(path, "utf8")
      .then(JSON.parse)
      .catch(() => null),
  );
  await rm(path, { force: true });
  if (!digests.success) return sound;
  for (const name of names) {
    if (!existsSync(join(folder, name))) continue;
    sound[name] = (await digestOf(join(folder, name))) === digests.data[name];
  }
  return sound;
}
