/** One parameter of a step as a form asks for it. */
export type ParamField = { name: string; label: string; initial: unknown } & (
  | { kind: "switch" }
  | { kind: "choice"; options: string[] }
  | { kind: "choices"; options: string[] }
  | { kind: "words" }
  | { kind: "number"; min: number | undefined; max: number | undefined; whole: boolean }
);

type Shape = {
  type?: string;
  enum?: string[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  items?: Shape;
};

/** Words for parameters whose names alone would not say enough. */
const labels: Record<string, string> = {
  links: "Addresses of links",
  compose: "Compose letters",
  invisible: "Remove invisible characters",
  spaces: "Tidy spaces",
  types: "Kinds of data",
  regions: "Phone countries",
  minConfidence: "Least confidence",
  numbered: "Number the placeholders",
  keep: "Keep languages",
  unknown: "Unknown language",
  threshold: "Alike from (share of wording)",
  keeps: "Keep",
  mode: "How",
  scope: "Compare",
  min: "At least",
  max: "At most",
  maxMessage: "Longest message",
  endsWithAssistant: "Ends with the assistant",
  needsUser: "Has a user message",
  noEmpty: "No empty messages",
};

/** `wordsLikeThis` → `Words like this`. */
function humanise(name: string): string {
  const words = name.replace(/([A-Z])/g, " $1").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The fields of a JSON Schema object; a property of another kind is left out and keeps its default. */
export function paramFields(schema: Record<string, unknown>): ParamField[] {
  const properties = (schema.properties ?? {}) as Record<string, Shape>;
  return Object.entries(properties).flatMap(([name, shape]): ParamField[] => {
    const base = { name, label: labels[name] ?? humanise(name), initial: shape.default };
    if (shape.type === "boolean") return [{ ...base, kind: "switch" }];
    if (shape.enum) return [{ ...base, kind: "choice", options: shape.enum }];
    if (shape.type === "array" && shape.items?.enum) {
      return [{ ...base, kind: "choices", options: shape.items.enum }];
    }
    if (shape.type === "array") return [{ ...base, kind: "words" }];
    if (shape.type !== "number" && shape.type !== "integer") return [];
    const whole = shape.type === "integer";
    return [{ ...base, kind: "number", min: shape.minimum, max: bounded(shape.maximum), whole }];
  });
}

/** Schemas of whole numbers name the largest safe one, which is no limit that a form should show. */
const bounded = (max: number | undefined) =>
  max === undefined || max >= Number.MAX_SAFE_INTEGER ? undefined : max;
