import { describe, expect, it } from "vitest";
import { seededRandom } from "#lib/stats/random.ts";
import { Rotation } from "./rotation.ts";
import { VectorIndex } from "./vector-index.ts";

const k = 10;

describe("nearest neighbours", () => {
  it.each([
    ["spread evenly", 15_000, 384, 0],
    ["in clusters", 15_000, 384, 50],
    ["of a number of dimensions that is no multiple of 128", 3_000, 300, 0],
    ["of more dimensions", 11_000, 768, 200],
  ])("are those of an exact scan, of vectors %s", (_, count, dimensions, clusters) => {
    const { vectors, draw } = made(count, dimensions, clusters);
    const index = VectorIndex.build(vectors, dimensions);
    const one = (i: number) => vectors.subarray(i * dimensions, (i + 1) * dimensions);
    let found = 0;
    for (let round = 0; round < 30; round++) {
      const query = draw();
      const truth = exact(vectors, query);
      const last = truth[k - 1] as number;
      // As its users do: a few more than are wanted, and the vectors themselves decide.
      for (const { index: row, score } of index.search(query, 4 * k)) {
        const exactly = dot(query, one(row));
        expect(Math.abs(score - exactly)).toBeLessThan(0.003);
        if (exactly >= last) found += 1;
      }
    }
    expect(found / (30 * k)).toBeGreaterThanOrEqual(0.98);
  });

  it("are looked for among few when there are many", () => {
    const { vectors } = made(15_000, 128, 100);
    expect(VectorIndex.build(vectors, 128).candidates).toBeLessThan(5_000);
  });

  it("of equal vectors come by number, and there are no more than vectors", () => {
    const same = Float32Array.from({ length: 4 * 3 }, (_, i) => [1, 2, 2][i % 3] as number);
    const near = VectorIndex.build(same, 3).search(Float32Array.of(1, 0, 0), 9);
    expect(near.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(near[0]?.score).toBeCloseTo(1, 5);
    expect(VectorIndex.build(new Float32Array(0), 3).search(Float32Array.of(1, 0, 0), 9)).toEqual(
      [],
    );
  });

  it("are refused for what is no vector", () => {
    expect(() => VectorIndex.build(new Float32Array(7), 3)).toThrow(/7 values are no vectors of 3/);
    expect(() => VectorIndex.build(Float32Array.of(1, Number.NaN), 2)).toThrow(/no finite/);
    const index = VectorIndex.build(Float32Array.of(1, 0), 2);
    expect(() => index.search(new Float32Array(3), 1)).toThrow(/3 values for vectors of 2/);
    expect(() => index.add([1, 0])).toThrow(/1 of 2 are expected/);
  });
});

describe("the rotation", () => {
  it("keeps dot products, and spreads what stands in one dimension over all", () => {
    const rotation = new Rotation(384);
    const { vectors } = made(2, 384, 0);
    const [a, b] = [vectors.slice(0, 384), vectors.slice(384)];
    const before = dot(a, b);
    rotation.apply(a);
    rotation.apply(b);
    expect(dot(a, b)).toBeCloseTo(before, 5);
    const single = new Float32Array(384);
    single[7] = 1;
    rotation.apply(single);
    expect(Math.max(...single.map(Math.abs))).toBeLessThan(0.3);
  });
});

/** Vectors of length 1, evenly over all directions or about `clusters` of them; `draw` makes one more of the kind. */
function made(count: number, dimensions: number, clusters: number) {
  const random = seededRandom(`${count} ${clusters}`);
  const gaussian = () => unit(Float32Array.from({ length: dimensions }, () => random.gaussian()));
  const centres = Array.from({ length: clusters }, gaussian);
  const draw = () => {
    const own = gaussian();
    const centre = centres[random.below(Math.max(1, clusters))];
    return centre ? unit(own.map((value, i) => 0.6 * value + (centre[i] as number))) : own;
  };
  const vectors = new Float32Array(count * dimensions);
  for (let i = 0; i < count; i++) vectors.set(draw(), i * dimensions);
  return { vectors, draw };
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
}

/** All dot products, the greatest first. */
function exact(vectors: Float32Array, query: Float32Array): Float64Array {
  const dimensions = query.length;
  return Float64Array.from({ length: vectors.length / dimensions }, (_, i) =>
    dot(query, vectors.subarray(i * dimensions, (i + 1) * dimensions)),
  )
    .sort()
    .reverse();
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
