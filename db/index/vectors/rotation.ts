import { seededRandom } from "../../../lib/stats/random.ts";

/** Values a transform mixes at once: a power of two, and as many bits as one step of the scan reads. */
export const block = 128;

/**
 * A fixed random rotation of `dimensions` (a multiple of 128) values, in place: signs flipped, a Hadamard transform
 * within each block, values dealt out over the blocks, and both once more. It spreads what stands in few dimensions
 * over all, so that one bit a dimension says about the same of each. Lengths and dot products stay as they are.
 */
export class Rotation {
  readonly #signs: [Float32Array, Float32Array];
  readonly #dealt: Float32Array;

  constructor(dimensions: number, seed = 1) {
    if (dimensions % block !== 0) throw new RangeError(`${dimensions} is not a multiple of 128`);
    const random = seededRandom(seed);
    // Two transforms of 128 values make each 128 times as long.
    const signs = (size: number) =>
      Float32Array.from({ length: dimensions }, () => (random.next() < 0.5 ? -size : size));
    this.#signs = [signs(1 / block), signs(1)];
    this.#dealt = new Float32Array(dimensions);
  }

  apply(values: Float32Array): void {
    const [first, second] = this.#signs;
    const dealt = this.#dealt;
    const length = values.length;
    const blocks = length / block;
    for (let i = 0; i < length; i++) values[i] = (values[i] as number) * (first[i] as number);
    transform(values);
    for (let i = 0, to = 0, turn = 0; i < length; i++) {
      dealt[i] = (values[to] as number) * (second[i] as number);
      to += block;
      if (to >= blocks * block) to = ++turn;
    }
    values.set(dealt);
    transform(values);
  }
}

/** The Walsh-Hadamard transform of each block of 128, unscaled. */
function transform(values: Float32Array): void {
  for (let start = 0; start < values.length; start += block) {
    const end = start + block;
    for (let half = 1; half < block; half *= 2) {
      for (let i = start; i < end; i += 2 * half) {
        for (let j = i; j < i + half; j++) {
          const a = values[j] as number;
          const b = values[j + half] as number;
          values[j] = a + b;
          values[j + half] = a - b;
        }
      }
    }
  }
}
