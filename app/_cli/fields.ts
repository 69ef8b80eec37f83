import { inputShape, type JsonSchema, typesOf } from "#app/_door/json-shape.ts";
import type { Operation } from "#lib/operation.ts";

/** How the text of a flag becomes a value. */
export type FieldKind = "text" | "number" | "boolean" | "list" | "numbers" | "json";

/** One input of an operation as the command line knows it. Inner fields of an object have a path of two names. */
export type Field = {
  path: string[];
  /** Without the dashes: `filter.turns-min`. */
  flag: string;
  kind: FieldKind;
  required: boolean;
  /** A file that is brought to the project first; its value is the upload's id. */
  file: boolean;
  /** A file whose text is the value. */
  textFile: boolean;
  /** A boolean that is true unless it is given. */
  initially: boolean;
  description: string;
};

const kebab = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();

/** The fields of an operation's input; an object with known fields shows them and takes JSON as a whole, too. */
export function fieldsOf(operation: Operation): Field[] {
  const root = inputShape(operation);
  const fields: Field[] = [];
  for (const [name, shape] of Object.entries(root.properties ?? {})) {
    fields.push(fieldOf([name], shape, root, root.required?.includes(name) ?? false));
    for (const [inner, innerShape] of Object.entries(shape.properties ?? {})) {
      fields.push(fieldOf([name, inner], innerShape, root, false));
    }
  }
  return fields;
}

function fieldOf(path: string[], shape: JsonSchema, root: JsonSchema, required: boolean): Field {
  return {
    path,
    flag: path.map(kebab).join("."),
    kind: kindOf(shape, root),
    required: required && shape.default === undefined,
    file: shape.file === true,
    textFile: shape.textFile === true,
    initially: shape.default === true,
    description: describe(shape),
  };
}

function kindOf(shape: JsonSchema, root: JsonSchema): FieldKind {
  const types = new Set(typesOf(shape, root).map((type) => (type === "integer" ? "number" : type)));
  types.delete("null");
  if (types.has("string")) return "text";
  if (types.size !== 1) return "json";
  if (types.has("array")) {
    const items = typesOf(shape.items ?? {}, root);
    if (items.every((type) => type === "string")) return "list";
    return items.every((type) => type === "number" || type === "integer") ? "numbers" : "json";
  }
  if (types.has("number")) return "number";
  return types.has("boolean") ? "boolean" : "json";
}

function describe(shape: JsonSchema): string {
  const values = (shape.enum ?? shape.items?.enum) as unknown[] | undefined;
  const parts = [
    (shape.description as string | undefined) ?? "",
    values ? `one of ${values.join(", ")}` : "",
    shape.default !== undefined && typeof shape.default !== "object"
      ? `default ${shape.default}`
      : "",
  ];
  return parts.filter(Boolean).join("; ");
}

/**
 * The text of one flag as the value its field asks for. What does not fit stays text, and the operation's schema
 * says so in the words that every door uses.
 */
export function readValue(field: Pick<Field, "kind">, given: string | boolean | string[]): unknown {
  if (typeof given === "boolean") return given;
  if (Array.isArray(given)) {
    if (field.kind === "json") return readObject(given);
    return field.kind === "numbers" ? given.map(asNumber) : given;
  }
  return field.kind === "number" ? asNumber(given) : given;
}

const asNumber = (text: string) => (/^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text) ? Number(text) : text);

/** JSON in one piece, or `name=value` as often as there are names. */
function readObject(given: string[]): unknown {
  const [first] = given;
  if (given.length === 1 && first !== undefined && /^[[{"]|^(true|false|null)$/.test(first)) {
    try {
      return JSON.parse(first);
    } catch {
      // Stays text: the schema's refusal names the field.
      return first;
    }
  }
  const pairs = given.map((text) => /^([^=]+)=(.*)$/s.exec(text));
  if (pairs.some((pair) => !pair)) return given.length === 1 ? asNumber(first ?? "") : given;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? "", asNumber(pair?.[2] ?? "")]));
}
