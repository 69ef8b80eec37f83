import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { seededRandom } from "#lib/near-duplicates/hash.ts";
import { createLeakGuard } from "#lib/near-duplicates/leak-guard.ts";

const file = new URL("../../../shared/data/conversations/sgd_text_scale.jsonl.gz", import.meta.url);
export const dialoguesPresent = existsSync(file);

/** Distinct dialogues, and distinct utterances of at least eight words, of the large dialogue set. */
export function readDialogues(): { dialogues: string[]; utterances: string[] } {
  const lines = gunzipSync(readFileSync(file)).toString("utf8").trim().split("\n");
  const turns = lines.map((line) =>
    (JSON.parse(line) as { turns: { utterance: string }[] }).turns.map((turn) => turn.utterance),
  );
  const long = turns.flat().filter((text) => text.split(/\s+/).length >= 8);
  return {
    dialogues: [...new Set(turns.map((all) => all.join("\n")))],
    utterances: [...new Set(long)],
  };
}

const random = seededRandom(11);
function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((one) => ({ one, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ one }) => one);
}
const wordsIn = (text: string) => text.split(/\s+/).filter(Boolean);
/** A tenth of the words, at least one, at random places. */
const places = (count: number) =>
  new Set(
    shuffled(Array.from({ length: count }, (_, i) => i)).slice(
      0,
      Math.max(1, Math.round(count / 10)),
    ),
  );
const edited = (text: string, change: (word: string) => string[]) => {
  const words = wordsIn(text);
  const chosen = places(words.length);
  return words.flatMap((word, i) => (chosen.has(i) ? change(word) : [word])).join(" ");
};
const typo = (word: string) => {
  const at = Math.floor(random() * word.length);
  return `${word.slice(0, at)}${String.fromCharCode(97 + Math.floor(random() * 26))}${word.slice(at)}`;
};

/** What somebody who copies a guarded text may do to it. */
export const plants: Record<string, (text: string) => string> = {
  exact: (text) => text,
  case: (text) => text.toUpperCase(),
  "punctuation stripped": (text) => text.replace(/[^\p{L}\p{N}\s]/gu, ""),
  "whitespace and signs added": (text) => text.replace(/\s+/g, "  … "),
  "sentences reordered": (text) => shuffled(text.split(/(?<=[.?!])\s+/)).join(" "),
  "words reordered": (text) => shuffled(wordsIn(text)).join(" "),
  "10 % of words replaced": (text) => edited(text, () => ["zebra"]),
  "10 % of words left out": (text) => edited(text, () => []),
  "10 % of words added": (text) => edited(text, (word) => [word, "really"]),
  "10 % of words misspelt": (text) => edited(text, (word) => [typo(word)]),
  "10 % replaced, words reordered": (text) =>
    shuffled(wordsIn(edited(text, () => ["zebra"]))).join(" "),
};

/** Guarded texts are every n-th; returns caught by plant, and the share of the other texts that raised an alarm. */
export function measureLeaks(texts: readonly string[], guardedCount: number, trainCount: number) {
  const every = Math.floor(texts.length / guardedCount);
  const guarded = texts.filter((_, i) => i % every === 0).slice(0, guardedCount);
  const check = createLeakGuard(guarded.map((text, id) => ({ id, text })));
  const caught = Object.entries(plants).map(([name, plant]) => {
    const found = guarded.filter((text, id) =>
      check(plant(text)).some((leak) => leak.guarded === id),
    );
    return { name, caught: found.length };
  });
  const apart = Math.max(2, Math.floor(texts.length / trainCount));
  const train = texts.filter((_, i) => i % every !== 0 && i % apart === 1).slice(0, trainCount);
  const alarms = train.map(check).filter((leaks) => leaks.length > 0);
  const onlyEdited = alarms.filter((leaks) =>
    leaks.every(({ kind }) => kind === "edited" || kind === "contained"),
  );
  return {
    guarded: guarded.length,
    caught,
    train: train.length,
    alarms: alarms.length,
    onlyEdited: onlyEdited.length,
  };
}

/** The section "Leak guard" of docs/quality.md. */
export async function leakQuality(): Promise<string> {
  if (!dialoguesPresent) return "## Leak guard\n\nNot measured: the reference data is absent.";
  const { dialogues, utterances } = readDialogues();
  const whole = measureLeaks(dialogues, 500, 4000);
  const single = measureLeaks(utterances, 1000, 20_000);
  const lines = whole.caught.map(
    ({ name, caught }, i) =>
      `| ${name} | ${caught} of ${whole.guarded} | ${single.caught[i]?.caught} of ${single.guarded} |`,
  );
  const alarms = ({ alarms, onlyEdited, train }: typeof whole) =>
    `${alarms} of ${train} (${alarms - onlyEdited} have the same words, ${onlyEdited} differ in a few)`;
  return `## Leak guard

Planted copies of guarded texts that are caught, and other real texts of the same templates that raise an alarm
(\`sgd_text_scale\`: whole dialogues, and single utterances of eight words or more).

| planted | dialogues | utterances |
| --- | --- | --- |
${lines.join("\n")}
| alarms among others | ${alarms(whole)} | ${alarms(single)} |`;
}
