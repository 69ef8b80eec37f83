import type { MessageNode } from "#lib/core/conversation.ts";
import { finish, isFields, otherFields } from "../draft.ts";
import { jsonImporter } from "../json-importer.ts";
import { pairTree } from "../pair-tree.ts";
import { fieldsOf, missing, textOf } from "../record-fields.ts";
import { RowFault } from "../row-fault.ts";
import { say } from "./alpaca.ts";

/**
 * A turn begins after an empty line (or at the start) with its speaker and a colon. The line counts as empty with
 * spaces in it, and lines may end as Windows ends them. One line end alone is no border: a turn may quote a dialogue.
 */
const turnStart = /(?:^|\n[ \t]*\r?\n)[ \t]*(Human|Assistant):/;

/**
 * HH-RLHF: `{chosen, rejected}`, each a whole transcript with `\n\nHuman:` and `\n\nAssistant:` turns. One
 * conversation of kind `pair`: the shared turns, then a branch where the two first differ. Turns are trimmed.
 */
export const hhTranscriptsImporter = jsonImporter({
  id: "hh-transcripts",
  label: "HH-RLHF transcripts",
  shape: "`chosen` and `rejected` transcripts with Human and Assistant turns",
  fits: (record) =>
    isFields(record) && isTranscript(record.chosen) && isTranscript(record.rejected),
  convert(record, draft) {
    const fields = fieldsOf(record);
    const [chosen, rejected] = [textOf(fields, "chosen"), textOf(fields, "rejected")];
    if (chosen === undefined) throw missing(fields, "transcript `chosen`");
    if (rejected === undefined) throw missing(fields, "transcript `rejected`");
    const root = pairTree(turnsOf(chosen, "chosen"), turnsOf(rejected, "rejected"));
    return [finish("pair", root, otherFields(fields, ["chosen", "rejected"]), draft)];
  },
});

/** True for text that opens with a Human turn, as every HH transcript does. */
export function isTranscript(value: unknown): boolean {
  return typeof value === "string" && /^\s*Human:/.test(value);
}

function turnsOf(transcript: string, name: string): MessageNode[] {
  const [before = "", ...pieces] = transcript.split(turnStart);
  if (pieces.length === 0) throw new RowFault(`\`${name}\` has no "Human:" or "Assistant:" turns.`);
  if (before.trim() !== "") {
    throw new RowFault(`\`${name}\` has text before its first "Human:" or "Assistant:".`);
  }
  const nodes: MessageNode[] = [];
  for (let i = 0; i < pieces.length; i += 2) {
    nodes.push(say(pieces[i] === "Human" ? "user" : "assistant", (pieces[i + 1] ?? "").trim()));
  }
  return nodes;
}
