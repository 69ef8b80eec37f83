import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  stringify,
  visit,
} from "yaml";
import { z } from "zod";
import { nameSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { stepById, stepIds } from "./steps/list.ts";
import { parseRecipe } from "./steps/recipe.ts";

/** A recipe as a file: what it is called and its steps with every parameter. */
export type RecipeFile = {
  name: string;
  steps: { step: string; params: Record<string, unknown> }[];
};

const format = "assay.recipe/1";
/**
 * What a parser of YAML is given. It recurses, compares keys pairwise and builds a pattern for each indent, so that a few
 * kilobytes of nesting stop a process: forty steps need far less than this.
 */
export const longestYaml = 60_000;
const mostLines = 2000;
const longestLine = 1500;
const deepestFlow = 250;
/** White space and marks of lists and keys before the first word of a line. */
const deepIndent = /^[\s?:-]{41}/;

/** Characters that would be shown wrongly or move a terminal's cursor: written as escapes. */
const unseen = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The file's text. `parseRecipeYaml` reads it back to the same recipe, and equal recipes have equal texts. */
export function formatRecipeYaml({ name, steps }: RecipeFile): string {
  const file = { format, name, steps: steps.map(inOrder) };
  const odd = JSON.stringify(file).search(unseen) >= 0;
  const text = stringify(file, {
    lineWidth: 0,
    aliasDuplicateObjects: false,
    ...(odd ? { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" } : {}),
  });
  const escaped = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return odd ? text.replace(unseen, escaped) : text;
}

/** Parameters in the order of the step's own form; a step that is not known any more keeps what was stored. */
function inOrder({ step, params }: RecipeFile["steps"][number]) {
  const names = stepIds.some((id) => id === step) ? paramNames(step) : [];
  const rank = (name: string) => (names.includes(name) ? names.indexOf(name) : names.length);
  const sorted = Object.entries(params).sort(
    ([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0),
  );
  return { step, params: Object.fromEntries(sorted) };
}

function paramNames(step: string): string[] {
  const shape = z.toJSONSchema(stepById(step).params, { io: "input", unrepresentable: "any" });
  return Object.keys(shape.properties ?? {});
}

type Node = unknown;

/**
 * Reads a recipe file: one document of the keys `format`, `name` and `steps`, without anchors, aliases and tags.
 * @throws invalid_input for anything else, naming the line; defaults of parameters are filled in.
 */
export function parseRecipeYaml(text: string): RecipeFile {
  checkSize(text);
  const lines = new LineCounter();
  const reader = new Reader(readDocument(text, lines), lines);
  const top = reader.map(reader.root, ["format", "name", "steps"], "the file");
  const given = reader.text(top.format, reader.root, "format");
  if (given !== format) {
    throw reader.fault(top.format, `format is “${given.slice(0, 60)}”; this Assay reads ${format}`);
  }
  const name = nameSchema.safeParse(reader.text(top.name, reader.root, "name"));
  if (!name.success) throw reader.fault(top.name, name.error.issues[0]?.message ?? "wrong name");
  const nodes = reader.list(top.steps, reader.root, "steps");
  const steps = nodes.map((node) => reader.step(node));
  return { name: name.data, steps: checked(steps, nodes, reader) };
}

/** Refuses what would keep the parser busy, before it sees it. */
function checkSize(text: string): void {
  if (text.length > longestYaml) {
    throw refused(1, `the file is longer than ${longestYaml / 1000} kB`);
  }
  let depth = 0;
  for (const [index, line] of text.split(/\r\n?|\n/).entries()) {
    const number = index + 1;
    if (number > mostLines) throw refused(number, `the file has more than ${mostLines} lines`);
    if (line.length > longestLine) {
      throw refused(number, `the line has more than ${longestLine} characters`);
    }
    if (deepIndent.test(line)) throw refused(number, "it is nested too deeply");
    for (const sign of line) {
      if (sign === "[" || sign === "{") depth += 1;
      if ((sign === "]" || sign === "}") && depth > 0) depth -= 1;
    }
    if (depth > deepestFlow) throw refused(number, "it is nested too deeply");
  }
}

function checked(steps: RecipeFile["steps"], nodes: Node[], reader: Reader): RecipeFile["steps"] {
  try {
    return parseRecipe({ steps }).steps.map(({ step, params }) => ({ step, params }));
  } catch (cause) {
    const [issue] = (cause instanceof AssayError && cause.issues) || [];
    if (!issue) throw cause;
    const [, index, ...rest] = issue.path.split(".");
    const node = index === undefined ? undefined : nodes[Number(index)];
    throw reader.fault(reader.inside(node, rest), `${issue.path}: ${issue.message}`);
  }
}

const refused = (line: number, why: string, cause?: unknown) =>
  new AssayError(
    "invalid_input",
    `Line ${line}: ${why.replace(/\.$/, "")}. Nothing was saved; correct the file and import it again.`,
    { issues: [{ path: "yaml", message: `Line ${line}: ${why}` }], cause },
  );

function readDocument(text: string, lines: LineCounter): Document {
  let documents: Document[];
  try {
    documents = [
      ...parseAllDocuments(text, {
        version: "1.2",
        schema: "core",
        prettyErrors: false,
        // Compared here, each with the few that are known.
        uniqueKeys: false,
        lineCounter: lines,
      }),
    ] as Document[];
  } catch (cause) {
    // The parser goes down once for each level; no recipe has more than four.
    if (cause instanceof RangeError) throw refused(1, "it is nested too deeply", cause);
    throw cause;
  }
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line);
  for (const { errors, warnings } of documents) {
    const [fault] = [...errors, ...warnings];
    if (fault) throw refused(lineAt(fault.pos[0]), fault.message.split("\n")[0] ?? "", fault);
  }
  const [first, second] = documents;
  if (!first?.contents) throw refused(1, "the file is empty");
  if (second) throw refused(lineAt(second.range?.[0] ?? 0), "a second document begins");
  return first;
}

/** Values of a document, each asked for by what it must be; what it is not is told with its line. */
class Reader {
  readonly root: Node;
  readonly #lines: LineCounter;

  constructor(document: Document, lines: LineCounter) {
    this.root = document.contents;
    this.#lines = lines;
    visit(document, {
      Alias: (_, node) => {
        throw this.fault(node, "an alias (*) stands here; write the value itself");
      },
      Node: (_, node) => {
        if ("anchor" in node && node.anchor) throw this.fault(node, "an anchor (&) stands here");
        // A tag that is written out; the schema's own tags have no source.
        if ("tag" in node && node.tag) throw this.fault(node, "a tag (!) stands here");
      },
    });
  }

  fault(node: Node, why: string): AssayError {
    const range = (node as { range?: [number, number, number] | null } | null | undefined)?.range;
    return refused(Math.max(1, this.#lines.linePos(range?.[0] ?? 0).line), why);
  }

  /** The values of a map by key. Throws for another kind of value and for a key that is not among `known`. */
  map(node: Node, known: readonly string[], what: string): Record<string, Node> {
    if (!isMap(node)) throw this.fault(node, `${what} must be keys with values`);
    const values: Record<string, Node> = {};
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? key.value : undefined;
      if (typeof name === "string" && Object.hasOwn(values, name)) {
        throw this.fault(key, `the key “${name}” stands there twice`);
      }
      if (typeof name !== "string" || !known.includes(name)) {
        const list = known.length > 0 ? `known are ${known.join(", ")}` : "it has none";
        throw this.fault(key, `unknown key “${String(name).slice(0, 60)}” in ${what}; ${list}`);
      }
      values[name] = value ?? key;
    }
    return values;
  }

  text(node: Node, parent: Node, what: string): string {
    if (node === undefined) throw this.fault(parent, `${what} is missing`);
    if (isScalar(node) && typeof node.value === "string") return node.value;
    throw this.fault(node, `${what} must be a text; put it in quotes`);
  }

  list(node: Node, parent: Node, what: string): Node[] {
    if (node === undefined) throw this.fault(parent, `${what} is missing`);
    if (!isSeq(node)) throw this.fault(node, `${what} must be a list`);
    return node.items;
  }

  step(node: Node): RecipeFile["steps"][number] {
    const { step: id, params } = this.map(node, ["step", "params"], "a step");
    const step = this.text(id, node, "step");
    if (!stepIds.some((known) => known === step)) {
      throw this.fault(id, `unknown step “${step.slice(0, 60)}”; known are ${stepIds.join(", ")}`);
    }
    if (params === undefined) return { step, params: {} };
    const values = this.map(params, paramNames(step), `the parameters of ${step}`);
    const plain = Object.entries(values).map(([name, value]) => [name, this.plain(value)]);
    return { step, params: Object.fromEntries(plain) };
  }

  /** Texts, numbers, yes and no, and lists of them: parameters have nothing deeper. */
  plain(node: Node): unknown {
    if (isSeq(node)) return node.items.map((one) => this.plain(one));
    if (isScalar(node)) return node.value;
    throw this.fault(node, "a parameter is a text, a number, true, false or a list of them");
  }

  /** The node under a path of keys and places, as deep as there is one. */
  inside(node: Node, path: string[]): Node {
    const [name, ...rest] = path;
    if (name === undefined) return node;
    const next: Node = isMap(node)
      ? node.get(name, true)
      : isSeq(node)
        ? node.items[Number(name)]
        : undefined;
    return next === undefined ? node : this.inside(next, rest);
  }
}
