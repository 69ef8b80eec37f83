/**
 * Vectors as they are stored: cut to length 1, half precision, little end first. Half the bytes of float32 keeps a row of
 * up to 1,000 dimensions inside its page, and a cosine of two such vectors is off by less than 0.001.
 */

/** Whether a vector points somewhere: a text in which a model knows no word may be all zeros. */
export function hasDirection(vector: readonly number[]): boolean {
  return vector.some((value) => value !== 0);
}

/** Throws TypeError for a vector without a direction: zeros, or what is no number. */
export function packVector(vector: ArrayLike<number>): Uint8Array {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += Number(vector[i]) ** 2;
  const norm = Math.sqrt(squares);
  if (!(norm > 0) || !Number.isFinite(norm)) throw new TypeError("the vector has no direction");
  const view = new DataView(new ArrayBuffer(vector.length * 2));
  for (let i = 0; i < vector.length; i++) view.setFloat16(i * 2, Number(vector[i]) / norm, true);
  return new Uint8Array(view.buffer);
}

export function unpackVector(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const vector = new Float32Array(bytes.byteLength / 2);
  for (let i = 0; i < vector.length; i++) vector[i] = view.getFloat16(i * 2, true);
  return vector;
}
