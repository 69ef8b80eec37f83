import { foldText } from "#lib/datasets/steps/duplicates.ts";
import { promptText } from "./scoring/answers.ts";
import type { Suite } from "./suite.ts";

/** Words in a row that do not meet by chance (13, as in the GPT-3 paper, Brown et al. 2020, appendix C). */
const gram = 13;

function grams(text: string): string[] {
  const words = foldText(text).split(" ");
  if (words.length <= gram) return [words.join(" ")];
  return Array.from({ length: words.length - gram + 1 }, (_, i) =>
    words.slice(i, i + gram).join(" "),
  );
}

export type Contamination = { share: number; items: string[]; n: number };

/**
 * Which items of a suite stand in the training rows: 13 words in a row of a prompt stand in a row, or, for a shorter
 * prompt of at least four words, the whole prompt is a whole message. Rows are the texts of training messages.
 * Linear in both.
 */
export function contamination(
  items: readonly { id: string; text: string }[],
  messages: Iterable<string>,
): Contamination {
  const owners = new Map<string, string[]>();
  for (const { id, text } of items) {
    for (const key of grams(text)) {
      if (key.split(" ").length >= 4) owners.set(key, [...(owners.get(key) ?? []), id]);
    }
  }
  const found = new Set<string>();
  for (const message of messages) {
    for (const key of grams(message)) for (const id of owners.get(key) ?? []) found.add(id);
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
  const items = textsOf(suite);
  const found = new Set(contamination(items, messages).items);
  const share = (some: readonly { id: string }[]) =>
    some.length === 0 ? 0 : some.filter(({ id }) => found.has(id)).length / some.length;
  return Math.max(share(items), share(items.filter(({ id }) => asked.has(id))));
}

function textsOf(suite: Suite): { id: string; text: string }[] {
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
