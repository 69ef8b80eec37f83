import { type Command, Option } from "commander";
import { AssayError } from "#lib/core/errors.ts";
import { env } from "#lib/env.ts";
import type { Operation } from "#lib/operation.ts";
import { type Field, fieldsOf, readValue } from "./fields.ts";

type Values = Record<string, string | boolean | string[] | undefined>;

/** The inputs of one operation on one command, and how to read them back. */
export type Inputs = {
  fields: Field[];
  /** Throws invalid_input when something needed is missing. */
  read(words: unknown[], values: Values): Record<string, unknown>;
};

/** Gives `command` a word for each positional field and a flag for every field. */
export function addInputs(command: Command, operation: Operation): Inputs {
  const fields = fieldsOf(operation);
  const positionals = (operation.positionals ?? []).flatMap(
    (name) => fields.find((field) => field.path.length === 1 && field.path[0] === name) ?? [],
  );
  for (const field of positionals) {
    command.argument(`[${isFile(field) ? "file" : field.flag}]`, field.description);
  }
  const names = new Map<string, Field>();
  for (const field of fields) {
    for (const option of optionsOf(field, positionals.includes(field), command)) {
      names.set(option.attributeName(), field);
      command.addOption(option);
    }
  }
  const read = (words: unknown[], values: Values) => {
    const input: Record<string, unknown> = {};
    for (const [n, field] of positionals.entries()) {
      const word = words[n];
      if (typeof word === "string") put(input, field, isMany(field) ? [word] : word);
    }
    for (const [name, field] of names) {
      const value = values[name];
      if (value !== undefined) put(input, field, value);
    }
    if (fields.some((field) => field.flag === "project")) input.project ??= env().project;
    requireNeeded(fields, positionals, input);
    return input;
  };
  return { fields, read };
}

const isFile = ({ file, textFile }: Field) => file || textFile;
const isMany = ({ kind }: Field) => kind === "list" || kind === "numbers" || kind === "json";

function optionsOf(field: Field, positional: boolean, command: Command): Option[] {
  const needed = field.required && field.flag !== "project" ? "needed" : "";
  const repeated = isMany(field) ? "may be repeated" : "";
  const description = [field.description, needed, repeated].filter(Boolean).join("; ");
  if (field.kind === "boolean") {
    const [yes, no] = ["", "no-"].map(
      (prefix) => new Option(`--${prefix}${field.flag}`, description),
    );
    if (!yes || !no) return [];
    return [yes.hideHelp(field.initially), no.hideHelp(!field.initially)];
  }
  const hint = field.kind === "json" ? "<json|name=value>" : "<value>";
  const options = [
    collecting(new Option(`--${field.flag} ${hint}`, description), field).hideHelp(positional),
  ];
  // `--scope chat --scope read` reads better than `--scopes chat --scopes read`.
  const singular = `--${field.flag.slice(0, -1)}`;
  if (
    isMany(field) &&
    /[a-z]s$/.test(field.flag) &&
    !command.options.some((one) => one.long === singular)
  ) {
    options.push(collecting(new Option(`${singular} ${hint}`, description), field).hideHelp());
  }
  return options;
}

function collecting(option: Option, field: Field): Option {
  if (!isMany(field)) return option;
  return option.argParser((text: string, before: string[] | undefined) => [
    ...(before ?? []),
    text,
  ]);
}

function put(
  input: Record<string, unknown>,
  field: Field,
  given: string | boolean | string[],
): void {
  const [name = "", inner] = field.path;
  const value = readValue(field, given);
  if (inner === undefined) input[name] = value;
  else input[name] = { ...(input[name] as object | undefined), [inner]: value };
}

function requireNeeded(
  fields: Field[],
  positionals: Field[],
  input: Record<string, unknown>,
): void {
  const missing = fields.filter(
    (field) => field.required && input[field.path[0] ?? ""] === undefined,
  );
  if (missing.length === 0) return;
  const flags = missing.map((field) =>
    positionals.includes(field) && isFile(field) ? "FILE" : `--${field.flag}`,
  );
  throw new AssayError(
    "invalid_input",
    `Missing: ${flags.join(", ")}. Nothing was done; --help shows what there is.`,
  );
}
