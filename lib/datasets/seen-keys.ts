/** So much of a key tells a million texts apart: 128 bits. */
const keptLength = 32;

/**
 * The texts that duplicate steps have seen, a set a step. Each row asks once a duplicate step, in the recipe's order,
 * so the number of the question names the step.
 */
export class SeenKeys {
  readonly #sets: Set<string>[] = [];

  /** Takes over what a row of an earlier attempt had asked. */
  restore(keys: readonly string[]): void {
    for (const [step, key] of keys.entries()) this.#set(step).add(key);
  }

  /** Takes over the keys of a row when no other row had one of them; else nothing is taken, and false is returned. */
  addNew(keys: readonly string[]): boolean {
    if (keys.some((key, step) => this.#set(step).has(key))) return false;
    this.restore(keys);
    return true;
  }

  /** For one row: the question of its steps, and the keys they asked with. */
  row(): { seen: (key: string) => boolean; keys: string[] } {
    const keys: string[] = [];
    const seen = (key: string) => {
      const short = key.slice(0, keptLength);
      const set = this.#set(keys.length);
      keys.push(short);
      const known = set.has(short);
      set.add(short);
      return known;
    };
    return { seen, keys };
  }

  #set(step: number): Set<string> {
    this.#sets[step] ??= new Set();
    return this.#sets[step];
  }
}
