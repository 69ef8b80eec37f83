import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { AssayError } from "./core/errors.ts";

/** What the supervisor tells the other processes and the command line; written when everything answers. */
const schema = z.object({
  supervisorPid: z.number().int(),
  databaseUrl: z.string(),
  modelServerUrl: z.string(),
  /** Where the sidecar index listens; absent where none runs. */
  indexUrl: z.string().optional(),
  publicUrl: z.string(),
  endpointUrl: z.string(),
  /** Processes with their present pid, for Home's state and for cleaning up after a killed supervisor. */
  processes: z.record(z.string(), z.number().int()),
  /** Where each of them tells whether it can work. */
  health: z.record(z.string(), z.string()).default({}),
  startedAt: z.string(),
});
export type Runtime = z.infer<typeof schema>;

const fileOf = (dataDir: string) => join(dataDir, "runtime.json");

export function writeRuntime(dataDir: string, runtime: Runtime): void {
  const file = fileOf(dataDir);
  writeFileSync(`${file}.new`, JSON.stringify(runtime, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function clearRuntime(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true });
}

/** The runtime file, or undefined when Assay was not started or ended cleanly. */
export function findRuntime(dataDir: string): Runtime | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(dataDir), "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
  const parsed = schema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}

/** Throws unavailable, in one sentence, when no Assay runs on this data folder. */
export function requireRuntime(dataDir: string): Runtime {
  const runtime = findRuntime(dataDir);
  if (!runtime) {
    throw new AssayError(
      "unavailable",
      `Assay is not running on ${dataDir}. Start it with “npm run up”, then run this again.`,
    );
  }
  return runtime;
}
