import type { ConversationBody } from "#lib/core/conversation.ts";
import { AssayError } from "#lib/core/errors.ts";
import { conversationFacts } from "./conversation-facts.ts";
import type { Exporter, TableExporter, TextExporter } from "./exporters/exporter.ts";
import { type ExportFormat, exporters } from "./exporters.ts";
import { RowWriter } from "./parquet/row-writer.ts";

/** Characters gathered before they are handed on. */
const chunkCharacters = 64 * 1024;

/** What an export wrote and what its format could not carry, by reason. Filled while the export is read. */
export type ExportTally = { written: number; skipped: number; reasons: Record<string, number> };

export function newTally(): ExportTally {
  return { written: 0, skipped: 0, reasons: {} };
}

/**
 * Text or bytes of an export file in chunks. Importing it again gives conversations with the same hashes; a conversation that
 * the format cannot carry without loss is left out and counted in `tally`. Throws `invalid_input` for an unknown format.
 */
export async function* exportConversations(
  bodies: AsyncIterable<ConversationBody> | Iterable<ConversationBody>,
  format: ExportFormat,
  tally: ExportTally,
): AsyncGenerator<string | Uint8Array> {
  const exporter: Exporter | undefined = exporters.find((each) => each.id === format);
  if (!exporter) throw new AssayError("invalid_input", `There is no export format "${format}".`);
  const carried = carriedBy(exporter, bodies, tally);
  yield* "table" in exporter ? writeRows(exporter, carried) : writeText(exporter, carried);
}

/** Conversations that the format can carry; the others are counted. */
async function* carriedBy(
  exporter: Exporter,
  bodies: AsyncIterable<ConversationBody> | Iterable<ConversationBody>,
  tally: ExportTally,
): AsyncGenerator<ConversationBody> {
  for await (const body of bodies) {
    const reason = exporter.refuses(body);
    if (reason === undefined) {
      tally.written++;
      yield body;
    } else {
      tally.skipped++;
      tally.reasons[reason] = (tally.reasons[reason] ?? 0) + 1;
    }
  }
}

async function* writeRows(exporter: TableExporter, bodies: AsyncIterable<ConversationBody>) {
  const writer = new RowWriter(exporter.table);
  for await (const body of bodies) {
    const group = writer.add(exporter.row(body), conversationFacts(body).characters);
    if (group) yield group;
  }
  yield writer.end();
}

async function* writeText(exporter: TextExporter, bodies: AsyncIterable<ConversationBody>) {
  let text = exporter.header ?? "";
  let number = 0;
  for await (const body of bodies) {
    number++;
    text += exporter.write(body, number);
    if (text.length >= chunkCharacters) {
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}
