import { fewestTitleTexts } from "./settings.ts";
import type { Vocabulary, WeightedWords } from "./vocabulary.ts";
import { writtenWords } from "./words.ts";

/** A word that sets a topic apart. */
export type TopicWord = {
  word: string;
  /** Share of the topic's texts that have it, 0 to 1. */
  share: number;
  /** How many times as frequent as in all texts. */
  lift: number;
};

/** Words kept of a topic: those of its title and some more for who wants to know. */
const keptWords = 10;

/**
 * The words that set each topic apart, the strongest first: by the share of its texts that have the word times the
 * squared logarithm of how much larger this share is than among all texts (class-based tf-idf by texts instead of words,
 * so that one long text does not name a topic; squared, because words such as “much” are everywhere, only more so in some
 * places). Only words that stand in at least three of the texts.
 */
export function tellTopics(
  vocabulary: Vocabulary,
  texts: readonly WeightedWords[],
  topicOf: ArrayLike<number>,
  topics: number,
): TopicWord[][] {
  const sizes = new Int32Array(topics);
  const counts = Array.from({ length: topics }, () => new Int32Array(vocabulary.words.length));
  for (const [at, { words }] of texts.entries()) {
    const topic = topicOf[at] as number;
    const count = counts[topic];
    if (!count) continue;
    sizes[topic] = (sizes[topic] as number) + 1;
    for (const word of words) count[word] = (count[word] as number) + 1;
  }
  return counts.map((count, topic) =>
    rankWords(vocabulary, count, sizes[topic] as number, texts.length),
  );
}

function rankWords(
  vocabulary: Vocabulary,
  count: Int32Array,
  size: number,
  total: number,
): TopicWord[] {
  const ranked: (TopicWord & { score: number })[] = [];
  for (const [number, inTopic] of count.entries()) {
    const everywhere = vocabulary.texts[number] as number;
    if (inTopic === 0 || everywhere < fewestTitleTexts) continue;
    const share = inTopic / size;
    const lift = share / (everywhere / total);
    const word = vocabulary.words[number] as string;
    if (lift > 1) ranked.push({ word, share, lift, score: share * Math.log(lift) ** 2 });
  }
  ranked.sort((a, b) => b.score - a.score || (a.word < b.word ? -1 : 1));
  const kept: TopicWord[] = [];
  for (const { word, share, lift } of ranked) {
    if (kept.length === keptWords) break;
    if (!kept.some((one) => sameStem(one.word, word))) kept.push({ word, share, lift });
  }
  return kept;
}

/** Forms of one word (bike, bikes; refund, refunded): the shorter one begins the longer, but for its last letter. */
function sameStem(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length < 3) return false;
  const stem = short.length > 4 ? short.slice(0, -1) : short;
  return long.startsWith(stem) && long.length - short.length <= 4;
}

/** `Refund · order · bank`: words as `forms` has them written; empty for none. */
export function titleOf(words: readonly TopicWord[], forms: ReadonlyMap<string, string>): string {
  const shown = words.map(({ word }) => forms.get(word) ?? word);
  const [first = "", ...rest] = shown;
  const [letter = ""] = first;
  return [letter.toUpperCase() + first.slice(letter.length), ...rest].join(" · ");
}

/** What a sentence begins after. */
const opening = /(^|[.!?:\n])[\s"'“‘(*-]*$/u;

/**
 * How people write each of these words most often in some texts, inside of sentences: a capital letter that begins one
 * says nothing of the word. Of two forms, the one in small letters.
 */
export function commonForms(
  texts: readonly string[],
  words: ReadonlySet<string>,
): Map<string, string> {
  const counts = new Map<string, Map<string, number>>();
  for (const text of texts) {
    for (const { word, form, start } of writtenWords(text)) {
      if (!words.has(word) || opening.test(text.slice(Math.max(0, start - 4), start))) continue;
      const forms = counts.get(word) ?? new Map<string, number>();
      counts.set(word, forms.set(form, (forms.get(form) ?? 0) + 1));
    }
  }
  const forms = new Map<string, string>();
  for (const [word, found] of counts) {
    const [best] = [...found].sort(
      ([a, n], [b, m]) => m - n || Number(a !== word) - Number(b !== word) || (a < b ? -1 : 1),
    );
    if (best) forms.set(word, best[0]);
  }
  return forms;
}
