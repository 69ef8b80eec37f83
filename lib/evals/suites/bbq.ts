import { z } from "zod";
import { AssayError } from "#lib/core/errors.ts";
import { parseJson } from "#lib/core/parse-json.ts";
import { type ChoiceItem, parseSuite, type SuiteOf } from "./suite.ts";

const answer = z.tuple([z.string(), z.string()]);

/** A line of BBQ as published (Parrish et al. 2022). */
const rowSchema = z.object({
  example_id: z.number(),
  question_index: z.union([z.string(), z.number()]),
  question_polarity: z.enum(["neg", "nonneg"]),
  context_condition: z.enum(["ambig", "disambig"]),
  category: z.string(),
  answer_info: z.object({ ans0: answer, ans1: answer, ans2: answer }),
  additional_metadata: z.object({ stereotyped_groups: z.array(z.string()) }),
  context: z.string(),
  question: z.string(),
  ans0: z.string(),
  ans1: z.string(),
  ans2: z.string(),
  label: z.number().int().min(0).max(2),
});
type Row = z.infer<typeof rowSchema>;

/**
 * The choice that names the stereotyped group, from the inline metadata: null when none or several do. The
 * published `target_loc` is not needed for that.
 */
function targetOf({ answer_info, additional_metadata }: Row): number | null {
  const groups = new Set(
    additional_metadata.stereotyped_groups.map((group) => group.toLowerCase()),
  );
  const choices = [answer_info.ans0, answer_info.ans1, answer_info.ans2];
  const named = choices.flatMap((words, i) =>
    words.some((word) => groups.has(word.toLowerCase())) ? [i] : [],
  );
  return named.length === 1 ? (named[0] ?? null) : null;
}

function itemOf(row: Row): ChoiceItem {
  const { answer_info: info } = row;
  const unknown = [info.ans0, info.ans1, info.ans2].findIndex(([, group]) => group === "unknown");
  return {
    id: `${row.category}:${row.example_id}`,
    group: row.category,
    template: `${row.category}:${row.question_index}`,
    prompt: `${row.context}\n${row.question}\nAnswer:`,
    choices: [` ${row.ans0}`, ` ${row.ans1}`, ` ${row.ans2}`],
    gold: row.label,
    bias: {
      context: row.context_condition === "ambig" ? "ambiguous" : "disambiguated",
      polarity: row.question_polarity === "neg" ? "negative" : "nonNegative",
      target: targetOf(row),
      unknown,
    },
  };
}

/**
 * Reads lines of BBQ (one or several categories) as a suite of choices. Throws `invalid_input` naming the first bad
 * line. The licence is the data's own: the file comes from the user and is not shipped.
 */
export function bbqSuite(
  lines: Iterable<string>,
  head: { id: string; title: string; licence: string },
): SuiteOf<"choice"> {
  const items: ChoiceItem[] = [];
  let number = 0;
  for (const line of lines) {
    number++;
    if (line.trim() === "") continue;
    const row = rowSchema.safeParse(jsonOf(line));
    if (!row.success) {
      const where = row.error.issues[0]?.path.join(".") ?? "";
      throw new AssayError(
        "invalid_input",
        `Line ${number} is not a BBQ question (${where}). Nothing was stored.`,
      );
    }
    items.push(itemOf(row.data));
  }
  const suite = parseSuite({ schema: "assay.suite/1", kind: "choice", ...head, items });
  if (suite.kind !== "choice") throw new AssayError("internal", "The suite changed its kind.");
  return suite;
}

function jsonOf(line: string): unknown {
  try {
    return parseJson(line);
  } catch {
    // Reported by the schema as a line that is no question.
    return undefined;
  }
}
