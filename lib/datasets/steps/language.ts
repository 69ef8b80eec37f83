import { z } from "zod";
import { type ConversationBody, messageText, walk } from "#lib/core/conversation.ts";
import { AssayError } from "#lib/core/errors.ts";
import { splitFences } from "./fences.ts";
import { defineStep, dropped, kept } from "./step.ts";

const params = z.object({
  /** ISO 639-1 codes to keep; empty keeps all and only notes the language. */
  keep: z.array(z.string().min(2).max(3)).default([]),
  /** Below it the language counts as unknown ("und"). */
  minConfidence: z.number().min(0).max(1).default(0.5),
  /** What happens to a conversation of unknown language when `keep` is set. */
  unknown: z.enum(["keep", "drop"]).default("keep"),
});

/** The detector reads no further. */
const enough = 1000;
/** Code at the start of a message hides its prose no further than this. */
const searched = 4000;

/** What users and assistants wrote, without code: its first 1,000 units, which is what the detector reads. */
export function proseOf(body: ConversationBody): string {
  const pieces: string[] = [];
  let length = 0;
  for (const { node } of walk(body.root)) {
    if (node.role === "system" || node.role === "tool") continue;
    for (const { code, text } of splitFences(messageText(node).slice(0, searched))) {
      if (code) continue;
      pieces.push(text);
      length += text.length;
    }
    if (length >= enough) break;
  }
  return pieces.join("\n").slice(0, enough);
}

/** Language of a conversation by eld (60 languages). One language a conversation; short texts are often unknown. */
export const languageStep = defineStep({
  id: "language",
  label: "Language",
  help: "Notes the language of a conversation and, when languages are named, keeps only those.",
  version: 1,
  params,
  apply(body, { keep, minConfidence, unknown }, ctx) {
    if (!ctx.detectLanguage) {
      throw new AssayError("internal", "The language step was started without its detector.");
    }
    const best = ctx.detectLanguage(proseOf(body));
    const sure = best.confidence >= minConfidence && best.language !== "und";
    const detected = sure ? best : { language: "und", confidence: best.confidence };
    const counts = { [detected.language]: 1 };
    const wanted = keep.length === 0 || (sure ? keep.includes(best.language) : unknown === "keep");
    if (wanted) return kept(body, { detected, counts });
    return { ...dropped(body, "other_language"), detected };
  },
});
