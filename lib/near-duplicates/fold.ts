/** The folded form of one text: `length` UTF-16 code units at the start of `units`, valid until the next call. */
export type Folded = { units: Uint16Array; length: number };

/**
 * Case, punctuation, accents, width and whitespace folded away: words of letters and digits with one space between.
 * A text of signs alone stays as it is (trimmed). Gives what the step `duplicates` compares by, so texts that are
 * equal there are equal here.
 */
export function foldWords(text: string): string {
  const words = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}+/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
  return words === "" ? text.trim() : words;
}

const space = 32;
/** ASCII only: the folded code unit, or a space for what separates words. */
const asciiFold = Uint8Array.from({ length: 128 }, (_, unit) => {
  const letter = String.fromCharCode(unit).toLowerCase();
  return /[a-z0-9]/.test(letter) ? letter.charCodeAt(0) : space;
});
/** 1 for what separates words. */
const asciiGap = asciiFold.map((unit) => (unit === space ? 1 : 0));

/** Returns a function that folds into one reused buffer. ASCII takes a table, the rest goes through `foldWords`. */
export function createFolder(): (text: string) => Folded {
  const encoder = new TextEncoder();
  let units = new Uint16Array(1 << 12);
  let bytes = new Uint8Array(1 << 12);

  const makeRoom = (length: number) => {
    if (length <= units.length) return;
    units = new Uint16Array(length * 2);
    bytes = new Uint8Array(length * 2);
  };

  const copy = (words: string): Folded => {
    makeRoom(words.length);
    for (let i = 0; i < words.length; i++) units[i] = words.charCodeAt(i);
    return { units, length: words.length };
  };

  return (text) => {
    makeRoom(text.length);
    // Bytes are read faster than a string's units. Only ASCII has one byte a unit, and all of them.
    const { read, written } = encoder.encodeInto(text, bytes);
    if (read !== text.length || written !== read) return copy(foldWords(text));
    let length = 0;
    let afterGap = 1;
    for (let i = 0; i < written; i++) {
      const unit = bytes[i] as number;
      const gap = asciiGap[unit] as number;
      // Written always, counted unless a gap follows a gap: no branch to mispredict.
      units[length] = asciiFold[unit] as number;
      length += 1 - (gap & afterGap);
      afterGap = gap;
    }
    if (length > 0 && afterGap === 1) length -= 1;
    return length === 0 ? copy(text.trim()) : { units, length };
  };
}
