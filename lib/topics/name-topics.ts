import type { Placed, TextSource } from "./map-rows.ts";
import { titleWords } from "./settings.ts";
import { commonForms, type TopicWord, tellTopics, titleOf } from "./titles.ts";
import type { Vocabulary, WeightedWords } from "./vocabulary.ts";

export type NamedTopic = {
  number: number;
  title: string;
  words: TopicWord[];
  size: number;
  /** The middle of its places. */
  x: number;
  y: number;
};

/** Texts of a topic in which the form of a word is looked for. */
const formTexts = 30;

export const shortTitle = "Too short to place";
/** A topic that no word sets apart. */
const mixedTitle = "Mixed";

type Learned = {
  vocabulary: Vocabulary;
  texts: readonly WeightedWords[];
  sampleTopicOf: Int32Array;
};

/** Topics with title, words, size and middle, by number; those that no conversation took are left out. */
export async function nameTopics(
  source: TextSource,
  { vocabulary, texts, sampleTopicOf }: Learned,
  placed: Placed,
): Promise<NamedTopic[]> {
  const words = tellTopics(vocabulary, texts, sampleTopicOf, placed.numbers.length);
  const members = membersOf(placed);
  const topics: NamedTopic[] = [];
  const taken = new Set<string>([shortTitle]);
  for (const { number, rows } of members) {
    const learned = placed.numbers.indexOf(number);
    const own = words[learned] ?? [];
    const title = number === 0 ? shortTitle : await titleTopic(source, placed, rows, own, taken);
    taken.add(title);
    topics.push({ number, title, words: own, size: rows.length, ...middleOf(placed, rows) });
  }
  return topics;
}

function membersOf({ topicOf, numbers }: Placed): { number: number; rows: number[] }[] {
  const members = Array.from({ length: numbers.length + 1 }, (): number[] => []);
  for (const [row, topic] of topicOf.entries()) members[topic]?.push(row);
  return members.map((rows, number) => ({ number, rows })).filter(({ rows }) => rows.length > 0);
}

/** A title that no other topic of the map has: with a word more than usual, or with a number. */
async function titleTopic(
  source: TextSource,
  placed: Placed,
  rows: readonly number[],
  words: readonly TopicWord[],
  taken: ReadonlySet<string>,
): Promise<string> {
  const step = Math.max(1, Math.floor(rows.length / formTexts));
  const ids = rows.filter((_, at) => at % step === 0).slice(0, formTexts);
  const texts = await source.textsOf(ids.map((row) => placed.ids[row] ?? 0));
  const forms = commonForms(
    texts.map(({ text }) => text),
    new Set(words.map(({ word }) => word)),
  );
  for (let count = titleWords; count <= Math.max(titleWords, words.length); count++) {
    const title = titleOf(words.slice(0, count), forms) || mixedTitle;
    if (!taken.has(title)) return title;
  }
  const title = titleOf(words.slice(0, titleWords), forms) || mixedTitle;
  for (let again = 2; ; again++) {
    if (!taken.has(`${title} (${again})`)) return `${title} (${again})`;
  }
}

/**
 * The place of the row that is nearest to the median of each axis: a few far rows do not pull a title away, and a topic in
 * two parts has it in one of them.
 */
function middleOf({ places }: Placed, rows: readonly number[]): { x: number; y: number } {
  const [medianX = 0, medianY = 0] = [0, 1].map((axis) => {
    const values = rows.map((row) => places[2 * row + axis] as number).sort((a, b) => a - b);
    return values[Math.floor(values.length / 2)] ?? 0;
  });
  let [x, y, least] = [medianX, medianY, Number.POSITIVE_INFINITY];
  for (const row of rows) {
    const [px, py] = [places[2 * row] as number, places[2 * row + 1] as number];
    const distance = (px - medianX) ** 2 + (py - medianY) ** 2;
    if (distance < least) [x, y, least] = [px, py, distance];
  }
  return { x, y };
}
