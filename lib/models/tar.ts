/** One file of an archive. `bytes` must be what `chunks` gives. */
export type TarFile = { name: string; bytes: number; chunks: AsyncIterable<Uint8Array> };

const block = 512;
const padding = (bytes: number) => (block - (bytes % block)) % block;

/** Bytes of the whole archive, known before anything is read. */
export const tarBytes = (sizes: readonly number[]): number =>
  sizes.reduce((sum, bytes) => sum + block + bytes + padding(bytes), 2 * block);

/**
 * A POSIX ustar archive, streamed. Times, owners and modes are fixed: equal files give equal bytes.
 * @throws RangeError for a name that does not fit, or when a file is not as long as it was said to be
 */
export async function* writeTar(files: Iterable<TarFile>): AsyncGenerator<Uint8Array> {
  for (const { name, bytes, chunks } of files) {
    yield header(name, bytes);
    let written = 0;
    for await (const chunk of chunks) {
      written += chunk.byteLength;
      if (written > bytes) break;
      yield chunk;
    }
    if (written !== bytes)
      throw new RangeError(`${name} has not the ${bytes} bytes it should have`);
    yield Buffer.alloc(padding(bytes));
  }
  yield Buffer.alloc(2 * block);
}

function header(name: string, bytes: number): Buffer {
  const head = Buffer.alloc(block);
  const [prefix, last] = splitName(name);
  head.write(last, 0);
  head.write(`0000644\0${"0000000\0".repeat(2)}`, 100);
  writeSize(head, bytes);
  head.write("00000000000\0", 136);
  head.fill(" ", 148, 156);
  head.write("0", 156);
  head.write("ustar\x0000", 257);
  head.write(prefix, 345);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return head;
}

/** Octal up to 8 GiB; above that base 256 with its first bit set, as GNU tar and POSIX readers take it. */
function writeSize(head: Buffer, bytes: number): void {
  if (bytes < 8 ** 11) {
    head.write(`${bytes.toString(8).padStart(11, "0")}\0`, 124);
    return;
  }
  head.writeBigUInt64BE(BigInt(bytes), 128);
  head[124] = 0x80;
}

/** 100 bytes of name, and 155 more before a slash. */
function splitName(name: string): [prefix: string, last: string] {
  if (Buffer.byteLength(name) <= 100) return ["", name];
  for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1)) {
    const [prefix, last] = [name.slice(0, at), name.slice(at + 1)];
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(last) <= 100) return [prefix, last];
  }
  throw new RangeError(`${name} is too long a name for an archive`);
}
