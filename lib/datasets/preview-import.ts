import { createReadStream } from "node:fs";
import { z } from "zod";
import { type ConversationBody, conversationBodySchema } from "../core/conversation.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { defineOperation } from "../operation.ts";
import { columnMappingSchema } from "./formats/column-mapping.ts";
import { conversationFacts } from "./formats/conversation-facts.ts";
import { importers } from "./formats/importers.ts";
import { type ImportPreview, previewImport as readPreview } from "./formats/preview-import.ts";
import { requireSource, sourcePath } from "./start-import.ts";

/** Records a preview reads: enough to see whether roles and texts are right. */
const previewRecords = 20;
/** Text a preview shows; a file of book-long chats must not become a page of megabytes. */
const previewCharacters = 200_000;

const candidateOutput = z.object({
  format: z.string(),
  label: z.string(),
  confidence: z.number(),
  reason: z.string(),
  headers: z.array(z.string()).optional(),
  columns: columnMappingSchema.optional(),
});

export const previewOutput = z.object({
  source: z.number(),
  fileName: z.string(),
  bytes: z.number(),
  /** The format it was read with; null when none was recognised and `problem` says why. */
  format: z.string().nullable(),
  label: z.string().nullable(),
  problem: z.string().nullable(),
  candidates: z.array(candidateOutput),
  /** Every format that can be named. */
  formats: z.array(z.object({ id: z.string(), label: z.string() })),
  conversations: z.array(
    z.object({
      recordNumber: z.number(),
      body: conversationBodySchema,
      metadata: z.record(z.string(), z.unknown()),
      warnings: z.array(z.string()),
    }),
  ),
  /** Conversations read but too long to be shown here. */
  hidden: z.number(),
  errors: z.array(
    z.object({
      recordNumber: z.number(),
      line: z.number().nullable(),
      reason: z.string(),
      excerpt: z.string(),
    }),
  ),
  /** Records looked at; more follow when `more`. */
  read: z.number(),
  more: z.boolean(),
});
type Preview = z.input<typeof previewOutput>;

/** The first records of an upload as an import would read them; nothing is written. */
export const previewImport = defineOperation({
  name: "imports.preview",
  summary: "What an import of an uploaded file would read: format, first conversations, errors",
  method: "POST",
  path: "/projects/{project}/imports/preview",
  input: z.strictObject({
    project: slugSchema,
    source: idSchema.meta({ file: true, description: "The file; uploaded first" }),
    format: z.string().max(40).optional().meta({ description: "Detected when absent" }),
    columns: columnMappingSchema.optional().meta({ description: "CSV only, as JSON" }),
  }),
  output: previewOutput,
  allow: { project: "dataset.write" },
  positionals: ["source"],
  run: async ({ handle, services }, input) => {
    const file = await requireSource(handle, input.source);
    const path = await sourcePath(services, file);
    const head = { source: file.id, fileName: file.fileName, bytes: file.bytes, formats };
    try {
      const preview = await readPreview(() => createReadStream(path), {
        fileName: file.fileName,
        path,
        format: input.format,
        columns: input.columns,
        limit: previewRecords,
      });
      return { ...head, ...view(preview) };
    } catch (cause) {
      if (input.format !== undefined || !isUnrecognised(cause)) throw cause;
      return { ...head, ...nothingRead, problem: cause.message };
    }
  },
});

const formats = importers.map(({ id, label }) => ({ id, label }));

const nothingRead = {
  format: null,
  label: null,
  candidates: [],
  conversations: [],
  hidden: 0,
  errors: [],
  read: 0,
  more: false,
};

const isUnrecognised = (cause: unknown): cause is AssayError =>
  cause instanceof AssayError && cause.code === "unsupported_format";

function view(preview: ImportPreview): Omit<Preview, "source" | "fileName" | "bytes" | "formats"> {
  const shown: Preview["conversations"] = [];
  let hidden = 0;
  let left = previewCharacters;
  for (const record of preview.records) {
    for (const { body, metadata } of record.conversations) {
      left -= charactersOf(body);
      if (left < 0 && shown.length > 0) hidden += 1;
      else
        shown.push({
          recordNumber: record.recordNumber,
          body,
          metadata,
          warnings: record.warnings ?? [],
        });
    }
  }
  return {
    format: preview.format,
    label: preview.label,
    problem: null,
    candidates: preview.candidates,
    conversations: shown,
    hidden,
    errors: preview.errors.map(({ recordNumber, line, reason, excerpt }) => ({
      recordNumber,
      line: line ?? null,
      reason,
      excerpt,
    })),
    read: preview.read,
    more: preview.read >= previewRecords,
  };
}

const charactersOf = (body: ConversationBody) => conversationFacts(body).characters;
