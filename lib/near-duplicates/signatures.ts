import { z } from "zod";
import { AssayError } from "#lib/core/errors.ts";
import { type SignatureSettings, signatureSettings } from "./settings.ts";
import { createShingler } from "./shingles.ts";
import { createSketcher } from "./sketch.ts";

/** Row r is the text `ids[r]`; its signature is `permutations` bytes from r × permutations. */
export type Signatures = {
  readonly settings: SignatureSettings;
  readonly count: number;
  /** Adds a text, or nothing when its id is there: false. Empty texts are kept but pair with none. */
  addText(id: number, text: string): boolean;
  /** Adds the signature that `signText` made of a text, elsewhere; the same rules. Throws invalid_input for another width. */
  addSignature(id: number, signature: Uint8Array): boolean;
  has(id: number): boolean;
  idAt(row: number): number;
  /** All signatures, one after the other. A view: valid until the next text is added. */
  bytes(): Uint8Array;
  /** Keeps the rows whose id is wanted, in order; returns how many went. */
  retain(wanted: (id: number) => boolean): number;
  /** Settings, ids and signatures: 272 bytes a text by default. `readSignatures` is the way back. */
  toBuffer(): Buffer;
};

const magic = "assay-near-duplicates-1\n";

const header = z
  .string()
  .regex(/^[^{]*\{[^{}]*\}$/)
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue("it is no JSON");
      return z.NEVER;
    }
  })
  .pipe(z.strictObject({ ...signatureSettings.shape, count: z.int().min(0) }));

/** Signatures that grow text by text, in an arena that doubles: 1M texts take about 0.3 GB and no shingle is kept. */
export function createSignatures(options: Partial<SignatureSettings> = {}): Signatures {
  return withRows(signatureSettings.parse(options), [], new Uint8Array(0));
}

/** Throws invalid_input when the bytes are no signatures, or cut short. */
export function readSignatures(buffer: Buffer): Signatures {
  const head = buffer.indexOf("\n", magic.length);
  const damaged = () =>
    new AssayError(
      "invalid_input",
      "The stored signatures cannot be read. Nothing was changed; compute them again from the texts.",
    );
  if (head < 0 || buffer.subarray(0, magic.length).toString("latin1") !== magic) throw damaged();
  const parsed = header.safeParse(buffer.subarray(magic.length, head).toString("latin1"));
  if (!parsed.success) throw damaged();
  const { count, ...settings } = parsed.data;
  const body = buffer.subarray(head + 1);
  if (body.length !== count * (8 + settings.permutations)) throw damaged();
  const ids = Array.from({ length: count }, (_, row) => body.readDoubleLE(row * 8));
  return withRows(settings, ids, body.subarray(count * 8));
}

/** The signature of one text, `permutations` bytes. Made once for many texts. */
export function signText(options: Partial<SignatureSettings> = {}): (text: string) => Uint8Array {
  const { permutations, shingle, seed } = signatureSettings.parse(options);
  const shingles = createShingler(shingle, seed);
  const sketch = createSketcher(permutations);
  return (text) => {
    const signature = new Uint8Array(permutations);
    sketch(shingles(text), signature, 0);
    return signature;
  };
}

function withRows(settings: SignatureSettings, known: number[], given: Uint8Array): Signatures {
  const width = settings.permutations;
  const shingle = createShingler(settings.shingle, settings.seed);
  const sketch = createSketcher(width);
  let ids = known;
  let rowIds = new Set(ids);
  let arena = new Uint8Array(Math.max(1024 * width, given.length));
  arena.set(given);
  /** Notes an id and makes room for its signature; where that begins. */
  const place = (id: number): number => {
    const at = ids.length * width;
    if (at + width > arena.length) {
      const larger = new Uint8Array(arena.length * 2);
      larger.set(arena);
      arena = larger;
    }
    ids.push(id);
    rowIds.add(id);
    return at;
  };

  return {
    settings,
    get count() {
      return ids.length;
    },
    addText(id, text) {
      if (rowIds.has(id)) return false;
      const shingles = shingle(text);
      const at = place(id);
      sketch(shingles, arena, at);
      return true;
    },
    addSignature(id, signature) {
      if (signature.length !== width) {
        throw new AssayError(
          "invalid_input",
          `A signature of ${signature.length} bytes came where ${width} are compared. Nothing was changed; compute it again from the text.`,
        );
      }
      if (rowIds.has(id)) return false;
      const at = place(id);
      arena.set(signature, at);
      return true;
    },
    has: (id) => rowIds.has(id),
    idAt: (row) => ids[row] as number,
    bytes: () => arena.subarray(0, ids.length * width),
    retain(wanted) {
      const kept: number[] = [];
      for (const [row, id] of ids.entries()) {
        if (!wanted(id)) continue;
        arena.copyWithin(kept.length * width, row * width, (row + 1) * width);
        kept.push(id);
      }
      const gone = ids.length - kept.length;
      ids = kept;
      rowIds = new Set(kept);
      return gone;
    },
    toBuffer() {
      const head = `${magic}${JSON.stringify({ ...settings, count: ids.length })}\n`;
      const idBytes = Buffer.alloc(ids.length * 8);
      for (const [row, id] of ids.entries()) idBytes.writeDoubleLE(id, row * 8);
      return Buffer.concat([
        Buffer.from(head, "latin1"),
        idBytes,
        arena.subarray(0, ids.length * width),
      ]);
    },
  };
}
