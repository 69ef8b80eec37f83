export type Unstorable = { path: string; reason: string };

/**
 * The first text in a JSON value that the database cannot keep: with a NUL character, or with half of a character (a
 * surrogate without its partner). Keys count, too. Iterative: what it walks may be deep.
 */
export function findUnstorable(value: unknown): Unstorable | undefined {
  const stack: { value: unknown; path: string }[] = [{ value, path: "" }];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const reason = typeof top.value === "string" ? faultOf(top.value) : undefined;
    if (reason) return { path: readable(top.path), reason };
    if (top.value === null || typeof top.value !== "object") continue;
    for (const [key, inner] of Object.entries(top.value)) {
      const path = top.path === "" ? key : `${top.path}.${key}`;
      const fault = faultOf(key);
      if (fault) return { path: readable(path), reason: fault };
      stack.push({ value: inner, path });
    }
  }
  return undefined;
}

/** Text as the database can keep it: NUL shown as ␀, half characters as U+FFFD. For what a model or a bad file says. */
export function storable(text: string): string {
  return text.replaceAll("\0", "␀").toWellFormed();
}

function faultOf(text: string): string | undefined {
  if (text.includes("\0")) return "Holds a NUL character";
  return text.isWellFormed() ? undefined : "Holds half of a character";
}

const readable = (path: string) => path.replaceAll("\0", "").toWellFormed().slice(0, 200);
