/** Rows of equal width in one block of memory. */
export type Matrix = { rows: number; width: number; values: Float32Array };

/** Called often in long work: lets other work of this process go on, and throws when the run is to stop. */
export type Pause = () => Promise<void>;

export const createMatrix = (rows: number, width: number): Matrix => ({
  rows,
  width,
  values: new Float32Array(rows * width),
});

export const rowOf = ({ values, width }: Matrix, row: number): Float32Array =>
  values.subarray(row * width, (row + 1) * width);

/** The inner product: of vectors of length 1, their cosine. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number);
  return sum;
}

/** The inner product of each row with a vector, written into `into`. One loop over the block: no row is cut out of it. */
export function dotRows(
  { rows, width, values }: Matrix,
  vector: Float32Array,
  into: Float32Array,
): void {
  for (let row = 0, from = 0; row < rows; row++, from += width) {
    let sum = 0;
    for (let at = 0; at < width; at++)
      sum += (values[from + at] as number) * (vector[at] as number);
    into[row] = sum;
  }
}

/** Makes a vector one of length 1, in place; a vector of nothing stays so. */
export function normalise(vector: Float32Array): void {
  const length = Math.sqrt(dot(vector, vector));
  if (length === 0) return;
  for (let at = 0; at < vector.length; at++) vector[at] = (vector[at] as number) / length;
}

/** The rows of these numbers, copied. */
export function pickRows(from: Matrix, rows: ArrayLike<number>): Matrix {
  const picked = createMatrix(rows.length, from.width);
  for (let at = 0; at < rows.length; at++) {
    picked.values.set(rowOf(from, rows[at] as number), at * from.width);
  }
  return picked;
}

/** `count` different numbers below `total`, ascending: the same for the same random numbers (Floyd's algorithm). */
export function drawRows(total: number, count: number, random: () => number): Int32Array {
  if (count >= total) return Int32Array.from({ length: total }, (_, row) => row);
  const drawn = new Set<number>();
  for (let top = total - count; top < total; top++) {
    const one = Math.floor(random() * (top + 1));
    drawn.add(drawn.has(one) ? top : one);
  }
  return Int32Array.from(drawn).sort();
}
