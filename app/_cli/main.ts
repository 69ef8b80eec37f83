import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { Command, CommanderError } from "commander";
import { AssayError } from "#lib/core/errors.ts";
import { env } from "#lib/env.ts";
import { asAssayError } from "#lib/errors.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Context } from "./perform.ts";
import { addRoles } from "./roles.ts";

/** Commands that start processes need no operations, and those take a second to load. */
const processCommands = ["up", "web", "endpoint", "worker", "model-server"];

// What a command loads is compiled once. Where nothing can be written, this does nothing.
enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/compiled", import.meta.url)));

const args = process.argv.slice(2);
async function run(): Promise<number> {
  let exit = 0;
  const program = new Command("assay")
    .description(
      "A self-hosted workbench that turns conversations into a chat model you can trust.",
    )
    .helpCommand(false)
    .exitOverride();
  program
    .command("up")
    .description("Start everything on this machine and keep it running")
    .action(async () => (await import("./up.ts")).up());
  addRoles(program, (code) => {
    exit = code;
  });
  try {
    const words = processCommands.includes(args[0] ?? "")
      ? args
      : await addFromOperations(program, () => {
          exit = exitCodes.internal;
        });
    await program.parseAsync(words, { from: "user" });
    return exit;
  } catch (cause) {
    if (!(cause instanceof CommanderError)) return fail(asAssayError(cause));
    if (cause.exitCode === 0) return 0;
    // Commander has said it on standard error.
    const message = cause.message.replace(/^error: /, "");
    return answer(
      new AssayError("invalid_input", `Not understood: ${message}. Nothing was done.`, { cause }),
    );
  }
}

/** Returns the words of the command line as these commands are called. */
async function addFromOperations(program: Command, failed: () => void): Promise<string[]> {
  const { operations } = await import("#lib/operations.ts");
  const { addOperations, withKnownGroup } = await import("./program.ts");
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  addOperations(program, operations, { openDoor, signal: stop.signal, print, failed });
  return withKnownGroup(program, args);
}

const print: Context["print"] = (text) => process.stdout.write(`${text}\n`);

async function openDoor(as: string | undefined) {
  const { remoteUrl, apiKey } = env();
  if (!remoteUrl) return (await import("./doors/local.ts")).openLocalDoor(as);
  const { openRemoteDoor } = await import("./doors/remote.ts");
  return openRemoteDoor(remoteUrl, apiKey, as);
}

/** The sentence on standard error; with --json the error as the one object on standard output, too. */
function fail(error: AssayError): number {
  process.stderr.write(`${error.message}\n`);
  if (error.code === "internal" && error.cause) process.stderr.write(`${inspect(error.cause)}\n`);
  return answer(error);
}

function answer({ code, message, issues }: AssayError): number {
  const error = { code, message, ...(issues ? { issues } : {}) };
  if (args.includes("--json")) print(JSON.stringify({ error }, null, 2));
  return exitCodes[code];
}

const exitCode = await run();
// A pipe takes what was printed in its own time.
process.stdout.write("", () => process.exit(exitCode));
