import { mix, seededRandom } from "../near-duplicates/hash.ts";
import { chooseCount, findClusters, nearestRow } from "./cluster.ts";
import { findLatentSpace, type LatentSpace, placeText } from "./latent.ts";
import { type Anchors, anchorsOf, layOut, placeAmong } from "./layout.ts";
import { createMatrix, drawRows, type Matrix, type Pause, pickRows, rowOf } from "./matrix.ts";
import { type NamedTopic, nameTopics } from "./name-topics.ts";
import { fewestWords, layoutRows, sampleRows } from "./settings.ts";
import {
  buildVocabulary,
  type Vocabulary,
  type WeightedWords,
  weigh,
  weighAll,
} from "./vocabulary.ts";
import { topicWords } from "./words.ts";

/** The conversations that are mapped, wherever they stand. */
export type TextSource = {
  /** All of them, ascending. */
  ids: ArrayLike<number>;
  /** Their texts; one that was erased meanwhile is left out. */
  textsOf(ids: readonly number[]): Promise<readonly { id: number; text: string }[]>;
};

export type Watch = {
  pause: Pause;
  /** What happens now. */
  tell: (note: string) => Promise<void>;
  /** Conversations that have their place. */
  count: (done: number) => Promise<void>;
};

export type Settings = { topics: number | "auto"; seed: number };

export type TopicMap = {
  /** By size; number 0, if any, are the texts that are too short to place. */
  topics: NamedTopic[];
  /** Conversation, number of its topic, and place, in the order of the source. */
  ids: number[];
  topicOf: Uint8Array;
  places: Float32Array;
  facts: {
    /** Texts that topics were learned from. */
    sampled: number;
    vocabulary: number;
    /** Of the number that `auto` chose, on a sample; null where the number was given. */
    silhouette: number | null;
  };
};

/** Texts read at once. */
const pageRows = 500;
/** Rows between two breaths: about 5 ms. */
const rowsPerBreath = 50;

/**
 * Finds the topics of conversations by their words, titles them and places each conversation on a map. Topics are
 * learned from a seeded sample of 20,000; every conversation then takes the nearest. The same rows, settings and
 * version of Assay give the same map. Memory: about 100 MB, and 20 bytes a row.
 */
export async function mapRows(
  source: TextSource,
  settings: Settings,
  watch: Watch,
): Promise<TopicMap> {
  await watch.tell("Reading a sample");
  const sample = await readSample(source, settings.seed, watch);
  await watch.tell("Looking for words that stand together");
  const model = await learn(sample, settings, watch);
  await watch.tell("Placing the conversations");
  const placed = await placeAll(source, model, watch);
  await watch.tell("Naming the topics");
  const topics = await nameTopics(source, { ...model, texts: sample.weighted }, placed);
  const { facts } = model;
  return { topics, ids: placed.ids, topicOf: placed.topicOf, places: placed.places, facts };
}

type Sample = { vocabulary: Vocabulary; weighted: WeightedWords[] };

async function readSample(source: TextSource, seed: number, watch: Watch): Promise<Sample> {
  const drawn = drawRows(source.ids.length, sampleRows, seededRandom(seed));
  // Each word is kept once: a cut from a text would keep the whole text in memory.
  const known = new Map<string, string>();
  const texts: string[][] = [];
  for (let from = 0; from < drawn.length; from += pageRows) {
    const ids = Array.from(drawn.subarray(from, from + pageRows), (row) => source.ids[row] ?? 0);
    for (const [at, { text }] of (await source.textsOf(ids)).entries()) {
      if (at % rowsPerBreath === 0) await watch.pause();
      texts.push(
        topicWords(text).map((word) => {
          const one = known.get(word);
          if (one !== undefined) return one;
          const copy = Buffer.from(word).toString();
          known.set(copy, copy);
          return copy;
        }),
      );
    }
  }
  const vocabulary = await buildVocabulary(texts, watch.pause);
  return { vocabulary, weighted: await weighAll(vocabulary, texts, watch.pause) };
}

/** What was learned from the sample. */
type Model = {
  vocabulary: Vocabulary;
  space: LatentSpace;
  centres: Matrix;
  anchors: Anchors;
  /** Topic of each text of the sample, from 0; -1 for those too short. */
  sampleTopicOf: Int32Array;
  facts: TopicMap["facts"];
};

const tellsEnough = (text: WeightedWords) => text.words.length >= fewestWords;

async function learn(
  { vocabulary, weighted }: Sample,
  { topics, seed }: Settings,
  { pause, tell }: Watch,
): Promise<Model> {
  const space = await findLatentSpace(weighted, vocabulary.words.length, seed, pause);
  const { vectors, from } = await vectorsOf(space, weighted, pause);
  await tell("Finding topics");
  const { count, silhouette } =
    topics === "auto"
      ? await chooseCount(vectors, seed, pause)
      : { count: topics, silhouette: null };
  const clusters = await findClusters(vectors, Math.min(count, vectors.rows), seed, pause);
  await tell("Drawing the map");
  const drawn = drawRows(vectors.rows, layoutRows, seededRandom(seed ^ 0x2545f491));
  const laid = pickRows(vectors, drawn);
  const places = await layOut(laid, seed, pause);
  const laidTopics = Int32Array.from(drawn, (row) => clusters.clusterOf[row] as number);
  const sampleTopicOf = new Int32Array(weighted.length).fill(-1);
  for (const [row, text] of from.entries()) {
    sampleTopicOf[text] = clusters.clusterOf[row] as number;
  }
  return {
    ...{ vocabulary, space, centres: clusters.centres, sampleTopicOf },
    anchors: anchorsOf(laid, places, laidTopics, clusters.centres.rows),
    facts: { sampled: weighted.length, vocabulary: vocabulary.words.length, silhouette },
  };
}

/** Vectors of the texts that tell enough, and which texts those are. */
async function vectorsOf(space: LatentSpace, texts: readonly WeightedWords[], pause: Pause) {
  const all = createMatrix(texts.length, space.width);
  const from: number[] = [];
  for (const [at, text] of texts.entries()) {
    if (at % 1000 === 0) await pause();
    if (tellsEnough(text) && placeText(space, text, rowOf(all, from.length))) from.push(at);
  }
  const vectors: Matrix = {
    ...{ rows: from.length, width: space.width },
    values: all.values.subarray(0, from.length * space.width),
  };
  return { vectors, from };
}

export type Placed = Pick<TopicMap, "ids" | "topicOf" | "places"> & {
  /** Of the learned topic the number it got: by size, from 1. */
  numbers: number[];
};

async function placeAll(source: TextSource, model: Model, watch: Watch): Promise<Placed> {
  const total = source.ids.length;
  const ids: number[] = [];
  const learned = new Int16Array(total);
  const places = new Float32Array(2 * total);
  const vector = new Float32Array(model.space.width);
  for (let from = 0; from < total; from += pageRows) {
    const page = Array.from(
      { length: Math.min(pageRows, total - from) },
      (_, at) => source.ids[from + at] ?? 0,
    );
    for (const [at, { id, text }] of (await source.textsOf(page)).entries()) {
      if (at % rowsPerBreath === 0) await watch.pause();
      const { topic, place } = placeOne(model, topicWords(text), vector);
      learned[ids.length] = topic;
      places.set(scatter(place, id), 2 * ids.length);
      ids.push(id);
    }
    await watch.count(ids.length);
  }
  const found = learned.subarray(0, ids.length);
  const numbers = numberBySize(found, model.centres.rows);
  const topicOf = Uint8Array.from(found, (topic) => (topic < 0 ? 0 : (numbers[topic] as number)));
  return { ids, topicOf, places: places.subarray(0, 2 * ids.length), numbers };
}

function placeOne(model: Model, words: readonly string[], vector: Float32Array) {
  const weighted = weigh(model.vocabulary, words);
  if (model.centres.rows > 0 && tellsEnough(weighted) && placeText(model.space, weighted, vector)) {
    const topic = nearestRow(model.centres, vector).row;
    const place = placeAmong(model.anchors[topic], vector);
    if (place) return { topic, place };
  }
  return { topic: -1, place: asidePlace };
}

/** Where the texts stand that are too short: below the map. */
const asidePlace: [number, number] = [0, -1.25];
/** Equal texts are drawn side by side, those that stand aside in a cloud. */
const spread = { map: 0.012, aside: 0.1 };

function scatter([x, y]: [number, number], id: number): [number, number] {
  const draw = mix(id);
  const turn = (draw / 2 ** 32) * 2 * Math.PI;
  const aside = y === asidePlace[1];
  const far = Math.sqrt(mix(draw) / 2 ** 32) * (aside ? spread.aside : spread.map);
  return [round(x + far * Math.cos(turn)), round(y + far * Math.sin(turn))];
}

/** A tenth of a thousandth of the map: as much as is ever drawn. */
const round = (value: number) => Math.round(value * 10_000) / 10_000;

/** Numbers from 1 for learned topics, the largest first. */
function numberBySize(topicOf: Int16Array, topics: number): number[] {
  const sizes = new Array<number>(topics).fill(0);
  for (const topic of topicOf) if (topic >= 0) sizes[topic] = (sizes[topic] as number) + 1;
  const order = sizes.map((_, topic) => topic);
  order.sort((a, b) => (sizes[b] as number) - (sizes[a] as number) || a - b);
  const numbers = new Array<number>(topics).fill(0);
  for (const [at, topic] of order.entries()) numbers[topic] = at + 1;
  return numbers;
}
