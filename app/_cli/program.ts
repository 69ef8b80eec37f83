import { type Command, Option } from "commander";
import { env } from "#lib/env.ts";
import type { Operation } from "#lib/operation.ts";
import { addInputs } from "./inputs.ts";
import { type Context, follow, perform, print, type RunOptions } from "./perform.ts";

/** Every operation as a command: `datasets.list` is `datasets list`, `import` is `import`. */
export function addOperations(
  program: Command,
  operations: readonly Operation[],
  context: Context,
): void {
  // `gate` is a command and a group: what follows `gate list` belongs to `list`.
  program.enablePositionalOptions();
  for (const operation of operations) {
    addOperation(findOrMake(program, operation.name.split(".")), operation, context);
  }
  addWatch(findOrMake(program, ["runs", "watch"]), context);
  for (const group of program.commands) {
    const verbs = group.commands.map((one) => one.name()).join(", ");
    if (verbs && !group.description()) group.description(verbs);
  }
}

/** `project list` is understood as `projects list`, and `runs` as `run` where only that exists. */
export function withKnownGroup(program: Command, args: string[]): string[] {
  const [name = "", ...rest] = args;
  const known = (one: string) => program.commands.some((command) => command.name() === one);
  const other = name.endsWith("s") ? name.slice(0, -1) : `${name}s`;
  return !known(name) && known(other) ? [other, ...rest] : args;
}

function findOrMake(parent: Command, names: string[]): Command {
  const [name, ...rest] = names;
  if (!name) return parent;
  const found = parent.commands.find((one) => one.name() === name);
  return findOrMake(found ?? parent.command(name).helpCommand(false), rest);
}

function addOperation(command: Command, operation: Operation, context: Context): void {
  command.description(operation.summary);
  const { fields, read } = addInputs(command, operation);
  addCommon(command, operation.startsRun === true);
  command.action(async (...given: unknown[]) => {
    const options = command.opts();
    const words = given.slice(0, operation.positionals?.length ?? 0);
    await perform(operation, fields, read(words, options), options, context);
  });
}

function addCommon(command: Command, startsRun: boolean): void {
  const common = [
    new Option("--json", "print one JSON object"),
    new Option("--as <email>", "act as this user instead of the first administrator"),
  ];
  if (startsRun) common.push(new Option("--detach", "print the run and do not wait for it"));
  for (const option of common) {
    // An operation's own field of that name is meant.
    if (!command.options.some((one) => one.long === option.long)) command.addOption(option);
  }
}

function addWatch(command: Command, context: Context): void {
  command.description("Wait for a run, show its progress and print its result");
  command.argument("<run>");
  command.option("--project <value>", "default: the project “default”, or ASSAY_PROJECT");
  addCommon(command, false);
  command.action(async (run: string) => {
    const options = command.opts<RunOptions & { project?: string }>();
    const door = await context.openDoor(options.as);
    try {
      const project = options.project ?? env().project;
      print(await follow(door, project, Number(run), options, context), options, context);
    } finally {
      await door.close();
    }
  });
}
