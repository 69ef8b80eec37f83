import { z } from "zod";
import { AssayError } from "#lib/core/errors.ts";

/** Above any real need here; each choice costs as much as a request of its own. */
const maxChoices = 16;
const maxPrompts = 64;
const maxSequences = 128;
/** What OpenAI's own server takes, and its clients send at once. */
const maxInputs = 2_048;

const wellFormed = z.string().refine((text) => text.isWellFormed(), {
  error: "holds half of a surrogate pair, which is no character",
});
const stopString = wellFormed.min(1, "an empty string stops nothing").max(1_000);
const stop = z
  .union([stopString.transform((text) => [text]), z.array(stopString).max(4, "takes at most 4")])
  .default([]);

const common = {
  model: z.string().min(1).max(300),
  stream: z.boolean().default(false),
  stream_options: z.strictObject({ include_usage: z.boolean().default(false) }).optional(),
  n: z.int().min(1).max(maxChoices).default(1),
  stop,
  seed: z.int().optional(),
  temperature: z.number().min(0).max(2).default(1),
  top_p: z.number().gt(0).max(1).default(1),
  /** −1 and 0 keep all tokens. */
  top_k: z.int().min(-1).default(0),
  repetition_penalty: z.number().gt(0).max(10).default(1),
  frequency_penalty: z.number().min(-2).max(2).default(0),
  presence_penalty: z.number().min(-2).max(2).default(0),
  logit_bias: z
    .record(z.string().regex(/^\d{1,9}$/, "names a token id"), z.number().min(-100).max(100))
    .default({})
    .refine((bias) => Object.keys(bias).length <= 1_024, "takes at most 1,024 tokens"),
  min_tokens: z.int().min(0).default(0),
};

const textPart = z.strictObject({
  type: z.literal("text", "only text parts are supported"),
  text: z.string(),
});
const content = z.union([z.string(), z.array(textPart)], "is a string or a list of text parts");
const toolCall = z.strictObject({
  id: z.string().max(200).optional(),
  type: z.literal("function"),
  function: z.strictObject({ name: z.string().max(200), arguments: z.string() }),
});
const name = z.string().max(200).optional();
const message = z.discriminatedUnion(
  "role",
  [
    z.strictObject({ role: z.enum(["system", "developer", "user"]), content, name }),
    z.strictObject({
      role: z.literal("assistant"),
      content: content.default(""),
      name,
      tool_calls: z.array(toolCall).optional(),
    }),
    z.strictObject({ role: z.literal("tool"), content, tool_call_id: name, name }),
  ],
  "has a role of system, developer, user, assistant or tool",
);

const chat = z
  .strictObject({
    ...common,
    messages: z.array(message).min(1),
    max_tokens: z.int().min(1).optional(),
    max_completion_tokens: z.int().min(1).optional(),
    logprobs: z.boolean().default(false),
    top_logprobs: z.int().min(0).max(20).optional(),
    response_format: z
      .strictObject({ type: z.literal("text", "only text is supported") })
      .optional(),
  })
  .superRefine((body, context) => {
    checkCommon(body, body.max_completion_tokens ?? body.max_tokens, context);
    if (body.top_logprobs !== undefined && !body.logprobs) {
      refuse(context, "top_logprobs", "needs logprobs to be true");
    }
  });

const tokenIds = z.array(z.int().min(0)).min(1);
const prompt = z.union(
  [z.string(), z.array(z.string()).min(1), tokenIds, z.array(tokenIds).min(1)],
  "is a string, a list of strings, a list of token ids or a list of such lists",
);

const completion = z
  .strictObject({
    ...common,
    prompt,
    max_tokens: z.int().min(0).default(16),
    echo: z.boolean().default(false),
    logprobs: z.int().min(0).max(20).optional(),
    add_special_tokens: z.boolean().default(true),
  })
  .superRefine((body, context) => {
    checkCommon(body, body.max_tokens, context);
    if (body.max_tokens === 0 && !body.echo) {
      refuse(context, "max_tokens", "may be 0 only with echo");
    }
    const prompts = promptList(body.prompt, false).length;
    if (prompts > maxPrompts) refuse(context, "prompt", `takes at most ${maxPrompts} prompts`);
    else if (prompts * body.n > maxSequences) {
      refuse(context, "n", `times the prompts may be at most ${maxSequences}`);
    }
  });

const tokenize = z.union(
  [
    z.strictObject({ model: common.model, messages: z.array(message).min(1) }),
    z.strictObject({
      model: common.model,
      prompt: z.string(),
      add_special_tokens: z.boolean().default(true),
    }),
  ],
  "takes model and either messages or prompt with add_special_tokens",
);

const inputText = wellFormed.min(1, "an empty text has no vector");
const embeddings = z
  .strictObject({
    model: common.model,
    input: z.union(
      [inputText, z.array(inputText).min(1), tokenIds, z.array(tokenIds).min(1)],
      "is a string, a list of strings, a list of token ids or a list of such lists, none of them empty",
    ),
    encoding_format: z.enum(["float", "base64"]).default("float"),
    dimensions: z.int().min(1).optional(),
    /** vLLM's word: cuts a text to what the model takes instead of refusing it. */
    truncate_prompt_tokens: z.literal(-1, "may only be -1: what the model takes").optional(),
  })
  .superRefine((body, context) => {
    if (promptList(body.input, true).length > maxInputs) {
      refuse(context, "input", `takes at most ${maxInputs} texts`);
    }
  });

const load = z.strictObject({
  model: common.model,
  path: z.string().min(1).max(4_096),
  dtype: z.enum(["fp32", "fp16", "q8", "q4"]).optional(),
});
const unload = z.strictObject({ model: common.model, force: z.boolean().default(false) });

export type ChatRequest = z.output<typeof chat>;
export type CompletionRequest = z.output<typeof completion>;
export type EmbeddingsRequest = z.output<typeof embeddings>;
export type MessageRequest = z.output<typeof message>;

export const schemas = { chat, completion, tokenize, embeddings, load, unload };

/** One wrong field of a body, for the error answer. */
export class BadParameter extends AssayError {
  readonly param: string;
  readonly reason: "unknown_parameter" | "invalid_value";

  constructor(param: string, reason: BadParameter["reason"], message: string) {
    super("invalid_input", message, { issues: [{ path: param, message }] });
    this.param = param;
    this.reason = reason;
  }
}

/** Parses a request body; a null field counts as absent, as OpenAI's clients send it. Throws BadParameter. */
export function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(withoutNulls(body));
  if (result.success) return result.data;
  const issue = innermost(result.error.issues[0]);
  if (issue?.code === "unrecognized_keys") {
    const param = [...issue.path, issue.keys[0]].join(".");
    throw new BadParameter(
      param,
      "unknown_parameter",
      `The parameter ${param} is not supported. Leave it out; nothing was run.`,
    );
  }
  const param = issue?.path.join(".") ?? "";
  throw new BadParameter(
    param,
    "invalid_value",
    `${param === "" ? "The body" : `The parameter ${param}`} is not usable: ${issue?.message ?? "unreadable"}. Nothing was run.`,
  );
}

/** The prompts of a completion or embedding request, one each. */
export function promptList(
  value: CompletionRequest["prompt"],
  addSpecialTokens: boolean,
): (
  | { kind: "text"; text: string; addSpecialTokens: boolean }
  | { kind: "tokens"; ids: number[] }
)[] {
  if (typeof value === "string") return [{ kind: "text", text: value, addSpecialTokens }];
  if (typeof value[0] === "number") return [{ kind: "tokens", ids: value as number[] }];
  return (value as string[] | number[][]).map((item) =>
    typeof item === "string"
      ? { kind: "text", text: item, addSpecialTokens }
      : { kind: "tokens", ids: item },
  );
}

type CommonFields = { stream: boolean; stream_options?: unknown; min_tokens: number };

function checkCommon(
  body: CommonFields,
  maxTokens: number | undefined,
  context: z.RefinementCtx,
): void {
  if (body.stream_options !== undefined && !body.stream) {
    refuse(context, "stream_options", "needs stream to be true");
  }
  if (maxTokens !== undefined && body.min_tokens > maxTokens) {
    refuse(context, "min_tokens", "is above the most tokens allowed");
  }
}

function refuse(context: z.RefinementCtx, path: string, message: string): void {
  context.addIssue({ code: "custom", path: [path], message });
}

/** Inside a union the branch that went furthest knows best what is wrong, when it is the only one. */
function innermost(issue: z.core.$ZodIssue | undefined): z.core.$ZodIssue | undefined {
  if (issue?.code !== "invalid_union") return issue;
  const inner = issue.errors.flatMap((branch) => branch[0] ?? []);
  const depth = Math.max(0, ...inner.map((found) => found.path.length));
  const [deepest, rival] = inner.filter((found) => found.path.length === depth);
  if (!deepest || rival) return issue;
  return innermost({ ...deepest, path: [...issue.path, ...deepest.path] });
}

function withoutNulls(body: unknown): unknown {
  if (body === null || typeof body !== "object" || Array.isArray(body)) return body;
  const entries = Object.entries(body).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      key === "messages" && Array.isArray(value) ? value.map(withoutNulls) : value,
    ]),
  );
}
