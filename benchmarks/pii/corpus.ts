import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { scaleDialogues } from "../datasets/dialogues.ts";

const labelledFile = new URL(
  "../../../shared/data/safety/pii_synthetic_a.json.gz",
  import.meta.url,
);

/** How the bytes divide: talk as people chat, and texts of which every other one holds something. */
const labelledShare = 0.2;

export type Corpus = {
  /** The labelled texts first, then the turns of the dialogues; each once. */
  texts: string[];
  labelled: number;
  /** How often the turns and the labelled texts are scanned to make up the bytes. */
  times: [number, number];
  bytes: [number, number];
};

const bytesOf = (texts: readonly string[]) =>
  texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);

/** About `megabytes` of texts; undefined where the labelled file is not at hand, as it does not ship. */
export function readCorpus(megabytes: number): Corpus | undefined {
  if (!existsSync(labelledFile)) return undefined;
  const labelled = (
    JSON.parse(gunzipSync(readFileSync(labelledFile)).toString()) as { full_text: string }[]
  ).map(({ full_text }) => full_text);
  const turns = scaleDialogues()
    .bytes.toString()
    .trim()
    .split("\n")
    .flatMap((line) => (JSON.parse(line) as { turns: { utterance: string }[] }).turns)
    .map(({ utterance }) => utterance);
  const once = [bytesOf(turns), bytesOf(labelled)] as const;
  const wanted = megabytes * 1e6;
  const times: [number, number] = [
    Math.max(1, Math.round((wanted * (1 - labelledShare)) / once[0])),
    Math.max(1, Math.round((wanted * labelledShare) / once[1])),
  ];
  return {
    texts: [...labelled, ...turns],
    labelled: labelled.length,
    times,
    bytes: [once[0] * times[0], once[1] * times[1]],
  };
}
