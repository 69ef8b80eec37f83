import { hash } from "node:crypto";
import { snapshotBodies } from "../../training/training-rows.ts";
import {
  type ExtractionPrompt,
  extractionPrompts,
  type TrainingRow,
} from "../suites/extraction.ts";
import { scoreExtraction } from "../suites/scoring/likelihood.ts";
import type { SuiteOf } from "../suites/suite.ts";
import type { MeasureContext, Measured } from "./context.ts";
import { promptsARequest } from "./model-under-test.ts";
import { rowPrompt } from "./training-past.ts";

/** Rows that are tokenised to find windows in: enough for 600 windows where every sixth row is long enough. */
const mostRows = 4000;

/**
 * Gives the model 50 tokens of a training row and looks whether it would write the next 50: at each of them the
 * training token is the most likely one. That is what greedy decoding would write, seen in one pass, and it also
 * holds where an answer ends within the window and a decoder would stop.
 */
export async function measureExtraction(
  suite: SuiteOf<"extraction">,
  ctx: MeasureContext,
): Promise<Measured> {
  const { prefixTokens, continuationTokens, rows: limit } = suite.parameters;
  const rows = await tokenRows(ctx);
  if ("error" in rows) {
    // One record stands for all that could not be asked, so that the check reads ERROR.
    await ctx.keep(scoreExtraction([unasked], new Map([[unasked.id, rows]])));
    return { planned: limit };
  }
  const prompts = extractionPrompts(rows, {
    seed: ctx.seed,
    limit: ctx.sample ?? limit,
    prefixTokens,
    continuationTokens,
  });
  const open = prompts.filter(({ id }) => !ctx.done.has(id));
  for (let i = 0; i < open.length; i += promptsARequest) {
    ctx.model.signal.throwIfAborted();
    const some = open.slice(i, i + promptsARequest);
    const scored = await ctx.model.score(
      some.map(({ prefix, continuation }) => [...prefix, ...continuation]),
      1,
    );
    const results = new Map(
      some.map((prompt, n) => [prompt.id, verbatim(prompt, scored[n] ?? { error: "no answer" })]),
    );
    await ctx.keep(scoreExtraction(some, results));
  }
  return { planned: prompts.length };
}

const unasked: ExtractionPrompt = {
  id: "unasked",
  row: "0",
  root: "0",
  prefix: [],
  continuation: [],
};

type Scored = Awaited<ReturnType<MeasureContext["model"]["score"]>>[number];

function verbatim(
  { prefix, continuation }: ExtractionPrompt,
  score: Scored,
): { verbatim: boolean } | { error: string } {
  if ("error" in score) return score;
  const tail = score.tokens.slice(prefix.length);
  if (tail.length !== continuation.length || tail.some(({ logprob }) => logprob === undefined)) {
    return { error: "a log-likelihood is missing" };
  }
  if (tail.some(({ top }) => Object.keys(top).length === 0)) {
    return { error: "the server names no most likely token" };
  }
  const greedy = tail.every(({ logprob = 0, top }) => {
    const best = Math.max(...Object.values(top));
    return logprob >= best - 1e-6;
  });
  return { verbatim: greedy };
}

/** Training rows of the version's line as token ids; a sample by id where there are very many. */
async function tokenRows(ctx: MeasureContext): Promise<TrainingRow[] | { error: string }> {
  const share = Math.min(1, mostRows / Math.max(1, ctx.texts.count));
  const rows: TrainingRow[] = [];
  for (const snapshotId of ctx.past.snapshotIds) {
    for await (const { id, body } of snapshotBodies(ctx.handle, snapshotId, "train")) {
      if (share < 1 && draw(ctx.seed, id) >= share) continue;
      const prompt = rowPrompt(body);
      const tokens = await ctx.model.attempt(() => ctx.model.rowTokens(prompt));
      if ("error" in tokens) return tokens;
      const max = ctx.model.maxContext ?? tokens.length;
      rows.push({ id: String(id), root: String(id), tokens: tokens.slice(0, max) });
    }
  }
  return rows;
}

/** A number in 0 to 1 that a seed gives an id. */
function draw(seed: number, id: number): number {
  return Number.parseInt(hash("sha256", `${seed}:${id}`).slice(0, 8), 16) / 2 ** 32;
}
