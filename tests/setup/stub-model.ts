import { hash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { registerVersion } from "#lib/models/register-version.ts";

type Message = { role: string; content: string };

/** How a stand-in for a model behaves. Its tokens are single characters. */
export type Behaviour = {
  answer: (messages: Message[]) => string;
  /** ln p of each character of a text after those before it; undefined leaves it to chance. */
  logprob?: (text: string, at: number) => number | undefined;
  /** Answers this HTTP status instead, where the function says so. */
  fail?: (path: string, body: unknown) => number | undefined;
};

export type StubServer = {
  url: string;
  /** Sets how the model of this digest behaves. */
  behave: (digest: string, behaviour: Behaviour) => void;
  /** Chat requests so far. */
  chats: () => number;
};

/** The text that the stand-in's template makes of a chat. */
export function rendered(messages: readonly Message[]): string {
  return `${messages.map(({ role, content }) => `<${role}>${content}\n`).join("")}<assistant>`;
}

/** Between −1 and −4, the same for the same text: no character is ever the certain one, and ties do not happen. */
export function chance(text: string, at: number): number {
  const seen = text.slice(Math.max(0, at - 24), at + 1);
  return -1 - (3 * Number.parseInt(hash("sha256", seen).slice(0, 8), 16)) / 2 ** 32;
}

/**
 * An OpenAI-compatible server in this process for models whose behaviour a test knows: it answers chats, scores
 * prompts and tokenises, as the model server does. Put its url into `services.modelServerUrl`.
 */
export async function stubServer(): Promise<StubServer> {
  const behaviours = new Map<string, Behaviour>();
  let chats = 0;
  const server = createServer(async (request, response) => {
    const body = (await readBody(request)) as Record<string, unknown>;
    const behaviour = behaviours.get(String(body.model));
    const status = behaviour ? behaviour.fail?.(request.url ?? "", body) : 404;
    response.setHeader("content-type", "application/json");
    if (!behaviour || status) {
      response
        .writeHead(status ?? 404)
        .end(JSON.stringify({ error: { message: "no such model" } }));
      return;
    }
    if (request.url === "/v1/chat/completions") chats += 1;
    const { [request.url ?? ""]: handler } = handlers;
    if (!handler) {
      response.writeHead(404).end(JSON.stringify({ error: { message: "no such path" } }));
      return;
    }
    response.end(JSON.stringify(handler(body, behaviour)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    behave: (digest, behaviour) => behaviours.set(digest, behaviour),
    chats: () => chats,
  };
}

type Handler = (body: Record<string, unknown>, behaviour: Behaviour) => unknown;

const handlers: Record<string, Handler> = {
  "/v1/chat/completions": (body, { answer }) => {
    const content = answer(body.messages as Message[]);
    return {
      model: body.model,
      system_fingerprint: "stub",
      choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    };
  },
  "/v1/completions": (body, behaviour) => ({
    model: body.model,
    choices: promptsOf(body.prompt).map((text, index) => scored(text, index, behaviour)),
  }),
  "/tokenize": (body) => {
    const text = body.messages ? rendered(body.messages as Message[]) : String(body.prompt);
    const tokens = [...text].map((character) => character.codePointAt(0) ?? 0);
    return { count: tokens.length, max_model_len: 100_000, tokens };
  },
};

function scored(text: string, index: number, { logprob }: Behaviour) {
  const tokens = [...text];
  const values = tokens.map((_, at) => logprob?.(text, at) ?? chance(text, at));
  return {
    index,
    text,
    finish_reason: "length",
    logprobs: {
      tokens,
      token_ids: tokens.map((token) => token.codePointAt(0) ?? 0),
      token_logprobs: values.map((value, at) => (at === 0 ? null : value)),
      // The likeliest token is another one unless the character is nearly certain.
      top_logprobs: values.map((value) => ({ "\u0001": value > -0.05 ? value : -0.5 })),
      text_offset: tokens.map((_, at) => at),
    },
  };
}

function promptsOf(prompt: unknown): string[] {
  const list = (Array.isArray(prompt) ? prompt : [prompt]) as (string | number | number[])[];
  if (typeof list[0] === "number") return [String.fromCodePoint(...(list as number[]))];
  return list.map((one) =>
    typeof one === "string" ? one : String.fromCodePoint(...(one as number[])),
  );
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const part of request) text += part;
  return text === "" ? {} : JSON.parse(text);
}

/** Registers a version whose artefact the stand-in pretends to be. */
export function registerStub(
  handle: ProjectHandle,
  name: string,
  digest: string,
  given: { runId?: number; snapshotId?: number; parentId?: number } = {},
) {
  return handle.transaction((tx) =>
    registerVersion(tx, name, {
      engine: "transformers.js",
      method: "imported",
      artefactDigest: digest,
      contextLength: 100_000,
      facts: {},
      ...given,
    }),
  );
}
