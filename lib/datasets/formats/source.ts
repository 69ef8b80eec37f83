import { checkBytes } from "./check-bytes.ts";
import { gunzip } from "./gunzip.ts";
import { layoutOf } from "./layout.ts";
import { longSampleBytes, sampleBytes } from "./limits.ts";
import { openParquet } from "./parquet/open-parquet.ts";
import type { Layout } from "./port.ts";
import { EndsEarly } from "./row-fault.ts";
import { recordsOf } from "./sample.ts";

const parquetMagic = "PAR1";

/** Opens the file from its start; called again for each reading. */
export type OpenStream = () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>;

/** Where the file lies on disk: Parquet is read from its end, which a stream cannot do. */
export type OnDisk = {
  path: string;
  /** Rows of a Parquet file that need not be decoded; they come as empty lines. */
  skipRows?: number;
};

/** Decompressed bytes of a file, without byte order mark; the rows of a Parquet file as JSON Lines. */
export type Source = {
  /** The first bytes, up to 256 KiB, or up to 16 MiB until a record is whole; also the first bytes of `chunks`. */
  head: Buffer;
  layout: Layout;
  /** Bytes of byte order mark left out before `head`: added to offsets shown to people. */
  bomBytes: number;
  /** What a Parquet file says of itself; absent for text. */
  table?: { columns: string[]; rows: number };
  /** Readable once. Throws EndsEarly after the last bytes when compressed data is cut or damaged. */
  chunks: AsyncIterable<Buffer>;
};

/**
 * Opens a file for import: gunzips by magic bytes (never by name), drops a UTF-8 byte order mark, refuses what
 * is not text. A Parquet file is read from `disk`. Throws `invalid_input` for an empty file and for damaged Parquet,
 * `unsupported_format` for UTF-16 and other known binary formats. The stream is closed when `chunks` is read to its end or left early; `close` is for not reading it.
 */
export async function openSource(
  open: OpenStream,
  disk?: OnDisk,
): Promise<Source & { close(): Promise<void> }> {
  const raw = await peek(buffers(await open()), parquetMagic.length);
  if (disk && raw.head().toString("latin1", 0, parquetMagic.length) === parquetMagic) {
    await raw.close();
    return openRows(disk);
  }
  const [first, second] = raw.head();
  const zipped = first === 0x1f && second === 0x8b;
  const plain = await peek(zipped ? gunzip(raw.all()) : raw.all(), sampleBytes);
  try {
    const bomBytes = checkBytes(plain.head(), plain.failure());
    const { head, layout } = await sampleFrom(plain, bomBytes);
    return {
      head,
      bomBytes,
      layout,
      chunks: withoutFirst(plain.all(), bomBytes),
      close: plain.close,
    };
  } catch (error) {
    await plain.close();
    throw error;
  }
}

async function openRows(disk: OnDisk): Promise<Source & { close(): Promise<void> }> {
  const { columns, rows, chunks } = await openParquet(disk.path, disk.skipRows ?? 0);
  const lines = await peek(chunks, 1);
  return {
    head: lines.head().subarray(0, longSampleBytes),
    layout: "lines",
    bomBytes: 0,
    table: { columns, rows },
    chunks: lines.all(),
    close: lines.close,
  };
}

/** The start of the text, with one whole record in it when a reasonable length holds one. */
async function sampleFrom(plain: Peeked, bomBytes: number) {
  for (let size = sampleBytes; ; size *= 4) {
    const head = plain.head().subarray(bomBytes, size);
    const layout = layoutOf(head);
    const isEnough = layout === "text" || size >= longSampleBytes || plain.head().length < size;
    if (isEnough || recordsOf(head, layout).length > 0) return { head, layout };
    await plain.more(size * 4);
  }
}

async function* buffers(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    yield Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}

type Peeked = Awaited<ReturnType<typeof peek>>;

/**
 * Reads until `bytes` are there, or `more` until so many are; `all` then gives them again and goes on. An early end is
 * kept for after the data.
 */
async function peek(stream: AsyncGenerator<Buffer>, bytes: number) {
  const held: Buffer[] = [];
  let size = 0;
  let failure: EndsEarly | undefined;
  async function more(wanted: number): Promise<void> {
    while (size < wanted && !failure) {
      try {
        const next = await stream.next();
        if (next.done) break;
        held.push(next.value);
        size += next.value.length;
      } catch (error) {
        if (!(error instanceof EndsEarly)) throw error;
        failure = error;
      }
    }
  }
  await more(bytes);
  async function* all(): AsyncGenerator<Buffer> {
    try {
      yield* held.splice(0);
      if (failure) throw failure;
      yield* stream;
    } finally {
      await stream.return(undefined);
    }
  }
  return {
    head: () => Buffer.concat(held),
    failure: () => failure,
    more,
    all,
    close: async () => void (await stream.return(undefined)),
  };
}

async function* withoutFirst(chunks: AsyncIterable<Buffer>, bytes: number) {
  let left = bytes;
  for await (const chunk of chunks) {
    const rest = left === 0 ? chunk : chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
    if (rest.length > 0) yield rest;
  }
}
