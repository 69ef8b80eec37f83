import { z } from "zod";
import { splitFences } from "./fences.ts";
import { defineStep, kept } from "./step.ts";
import { editsBetween, rewriteTexts } from "./texts.ts";

const params = z.object({
  /** Canonical composition: "e" + combining accent becomes "é". */
  compose: z.boolean().default(true),
  /** Control characters, zero-width characters, bidirectional overrides, tag characters. */
  invisible: z.boolean().default(true),
  /** Runs of spaces, odd spaces, spaces at line ends, more than two blank lines. */
  spaces: z.boolean().default(true),
});

/** CR, CR LF, NEL, line and paragraph separator become LF. */
const lineEnds = /\r\n?|[\u0085\u2028\u2029]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are what the step removes
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
/** Soft hyphen, zero-width space, word joiner, byte-order mark, overrides and isolates that reorder what is read. */
const invisible = /[\u00ad\u200b\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]/g;
/** Joiners carry meaning between letters of joining scripts and inside emoji; elsewhere they only hide. */
const joiners = /[\u200c\u200d]/g;
const joining =
  /(?:[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Extended_Pictographic}\p{Emoji_Modifier}]|\ufe0f)/u;
/** Tag characters spell flags after a black flag; alone they smuggle text that nobody sees. */
const tags = /(\u{1f3f4}[\u{e0020}-\u{e007e}]{1,8}\u{e007f})|[\u{e0000}-\u{e007f}]/gu;
const oddSpaces = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;

function codePointBefore(text: string, index: number): string {
  const low = text.charCodeAt(index - 1);
  const wide = low >= 0xdc00 && low <= 0xdfff;
  return text.slice(Math.max(0, index - (wide ? 2 : 1)), index);
}

function withoutInvisible(text: string): string {
  const bare = text
    .toWellFormed()
    .replace(controls, "")
    .replace(invisible, "")
    .replace(tags, (_all, flag: string | undefined) => flag ?? "");
  return bare.replace(joiners, (mark, index: number) => {
    const next = bare.codePointAt(index + 1);
    const after = next === undefined ? "" : String.fromCodePoint(next);
    return joining.test(codePointBefore(bare, index)) && joining.test(after) ? mark : "";
  });
}

/** Prose lines lose runs of spaces and spaces at the end; indentation and `inline code` stay as they are. */
function tidyProse(text: string): string {
  const lines = text.replace(oddSpaces, " ").split("\n").map(tidyLine);
  return lines.join("\n").replace(/\n{4,}/g, "\n\n\n");
}

function tidyLine(line: string): string {
  const trimmed = line.trimEnd();
  const body = trimmed.trimStart();
  const indent = trimmed.slice(0, trimmed.length - body.length);
  // Four spaces or a tab make an indented code block.
  if (indent.length >= 4 || indent.includes("\t")) return trimmed;
  const pieces = body.split("`");
  return indent + pieces.map((piece, i) => (i % 2 === 1 ? piece : collapse(piece))).join("`");
}

function collapse(text: string): string {
  return text.replace(/[ \t]{2,}|\t/g, " ");
}

function withoutLeadingLines(text: string): string {
  let start = 0;
  while (text[start] === "\n") start++;
  return text.slice(start);
}

/**
 * What no option would change anything in: letters that stand composed (no combining mark below U+0300, in Cyrillic,
 * kana, Han and Hangul syllables), plain marks, single spaces, at most two blank lines, none of it at an edge.
 */
const unusual =
  /[^\n\x20-\x7e\xa1-\xac\xae-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u3001-\u3029\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e]| {2}| \n|\n{4}|^\n|[ \n]$/;

/** Normalises one text; see the step. */
export function normaliseText(text: string, options: z.infer<typeof params>): string {
  return unusual.test(text) ? normaliseAny(text, options) : text;
}

/** The normalisation of any text; `normaliseText` asks it only where something may change. */
export function normaliseAny(text: string, options: z.infer<typeof params>): string {
  let result = text.replace(lineEnds, "\n");
  if (options.invisible) result = withoutInvisible(result);
  if (options.compose) result = result.normalize("NFC");
  if (!options.spaces) return result;
  const tidied = splitFences(result).map(({ code, text: part }) => (code ? part : tidyProse(part)));
  return withoutLeadingLines(tidied.join("").trimEnd());
}

/** Unicode and whitespace. Line ends always become LF. Code blocks keep every space; only line ends and invisible characters change there. */
export const unicodeStep = defineStep({
  id: "unicode",
  label: "Unicode and whitespace",
  help: "Composes letters, removes invisible characters, unifies line ends and spaces. Code keeps its indentation.",
  version: 1,
  params,
  apply(body, options, ctx) {
    const rewrite = (text: string) => {
      const result = normaliseText(text, options);
      return { text: result, edits: editsBetween(text, result) };
    };
    const result = rewriteTexts(body, rewrite, { limit: ctx.changeLimit });
    if (result.body === body) return kept(body);
    return kept(result.body, {
      outcome: "changed",
      changes: result.changes,
      counts: { edits: result.edits },
    });
  },
});
