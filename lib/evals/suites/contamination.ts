import { foldText } from "#lib/datasets/steps/duplicates.ts";
import { createLeakGuard } from "#lib/near-duplicates/leak-guard.ts";
import { promptText } from "./scoring/answers.ts";
import type { Suite } from "./suite.ts";

/** Words in a row that do not meet by chance (13, as in the GPT-3 paper, Brown et al. 2020, appendix C). */
const gram = 13;
/** A shorter prompt ("Hello there!") stands in any training data. */
const fewestWords = 4;

function grams(text: string): string[] {
  const words = foldText(text).split(" ");
  if (words.length <= gram) return [words.join(" ")];
  return Array.from({ length: words.length - gram + 1 }, (_, i) =>
    words.slice(i, i + gram).join(" "),
  );
}

/** Whether a prompt is long enough to be told from what anybody says. */
export const isTelling = (text: string) => foldText(text).split(" ").length >= fewestWords;

export type Contamination = { share: number; items: string[]; n: number };

/**
 * Which items of a suite stand in the training rows: 13 words in a row of a prompt stand in a row, or a message repeats
 * a prompt of at least four words as the leak guard tells it (the same, reordered, with a tenth of its words edited).
 * Rows are the texts of training messages. Linear in both.
 */
export function contamination(
  items: readonly { id: string; text: string }[],
  messages: Iterable<string>,
): Contamination {
  const guarded = items.filter(({ text }) => isTelling(text));
  const owners = new Map<string, string[]>();
  for (const { id, text } of guarded) {
    for (const key of grams(text)) owners.set(key, [...(owners.get(key) ?? []), id]);
  }
  const leaksOf = createLeakGuard(guarded.map(({ text }, id) => ({ id, text })));
  const found = new Set<string>();
  for (const message of messages) {
    for (const key of grams(message)) for (const id of owners.get(key) ?? []) found.add(id);
    for (const leak of leaksOf(message)) found.add(guarded[leak.guarded]?.id ?? "");
  }
  return {
    share: items.length === 0 ? 0 : found.size / items.length,
    items: [...found],
    n: items.length,
  };
}

/**
 * Share of a suite's items that stand in the training rows; of all its items or of those that were asked, whichever is
 * worse: a sample that was learned by heart is no small share of itself. Suites that are drawn from the training data
 * (canaries, extraction, the test split) have none.
 */
export function suiteContamination(
  suite: Suite,
  messages: Iterable<string>,
  asked: ReadonlySet<string>,
): number {
  const items = suiteTexts(suite);
  const found = new Set(contamination(items, messages).items);
  const share = (some: readonly { id: string }[]) =>
    some.length === 0 ? 0 : some.filter(({ id }) => found.has(id)).length / some.length;
  return Math.max(share(items), share(items.filter(({ id }) => asked.has(id))));
}

/** What a model must not have learned of a suite: the text of each item; none of a suite drawn from the training data. */
export function suiteTexts(suite: Suite): { id: string; text: string }[] {
  switch (suite.kind) {
    case "generation":
      return suite.items.map((item) => ({ id: item.id, text: promptText(item) }));
    case "counterfactual":
      return suite.items.map(({ id, first }) => ({ id, text: first.prompt }));
    case "choice":
      return suite.items.map(({ id, prompt }) => ({ id, text: prompt }));
    case "likelihood-pairs":
      return suite.items.map(({ id, more }) => ({ id, text: more }));
    default:
      return [];
  }
}
