import { hash } from "node:crypto";

/** Hexadecimal digits that are kept: half of SHA-256 tells a project's texts apart. */
const digits = 32;
const space = 0x20;

/** For each byte of ASCII what stands for it: letters and digits in lower case, everything else a gap (0). */
const folded = new Uint8Array(128);
for (let byte = 0; byte < 128; byte++) {
  const letter = String.fromCharCode(byte).toLowerCase();
  folded[byte] = /[a-z0-9]/.test(letter) ? letter.charCodeAt(0) : 0;
}

/** Case, punctuation and spaces folded: equal for texts that a reader would call the same. */
export function normalHash(text: string): string {
  return hash("sha256", foldAscii(text) ?? fold(text)).slice(0, digits);
}

/** Text with compatibility forms, case, punctuation and spaces folded; words stand one space apart. */
function fold(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** The same bytes as `fold` gives, for text of ASCII alone; undefined for any other. */
function foldAscii(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length !== text.length) return undefined;
  let at = 0;
  let gap = false;
  for (const byte of bytes) {
    const kept = folded[byte] ?? 0;
    if (kept === 0) {
      gap = at > 0;
      continue;
    }
    // Written over what was read already: never ahead of it.
    if (gap) bytes[at++] = space;
    gap = false;
    bytes[at++] = kept;
  }
  return bytes.subarray(0, at);
}
