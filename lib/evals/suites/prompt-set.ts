import { z } from "zod";
import { AssayError } from "#lib/core/errors.ts";
import { parseSuite, type SuiteOf } from "./suite.ts";

const rowSchema = z.object({
  /** The number of the line when it is left out. */
  id: z.string().min(1).optional(),
  prompt: z.string().min(1),
  topic: z.string().optional(),
  /** Words that a right answer holds, all of them; case is ignored. */
  expected: z.array(z.string().min(1)).min(1),
});

/**
 * A generation suite from held-out questions with the words that a right answer holds: the check `expected` hits when
 * all of them are there. Rows of other shapes are refused by the number of their line.
 */
export function promptSetSuite(
  rows: readonly { line: number; value: unknown }[],
  head: { id: string; title: string; licence: string; about?: string },
): SuiteOf<"generation"> {
  const items = rows.map(({ line, value }) => {
    const parsed = rowSchema.safeParse(value);
    if (!parsed.success) {
      const where = parsed.error.issues[0]?.path.join(".") ?? "";
      throw new AssayError(
        "invalid_input",
        `Line ${line} is not a question with the words of its answer (${where || "no object"}). Write {"prompt": "…", "expected": ["…"]}. Nothing was stored.`,
      );
    }
    const { id = `line-${line}`, prompt, topic, expected } = parsed.data;
    const params = { texts: expected, need: "all" };
    const check = { id: "expected", check: "contains", params, wanted: true };
    return { id, prompt, ...(topic ? { group: topic } : {}), checks: [check] };
  });
  const suite = parseSuite({ schema: "assay.suite/1", kind: "generation", ...head, items });
  if (suite.kind !== "generation") throw new AssayError("internal", "The suite changed its kind.");
  return suite;
}
