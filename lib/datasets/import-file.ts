import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { ProjectHandle } from "#db/handle.ts";
import { addMembers, changeDataset } from "#db/queries/datasets.ts";
import type { OwnedRun } from "../runs/own-run.ts";
import { loadLanguageDetector } from "../safety/language.ts";
import type { Services } from "../services.ts";
import { canonicalJson } from "./formats/canonical-json.ts";
import type { ColumnMapping } from "./formats/column-mapping.ts";
import { chooseImporter, rankFormats } from "./formats/detect.ts";
import { readImport } from "./formats/read-import.ts";
import { sampleOfSource } from "./formats/sample.ts";
import { openSource } from "./formats/source.ts";
import { type Counts, emptyBatch, prepareItem, saveBatch } from "./import-batch.ts";
import { type ImportRunInput, requireSource, sourcePath } from "./start-import.ts";

/** Records a commit: small enough that a kill costs little, large enough that commits cost little. */
const batchRecords = 2048;
/** The first commit is small: its rows can be looked at while the rest is read. */
const firstRecords = 50;
/** Or this much text, so that a batch of long conversations stays small in memory. */
const batchCharacters = 4_000_000;
/** Reading pauses this often, so that the batch that is being written goes on. */
const restEveryMs = 4;

/**
 * Streams a file into conversations and occurrences, a batch a transaction with the run's checkpoint, then makes the
 * dataset's next version in one statement. Killed anywhere, a new attempt goes on after the last committed record;
 * no row is lost or doubled, because conversations are unique by hash and occurrences by record.
 */
export async function importFile(
  owned: OwnedRun,
  handle: ProjectHandle,
  services: Services,
  input: ImportRunInput,
  signal: AbortSignal,
): Promise<void> {
  const file = await requireSource(handle, input.sourceId);
  const path = await sourcePath(services, file);
  const counts = startCounts(owned.run.checkpoint);
  const { format, columns, rows } = await readingOf(path, file.fileName, input);
  let bytesRead = 0;
  const items = readImport(
    () => {
      const stream = createReadStream(path, { highWaterMark: 256 * 1024 });
      return stream.map((chunk: Buffer) => {
        bytesRead += chunk.length;
        return chunk;
      });
    },
    {
      fileName: file.fileName,
      path,
      format,
      ...(columns ? { columns } : {}),
      skipRecords: counts.lastRecord,
    },
  );
  const reading = readingDigest(format, columns);
  const detect = await loadLanguageDetector();
  const target = { owned, handle, sourceId: file.id, reading };
  const total = (after: Counts) => rows ?? estimate(after, bytesRead, file.bytes);
  let batch = emptyBatch();
  let full = firstRecords;
  let saving: Promise<void> = Promise.resolve();
  // The database writes one batch while the next is read and hashed; no third waits in memory.
  const flush = async () => {
    const prepared = batch;
    batch = emptyBatch();
    full = batchRecords;
    await saving;
    saving = saveBatch(target, prepared, counts, total);
    // Whoever awaits it next gets its error; until then nobody has left it unheard.
    saving.catch(() => {});
  };
  let rested = performance.now();
  try {
    for await (const item of items) {
      signal.throwIfAborted();
      prepareItem(batch, item, detect);
      if (batch.read >= full || batch.characters >= batchCharacters) await flush();
      // A batch is several questions to the database: the next one is asked when the answer before it is heard.
      if (performance.now() - rested < restEveryMs) continue;
      await setImmediate();
      rested = performance.now();
    }
    if (batch.read > 0) await flush();
  } finally {
    await saving;
  }
  await finish(owned, handle, input, file.id, file.fileName, reading, format, counts);
}

/**
 * How the file is read: what was confirmed, else what its start tells. `rows`: how many it has, where it says so.
 * Throws unsupported_format.
 */
async function readingOf(
  path: string,
  fileName: string,
  given: Pick<ImportRunInput, "format" | "columns">,
): Promise<{ format: string; columns: ColumnMapping | undefined; rows: number | undefined }> {
  const opened = await openSource(() => createReadStream(path), { path });
  const rows = opened.table?.rows;
  try {
    if (given.format !== undefined && (given.format !== "csv" || given.columns)) {
      return { format: given.format, columns: given.columns, rows };
    }
    const sample = sampleOfSource(opened, fileName);
    const format = chooseImporter(given.format, sample).id;
    // A guessed mapping is written out: guessed or confirmed, the same reading is the same records.
    const guessed = rankFormats(sample).find((one) => one.format === format)?.columns;
    return { format, columns: given.columns ?? guessed, rows };
  } finally {
    await opened.close();
  }
}

function startCounts(checkpoint: Record<string, unknown> | null): Counts {
  const {
    read = 0,
    errors = 0,
    conversations = 0,
    lastRecord = 0,
  } = (checkpoint as Partial<Counts> | null) ?? {};
  return { read, errors, conversations, lastRecord };
}

/** Records in the whole file, from the share of bytes read so far. */
function estimate(counts: Counts, bytesRead: number, bytes: number): number {
  return bytesRead >= bytes
    ? counts.read
    : Math.round((counts.read / Math.max(bytesRead, 1)) * bytes);
}

function readingDigest(format: string, columns: ColumnMapping | undefined): string {
  return createHash("sha256")
    .update(canonicalJson([format, columns ?? null]))
    .digest("hex")
    .slice(0, 16);
}

/** One version for the whole file, with the run's end in the same transaction. */
async function finish(
  owned: OwnedRun,
  handle: ProjectHandle,
  input: ImportRunInput,
  sourceId: number,
  fileName: string,
  reading: string,
  format: string,
  counts: Counts,
): Promise<void> {
  const summary = `Imported ${fileName}`;
  await handle.transaction(async (tx) => {
    await owned.assertOwned(tx.db);
    const outcome = await changeDataset(
      tx,
      input.datasetId,
      { act: "import", summary, runId: owned.id },
      async (inner, version) => ({
        added: await addMembers(
          inner,
          input.datasetId,
          version,
          sql`select o.conversation_id as id from occurrence o join conversation c on c.id = o.conversation_id
            where o.source_id = ${sourceId} and o.reading = ${reading} and c.erased_at is null
            group by o.conversation_id order by min(o.record_number), o.conversation_id`,
        ),
        removed: 0,
      }),
    );
    await owned.succeed(tx.db, {
      dataset: input.dataset,
      datasetId: input.datasetId,
      version: outcome.version,
      format,
      read: counts.read,
      added: outcome.added,
      duplicates: counts.conversations - outcome.added,
      errors: counts.errors,
    });
  });
}
