import { z } from "zod";
import { type ConversationBody, messageText, walk } from "#lib/core/conversation.ts";
import {
  defaultRegions,
  type PiiSpan,
  piiDetector,
  piiFinder,
  piiTypes,
  placeholderNamer,
  redactPii,
} from "#lib/safety/pii.ts";
import { defineStep, type Field, kept, type StepFinding, type StepResult } from "./step.ts";
import { type Edit, rewriteTexts } from "./texts.ts";

const params = z.object({
  mode: z.enum(["find", "redact"]).default("find"),
  types: z
    .array(z.enum(piiTypes))
    .nonempty()
    .default([...piiTypes]),
  /** Countries (ISO 3166-1 alpha-2) whose national phone spelling is recognised. */
  regions: z.array(z.string().length(2)).default([...defaultRegions]),
  minConfidence: z.number().min(0).max(1).default(0.5),
  /** `[EMAIL_1]`, `[EMAIL_2]`: the same value keeps its number within the conversation. */
  numbered: z.boolean().default(false),
});

type Params = z.infer<typeof params>;
type Finder = (text: string) => PiiSpan[];

/** One scan a prepared step: the options are read once, not once a message. */
const finders = new WeakMap<Params, Finder>();

function finderOf(options: Params): Finder {
  const known = finders.get(options);
  if (known) return known;
  const finder = piiFinder(options);
  finders.set(options, finder);
  return finder;
}

/** Passes each string in a JSON value through `change`; numbers too, as a card number may stand without quotes. */
function mapJson(value: unknown, change: (text: string) => string): unknown {
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) => {
    if (typeof part === "string") return change(part);
    if (typeof part !== "number") return part;
    const text = change(String(part));
    return text === String(part) ? part : text;
  });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Arguments are kept as they came and need not be JSON: then they are plain text.
    return undefined;
  }
}

function redact(
  body: ConversationBody,
  findPii: Finder,
  numbered: boolean,
  limit?: number,
): StepResult {
  const name = placeholderNamer(numbered);
  const counts: Record<string, number> = {};
  const redactText = (text: string): { text: string; edits: Edit[] } => {
    const spans = findPii(text);
    if (spans.length === 0) return { text, edits: [] };
    for (const { type } of spans) counts[type] = (counts[type] ?? 0) + 1;
    const { text: result, replacements } = redactPii(text, spans, name);
    return { text: result, edits: replacements };
  };
  const result = rewriteTexts(
    body,
    (text, field) => {
      const json = field === "arguments" ? parsedJson(text) : undefined;
      if (json === undefined) return redactText(text);
      const edits: Edit[] = [];
      const value = mapJson(json, (part) => {
        const done = redactText(part);
        if (done.edits.length > 0)
          edits.push({ start: 0, end: text.length, before: part, after: done.text });
        return done.text;
      });
      return { text: edits.length > 0 ? JSON.stringify(value) : text, edits };
    },
    { fields: ["text", "name", "arguments"], limit },
  );
  if (result.body === body) return kept(body);
  return kept(result.body, { outcome: "changed", changes: result.changes, counts });
}

function find(body: ConversationBody, findPii: Finder): StepResult {
  const findings: StepFinding[] = [];
  const counts: Record<string, number> = {};
  const scan = (node: number, field: Field, text: string) => {
    for (const { type, start, end, confidence } of findPii(text)) {
      counts[type] = (counts[type] ?? 0) + 1;
      findings.push({
        node,
        field,
        check: "pii",
        kind: type,
        start,
        end,
        confidence: Math.round(confidence * 100),
        detector: piiDetector,
      });
    }
  };
  let node = 0;
  for (const { node: message } of walk(body.root)) {
    scan(node, "text", messageText(message));
    if (message.name !== undefined) scan(node, "name", message.name);
    if (message.toolCalls) {
      for (const call of message.toolCalls) scan(node, "arguments", call.arguments);
    }
    node++;
  }
  return kept(body, { findings, counts });
}

/**
 * Personal data: found (and left in place) or replaced by typed placeholders, in every node of the tree, in
 * speaker names and in tool-call arguments. What the detector does not see stays: see `findPii` for its limits.
 */
export const piiStep = defineStep({
  id: "pii",
  label: "Personal data",
  help: "Finds e-mail addresses, phone, card and bank account numbers and IP addresses, or replaces them by placeholders.",
  version: 2,
  params,
  apply(body, options, ctx) {
    const findPii = finderOf(options);
    if (options.mode === "find") return find(body, findPii);
    return redact(body, findPii, options.numbered, ctx.changeLimit);
  },
});
