import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const shared = new URL(
  "../../../shared/data/conversations/sgd_text_scale.jsonl.gz",
  import.meta.url,
);

/** Dialogues and turns of the reference file; what is made in its place has as many. */
const dialogues = 14_272;
const turnsEach = [12, 14, 16, 18, 20, 22, 24, 26];

const words =
  "find table ticket weather music hotel flight bank doctor house bus rent event show play book reserve confirm change cancel tomorrow evening near center price cheap rating address phone number please thanks sure exactly another option".split(
    " ",
  );

/** A small generator with a known sequence, so that every run measures the same bytes. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state;
  }
}

/** Dialogues without end, a line each, one at a time in memory. */
export function* madeDialogues(): Generator<string> {
  const random = numbers(7);
  const next = (below: number) => (random.next().value as number) % below;
  for (let n = 0; ; n++) {
    const turns = Array.from(
      { length: turnsEach[n % turnsEach.length] ?? 18 },
      (_unused, turn) => ({
        speaker: turn % 2 === 0 ? "USER" : "SYSTEM",
        utterance: Array.from({ length: 6 + next(14) }, () => words[next(words.length)]).join(" "),
      }),
    );
    yield `${JSON.stringify({ dialogue_id: `made_${n}`, services: ["Made_1"], turns })}\n`;
  }
}

const made = () => madeDialogues().take(dialogues).toArray().join("");

/** 14,272 dialogues with 262,524 turns: the shared reference file, else text made to its measure. */
export function scaleDialogues(): { bytes: Buffer; source: "shared" | "made" } {
  if (!existsSync(shared)) return { bytes: Buffer.from(made()), source: "made" };
  return { bytes: gunzipSync(readFileSync(shared)), source: "shared" };
}
