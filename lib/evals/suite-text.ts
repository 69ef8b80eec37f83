import { AssayError } from "../core/errors.ts";
import { checkBytes } from "../datasets/formats/check-bytes.ts";

/** One item of a suite is a prompt or a pair of sentences; a line like this is no such thing. */
const longestLine = 1024 * 1024;

const refuse = (message: string) =>
  new AssayError(
    "invalid_input",
    `${message} Nothing was stored; correct the file and upload it again.`,
  );

/**
 * The text of an uploaded suite. Throws `unsupported_format` for what is no text, `invalid_input` with the number of
 * the first bad line for text that could not be stored or shown: not UTF-8, NUL, half characters, endless lines.
 */
export function readSuiteText(bytes: Buffer): string {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new AssayError(
      "unsupported_format",
      "The file is gzip-compressed. Nothing was stored; decompress it and upload it again.",
    );
  }
  const mark = checkBytes(bytes.subarray(0, 4096));
  const text = bytes.toString("utf8", mark);
  if (text.trim() === "") throw refuse("The file holds only white space.");
  for (const [index, line] of text.split("\n").entries()) {
    const problem = problemOf(line);
    if (problem) throw refuse(`Line ${index + 1} ${problem}.`);
  }
  return text;
}

function problemOf(line: string): string | undefined {
  if (line.length > longestLine) return "is longer than 1 MB";
  if (line.includes("\u0000") || escapes(line).includes("\\u0000")) return "holds a NUL character";
  if (line.includes("\ufffd")) return "is not UTF-8";
  if (escapes(line).some(isHalf))
    return "holds half of a character (a surrogate without its partner)";
  return undefined;
}

/** JSON escapes of one character, or of the two halves of one, in a line; escaped backslashes are passed over. */
function escapes(line: string): string[] {
  if (!line.includes("\\u")) return [];
  const found = line.match(
    /\\\\|\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}/g,
  );
  return (found ?? []).filter((one) => one !== "\\\\");
}

const isHalf = (one: string) => one.length === 6 && /^\\u[dD][89a-fA-F]/.test(one);
