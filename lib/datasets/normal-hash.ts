import { hash } from "node:crypto";

/** Hexadecimal digits that are kept: half of SHA-256 tells a project's texts apart. */
const digits = 32;
const space = 0x20;

/** Case, punctuation and spaces folded: equal for texts that a reader would call the same. */
export function normalHash(text: string): string {
  return hash("sha256", foldBytes(text) ?? fold(text)).slice(0, digits);
}

/** Text with compatibility forms, case, punctuation and spaces folded; words stand one space apart. */
function fold(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** Characters that fold alone, each to as many bytes of UTF-8 as it has or to a gap: Latin letters and common signs. */
const tableEnd = 0x2070;
const gap = 0;
/** Stands for characters that change with their neighbours, or to another length. */
const slow = 0xffff_ffff;
/** For each of them what takes its place: up to three bytes of UTF-8 as one number, a gap, or slow. */
const folds = Uint32Array.from({ length: tableEnd }, (_, point) => foldOne(point));

function foldOne(point: number): number {
  const character = String.fromCodePoint(point);
  if (/\p{M}/u.test(character) || (point >= 0x1100 && point <= 0x11ff)) return slow;
  // Sigma's small letter depends on where it stands.
  if (character.toLowerCase() === "σ") return slow;
  const folded = Buffer.from(fold(character));
  if (folded.length === 0) return gap;
  const alone = fold(`x${character}x`) === `x${folded}x`;
  return alone && folded.length === Buffer.byteLength(character)
    ? folded.readUIntBE(0, folded.length)
    : slow;
}

/** The bytes of `fold`'s answer, in place and without its costs; undefined where the text holds a slow character. */
function foldBytes(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "utf8");
  let to = 0;
  let pending = false;
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] ?? 0;
    const size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : 3;
    const folded = folds[pointAt(bytes, at, lead, size)] ?? slow;
    at += size;
    if (folded === slow) return undefined;
    if (folded === gap) {
      pending = to > 0;
      continue;
    }
    // Never ahead of what was read: a gap took at least one byte.
    if (pending) bytes[to++] = space;
    pending = false;
    for (let shift = (size - 1) * 8; shift >= 0; shift -= 8)
      bytes[to++] = (folded >>> shift) & 0xff;
  }
  return bytes.subarray(0, to);
}

/** The code point; of four bytes something beyond the table. */
function pointAt(bytes: Buffer, at: number, lead: number, size: number): number {
  if (size === 1) return lead;
  const second = (bytes[at + 1] ?? 0) & 0x3f;
  if (size === 2) return ((lead & 0x1f) << 6) | second;
  if (lead >= 0xf0) return tableEnd;
  return ((lead & 0xf) << 12) | (second << 6) | ((bytes[at + 2] ?? 0) & 0x3f);
}
