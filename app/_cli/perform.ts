import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { AssayError } from "#lib/core/errors.ts";
import { env } from "#lib/env.ts";
import type { Operation } from "#lib/operation.ts";
import type { Door } from "./doors/door.ts";
import type { Field } from "./fields.ts";
import { forPeople } from "./print.ts";
import { reportJson, reportLine, waitForRun } from "./wait-for-run.ts";

export type Context = {
  openDoor(as: string | undefined): Promise<Door>;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
  print(text: string): void;
  /** The answer itself says that something is wrong, such as a broken audit chain. */
  failed(): void;
};

export type RunOptions = { json?: boolean; as?: string; detach?: boolean };

/** Brings files to the project, calls the operation, and waits for the run it starts, unless detached. */
export async function perform(
  operation: Operation,
  fields: Field[],
  input: Record<string, unknown>,
  options: RunOptions,
  context: Context,
): Promise<void> {
  const door = await context.openDoor(options.as);
  try {
    const project = String(input.project ?? "");
    for (const { path } of fields.filter((field) => field.file)) {
      const [name = ""] = path;
      if (input[name] !== undefined) {
        input[name] = await door.upload(project, existingFile(String(input[name])), context.signal);
      }
    }
    for (const { path } of fields.filter((field) => field.textFile)) {
      const [name = ""] = path;
      if (input[name] !== undefined) input[name] = textOf(existingFile(String(input[name])));
    }
    const output = await door.call(operation, input, context.signal);
    const run = operation.startsRun && (output as { run?: number }).run;
    if (operation.prints && !options.json) {
      return context.print(String((output as Record<string, unknown>)[operation.prints]).trimEnd());
    }
    if (!run) return print(output, options, context);
    if (options.detach) return print({ run }, options, context);
    print(await follow(door, project, run, options, context), options, context);
  } finally {
    await door.close();
  }
}

/** Throws not_found, or invalid_input for what is there and cannot be read as a file. */
function existingFile(name: string): string {
  const path = resolve(env().callerDir, name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) {
    throw new AssayError(
      "not_found",
      `There is no file ${path}. Nothing was changed; check the name.`,
    );
  }
  if (!found.isFile()) {
    throw new AssayError(
      "invalid_input",
      `${path} is a folder or a device, not a file. Nothing was changed; name a file.`,
    );
  }
  try {
    accessSync(path, constants.R_OK);
  } catch (cause) {
    throw new AssayError(
      "invalid_input",
      `${path} may not be read by you. Nothing was changed; change its mode or its owner.`,
      { cause },
    );
  }
  return path;
}

/** What a person writes by hand is far shorter; a mistaken file is not read into memory. */
const longestText = 4_000_000;

/** Throws too_large, and invalid_input for bytes that are no text. */
function textOf(path: string): string {
  if (statSync(path).size > longestText) {
    throw new AssayError("too_large", `${path} is too large for such a file. Nothing was changed.`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (cause) {
    throw new AssayError(
      "invalid_input",
      `${path} is not UTF-8 text. Nothing was changed; save it as UTF-8 and try again.`,
      { cause },
    );
  }
}

/** Waits for a run with its progress shown. Ctrl-C ends the waiting, never the run. */
export async function follow(
  door: Door,
  project: string,
  run: number,
  options: RunOptions,
  context: Context,
): Promise<Record<string, unknown>> {
  try {
    const report = options.json ? reportJson : reportLine;
    return await waitForRun(door, project, run, report, context.signal);
  } catch (cause) {
    if (!context.signal.aborted) throw cause;
    throw new AssayError(
      "cancelled",
      `Run ${run} goes on without this command. “assay runs watch ${run}” waits again, “assay runs cancel ${run}” stops it.`,
      { cause },
    );
  }
}

export function print(value: unknown, options: RunOptions, context: Context): void {
  if ((value as { ok?: unknown } | null)?.ok === false) context.failed();
  context.print(options.json ? JSON.stringify(value, null, 2) : forPeople(value));
}
