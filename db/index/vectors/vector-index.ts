import { seededRandom } from "../../../lib/stats/random.ts";
import { type Kernel, kernelOver } from "./kernel.ts";
import { block, Rotation } from "./rotation.ts";
import { type Neighbour, nthGreatest, topOf } from "./select.ts";

const page = 65_536;
/** Codes that the scan goes through at once. */
const lanes = 32;
/** Vectors whose mean stands for that of all. */
const forMean = 10_000;
/** Below so many a scan of 8-bit vectors takes a millisecond or two, and needs no choice before it. */
const scannedWhole = 10_000;
/** Vectors that measure, once built, how many candidates find their neighbours. */
const probes = 16;
const probeNeighbours = 10;
/** Keeps sums of `d` products of 8 and 12 bits within 32, up to 8,000 dimensions. */
const queryMax = 2047;

/**
 * Nearest neighbours by dot product (cosine, for vectors of length 1) over a million vectors and more, without a graph.
 * Each vector is centred, rotated and kept twice: by one bit a dimension, from which its dot product with any query is
 * estimated (RaBitQ, Gao and Long 2024, summed by tables as in FAISS' fast scan), and by 8 bits, which order the best of
 * those. How many are the best is measured on building: twice as many as hold 99 of 100 neighbours of vectors drawn
 * from the index. Takes 1.13 bytes a dimension and 16 bytes a vector, in one memory of at most 4 GiB.
 */
export class VectorIndex {
  readonly dimensions: number;
  readonly #capacity: number;
  readonly #padded: number;
  readonly #rotation: Rotation;
  readonly #mean: Float32Array;
  readonly #scales: Float32Array;
  readonly #at: Layout;
  readonly #memory: WebAssembly.Memory;
  readonly #kernel: Kernel;
  #count = 0;
  #candidates: number;

  /**
   * An index for up to `capacity` vectors, which are then added one by one; `finish` measures it.
   * @param sample some of the vectors, one after the other: their mean stands for that of all
   * Throws RangeError when so many do not fit 4 GiB.
   */
  constructor(capacity: number, dimensions: number, sample: Float32Array) {
    this.dimensions = dimensions;
    this.#capacity = capacity;
    this.#candidates = capacity;
    this.#padded = Math.ceil(dimensions / block) * block;
    this.#rotation = new Rotation(this.#padded);
    this.#mean = meanOf(sample, dimensions);
    this.#scales = new Float32Array(capacity);
    this.#at = layout(capacity, this.#padded);
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(this.#at.end / page) });
    this.#kernel = kernelOver(this.#memory);
  }

  /** Builds from `vectors`, one after the other. Throws RangeError when they do not divide, or hold what is no number. */
  static build(vectors: Float32Array, dimensions: number): VectorIndex {
    const count = vectors.length / dimensions;
    if (!Number.isInteger(count)) {
      throw new RangeError(`${vectors.length} values are no vectors of ${dimensions}`);
    }
    const index = new VectorIndex(count, dimensions, vectors);
    for (let i = 0; i < count; i++) {
      index.add(vectors.subarray(i * dimensions, (i + 1) * dimensions));
    }
    index.finish();
    return index;
  }

  get count(): number {
    return this.#count;
  }

  /** How many of the first pass the second looks at. */
  get candidates(): number {
    return Math.min(this.#candidates, this.#count);
  }

  /** Measures how many candidates find the neighbours. Until then, and for few vectors, all are looked at. */
  finish(): void {
    if (this.#count > scannedWhole) this.#candidates = this.#measure();
  }

  /** The `k` vectors with the greatest dot product with `query`, best first; ties by number. */
  search(query: Float32Array, k: number): Neighbour[] {
    if (query.length !== this.dimensions) {
      throw new RangeError(`a query of ${query.length} values for vectors of ${this.dimensions}`);
    }
    const rotated = new Float32Array(this.#padded);
    rotated.set(query);
    this.#rotation.apply(rotated);
    let centre = 0;
    for (let i = 0; i < this.dimensions; i++) {
      centre += (query[i] as number) * (this.#mean[i] as number);
    }
    const wanted = Math.max(this.candidates, k);
    const rows = wanted >= this.count ? this.#all() : this.#best(this.#estimate(rotated), wanted);
    const near = topOf(rows, this.#measured(rotated, rows), k);
    return near.map(({ index, score }) => ({ index, score: score + centre }));
  }

  /** The next vector; its number is the count before. Throws RangeError for what does not fit or is no number. */
  add(vector: ArrayLike<number>): void {
    const index = this.#count;
    if (vector.length !== this.dimensions || index >= this.#capacity) {
      throw new RangeError(
        `vector ${index} of ${vector.length} values: ${this.#capacity} of ${this.dimensions} are expected`,
      );
    }
    const values = new Float32Array(this.#padded);
    for (let i = 0; i < this.dimensions; i++) {
      values[i] = (vector[i] as number) - (this.#mean[i] as number);
    }
    this.#rotation.apply(values);
    const buffer = this.#memory.buffer;
    const lane = index % lanes;
    const code = new Uint8Array(
      buffer,
      this.#at.codes + ((index - lane) * this.#padded) / 8 + (lane % 16),
    );
    const half = lane < 16 ? 1 : 16;
    const bytes = new Int8Array(buffer, this.#at.bytes + index * this.#padded);
    let sum = 0;
    let squares = 0;
    let max = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      const size = Math.abs(value);
      sum += size;
      squares += value * value;
      if (size > max) max = size;
      if (value > 0) {
        const at = (i >> 2) * 16;
        code[at] = (code[at] as number) + half * (1 << (i & 3));
      }
    }
    if (!Number.isFinite(squares)) throw new RangeError(`vector ${index} holds no finite numbers`);
    const scale = max / 127;
    const inverse = max > 0 ? 127 / max : 0;
    for (let i = 0; i < values.length; i++) bytes[i] = Math.round((values[i] as number) * inverse);
    this.#scales[index] = scale;
    new Float32Array(buffer, this.#at.factors)[index] = sum > 0 ? squares / sum : 0;
    this.#count += 1;
  }

  /** What one bit a dimension says of each dot product with a rotated query, the centre's share left out. */
  #estimate(query: Float32Array): Float32Array {
    const groups = this.#padded / 4;
    const { tables, codes, factors, out } = this.#at;
    // A one stands for +, a zero for -: what each four bits make of the query's four values.
    const sums = new Float32Array(groups * 16);
    let bias = 0;
    let widest = 0;
    for (let group = 0; group < groups; group++) {
      const [a, b, c, d] = query.subarray(group * 4, group * 4 + 4) as unknown as number[];
      const least =
        -Math.abs(a as number) -
        Math.abs(b as number) -
        Math.abs(c as number) -
        Math.abs(d as number);
      for (let bits = 0; bits < 16; bits++) {
        const sum =
          (bits & 1 ? 1 : -1) * (a as number) +
          (bits & 2 ? 1 : -1) * (b as number) +
          (bits & 4 ? 1 : -1) * (c as number) +
          (bits & 8 ? 1 : -1) * (d as number);
        sums[group * 16 + bits] = sum - least;
      }
      bias += least;
      widest = Math.max(widest, -2 * least);
    }
    // Two entries in a byte, all of them in 16 bits: what the scan adds up.
    const step = widest / Math.min(127, Math.floor(65_535 / groups)) || 1;
    const table = new Uint8Array(this.#memory.buffer, tables, sums.length);
    for (let i = 0; i < sums.length; i++) table[i] = Math.round((sums[i] as number) / step);
    this.#kernel.scan(
      codes,
      factors,
      Math.ceil(this.count / lanes),
      groups / 2,
      tables,
      out,
      step,
      bias,
    );
    return new Float32Array(this.#memory.buffer, out, this.count);
  }

  #all(): Uint32Array {
    const rows = new Uint32Array(this.#memory.buffer, this.#at.rows, this.count);
    for (let i = 0; i < rows.length; i++) rows[i] = i;
    return rows;
  }

  /** At least `wanted` numbers of the greatest estimates, in their order of building. */
  #best(estimates: Float32Array, wanted: number): Uint32Array {
    const rows = new Uint32Array(this.#memory.buffer, this.#at.rows, this.count);
    // Where the threshold lies is read off a sample; when too few pass it, it is lowered.
    const stride = Math.max(1, Math.floor(this.count / 16_384));
    const sample = new Float32Array(Math.floor(this.count / stride));
    for (let i = 0; i < sample.length; i++) sample[i] = estimates[i * stride] as number;
    for (let share = (1.15 * wanted) / this.count; ; share *= 1.5) {
      const threshold = nthGreatest(sample, Math.ceil(share * sample.length) + 1);
      let found = 0;
      for (let i = 0; i < estimates.length; i++) {
        if ((estimates[i] as number) >= threshold) rows[found++] = i;
      }
      if (found >= wanted) return rows.subarray(0, found);
    }
  }

  /** The dot products by 8 bits a dimension of a rotated query with `rows`, which stand in the kernel's memory. */
  #measured(query: Float32Array, rows: Uint32Array): Float64Array {
    const scaled = new Int16Array(this.#memory.buffer, this.#at.query, this.#padded);
    let max = 0;
    for (const value of query) max = Math.max(max, Math.abs(value));
    const scale = max / queryMax || 1;
    for (let i = 0; i < query.length; i++) scaled[i] = Math.round((query[i] as number) / scale);
    const { bytes, rows: list, query: at, out } = this.#at;
    this.#kernel.dots(bytes, list, rows.length, this.#padded, at, out);
    const dots = new Int32Array(this.#memory.buffer, out, rows.length);
    const scores = new Float64Array(rows.length);
    for (let i = 0; i < scores.length; i++) {
      scores[i] = (dots[i] as number) * scale * (this.#scales[rows[i] as number] as number);
    }
    return scores;
  }

  /** How many candidates hold the neighbours of vectors of the index itself. */
  #measure(): number {
    const random = seededRandom("probes");
    const ranks: number[] = [];
    for (let probe = 0; probe < probes; probe++) {
      const own = random.below(this.count);
      const bytes = new Int8Array(this.#memory.buffer, this.#at.bytes + own * this.#padded);
      const query = Float32Array.from(bytes.subarray(0, this.#padded));
      const all = this.#all();
      const near = topOf(all, this.#measured(query, all), probeNeighbours + 1);
      const estimates = this.#estimate(query);
      const limits = near
        .filter(({ index }) => index !== own)
        .map(({ index }) => estimates[index] as number);
      for (const limit of limits) {
        let before = 0;
        for (let i = 0; i < estimates.length; i++) if ((estimates[i] as number) > limit) before++;
        ranks.push(before);
      }
    }
    // Not the last of them: among evenly spread vectors one straggler would double the work of every search.
    ranks.sort((a, b) => a - b);
    const needed = ranks[Math.floor(0.99 * (ranks.length - 1))] as number;
    return Math.min(this.count, Math.max(200, 2 * needed));
  }
}

type Layout = Record<
  "tables" | "query" | "factors" | "rows" | "out" | "codes" | "bytes" | "end",
  number
>;

/** Where everything stands in the kernel's memory, in bytes. Throws RangeError beyond 4 GiB. */
function layout(count: number, padded: number): Layout {
  let end = 0;
  const take = (bytes: number) => {
    const at = end;
    end = Math.ceil((end + bytes) / 16) * 16;
    return at;
  };
  const scanned = Math.ceil(count / lanes) * lanes;
  const places = {
    tables: take(padded * 4),
    query: take(padded * 2),
    factors: take(scanned * 4),
    rows: take(count * 4),
    out: take(scanned * 4),
    codes: take((scanned * padded) / 8),
    bytes: take(count * padded),
  };
  if (end > 2 ** 32 - page) {
    throw new RangeError(`${count} vectors of ${padded} dimensions do not fit 4 GiB of memory`);
  }
  return { ...places, end };
}

function meanOf(vectors: Float32Array, dimensions: number): Float32Array {
  const count = vectors.length / dimensions;
  const used = Math.min(count, forMean);
  const mean = new Float64Array(dimensions);
  for (let one = 0; one < used; one++) {
    // Evenly over all of them: neighbours in order may be alike.
    const start = Math.floor((one * count) / used) * dimensions;
    for (let i = 0; i < dimensions; i++) mean[i] = (mean[i] as number) + (vectors[start + i] ?? 0);
  }
  return Float32Array.from(mean, (sum) => sum / Math.max(1, used));
}
