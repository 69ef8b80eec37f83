import { seededRandom } from "../near-duplicates/hash.ts";
import type { TextSource } from "./map-rows.ts";

/** Words of five subjects, and words that all of them use. */
const subjects: Record<string, string> = {
  refunds: "refund money return invoice bank transfer amount charged receipt card payment credit",
  bikes: "bike wheel brake tyre saddle chain pedal helmet gear pump lock spoke",
  cooking: "oven recipe flour butter dough bake sugar pan boil sauce garlic pepper",
  gardens: "garden plant soil seed water flower leaf root prune compost tomato bloom",
  travel: "train ticket station hotel flight luggage passport border journey platform seat luggage",
};
const common =
  "the a my is it you can how do I to please we and of for with have this that what when".split(
    " ",
  );

export const subjectNames = Object.keys(subjects);

/** Made texts: row `n` is about subject `n % 5`, in a third of its words. The same seed gives the same texts. */
export function plantedTexts(rows: number, seed = 1): string[] {
  const random = seededRandom(seed);
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? "";
  const lists = Object.values(subjects).map((words) => words.split(" "));
  return Array.from({ length: rows }, (_, row) => {
    const own = lists[row % lists.length] ?? [];
    const words = Array.from({ length: 24 }, () => (random() < 1 / 3 ? pick(own) : pick(common)));
    return `${words.join(" ")}.`;
  });
}

/** Texts as rows with ids from 1. */
export function sourceOf(texts: readonly string[]): TextSource {
  return {
    ids: texts.map((_, row) => row + 1),
    textsOf: async (ids) => ids.map((id) => ({ id, text: texts[id - 1] ?? "" })),
  };
}
