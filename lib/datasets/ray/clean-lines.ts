import { once } from "node:events";
import { z } from "zod";
import type { ConversationBody } from "../../core/conversation.ts";
import { signText } from "../../near-duplicates/signatures.ts";
import { loadLanguageDetector } from "../../safety/language.ts";
import { computeRow } from "../steps/compute-row.ts";
import { askSchema } from "../steps/computed-row.ts";
import { parseRecipe, type Recipe, recipeNeeds } from "../steps/recipe.ts";
import type { StepContext } from "../steps/step.ts";
import { type AskedRow, decideAsks } from "./decide-asks.ts";
import { writeDecided } from "./decided.ts";
import { recipeFileSchema } from "./recipe-file.ts";

/**
 * A process of its own on a machine of the cluster: `clean-lines.ts compute|decide`, and the recipe as the first line of
 * its input. It runs the very steps that a worker runs, and knows no database, no network and no secret.
 *
 * `compute`: each further line is a row `{id, body}`; the answer is a line `computed TAB asks`, in the same order.
 * `decide`: each further line is `{id, time, asks}`, up to an empty line. It may then ask for texts with a line
 * `{"want": [ids]}`, answered by lines `{id, body}` and an empty one; its last line is `{"decided": …}`.
 * What goes wrong is told on the error stream without any text of a row, with exit code 1.
 */
const rowSchema = z.strictObject({
  id: z.number(),
  // As the database had it: a recursive schema would not get through a long chat.
  body: z.custom<ConversationBody>((body) => typeof body === "object" && body !== null),
});
const askedSchema = z.strictObject({
  id: z.number(),
  time: z.number().nullable(),
  asks: z.array(askSchema),
});

type Lines = AsyncIterator<string>;

async function main(mode: string): Promise<void> {
  const lines = inputLines();
  const first = await lines.next();
  const { steps, digest, node } = recipeFileSchema.parse(JSON.parse(first.value ?? ""));
  if (node !== process.version) {
    throw new Error(
      `Node ${process.version} runs here and ${node} on the machine that asks: they may cut words otherwise. Give the cluster Node ${node}, or leave ASSAY_RAY_NODE away.`,
    );
  }
  const recipe = parseRecipe({ steps });
  if (recipe.digest !== digest) throw new Error("The steps here are others than those asked for.");
  const context: StepContext = {
    changeLimit: 0,
    ...(recipeNeeds(recipe).detectLanguage ? { detectLanguage: await loadLanguageDetector() } : {}),
  };
  if (mode === "compute") await compute(recipe, lines, context);
  else await decide(recipe, lines, context);
}

async function compute(recipe: Recipe, lines: Lines, context: StepContext): Promise<void> {
  const sign = signText();
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    const { id, body } = rowSchema.parse(JSON.parse(line.value));
    try {
      const { computed, asks } = computeRow(recipe, body, context, sign);
      await print(`${JSON.stringify(computed)}\t${JSON.stringify(asks)}\n`);
    } catch (cause) {
      throw new Error(`Conversation ${id} cannot be cleaned.`, { cause });
    }
  }
}

async function decide(recipe: Recipe, lines: Lines, context: StepContext): Promise<void> {
  const rows: AskedRow[] = [];
  const times = new Map<number, number>();
  for (const text of await untilEmpty(lines)) {
    const { id, time, asks } = askedSchema.parse(JSON.parse(text));
    rows.push({ id, asks });
    if (time !== null) times.set(id, time);
  }
  const source = {
    bodiesOf: async (ids: readonly number[]) => {
      await print(`${JSON.stringify({ want: ids })}\n`);
      return (await untilEmpty(lines)).map((text) => rowSchema.parse(JSON.parse(text)));
    },
    timesOf: async () => times,
  };
  const decided = await decideAsks(recipe, rows, source, context);
  await print(`${JSON.stringify({ decided: writeDecided(decided) })}\n`);
}

/** Lines of the input. The library's reader would also cut at U+2028, which may stand in JSON. */
async function* inputLines(): AsyncGenerator<string> {
  process.stdin.setEncoding("utf8");
  let rest = "";
  for await (const chunk of process.stdin as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

async function untilEmpty(lines: Lines): Promise<string[]> {
  const found: string[] = [];
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    if (line.value === "") return found;
    found.push(line.value);
  }
  throw new Error("The input ended before its end mark.");
}

async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}

/** Messages of our own name no text; of a row that does not fit only the place is told. */
const wordsOf = (error: unknown): string => {
  if (error instanceof z.ZodError) {
    return `A line does not fit: ${error.issues[0]?.path.join(".")}.`;
  }
  return error instanceof SyntaxError ? "A line is no JSON." : String(error);
};

try {
  await main(process.argv[2] ?? "");
} catch (error) {
  process.stderr.write(`${wordsOf(error)}\n`);
  process.exitCode = 1;
}
process.stdin.destroy();
