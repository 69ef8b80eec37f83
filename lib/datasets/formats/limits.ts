/** One record (line, CSV row, array element) larger than this is reported, not buffered. Real chats stay below 1 MB. */
export const maxRecordBytes = 8 * 1024 * 1024;

/** Nesting of a record whose shape is flat; content, tools and metadata are walked with recursion after it. */
export const maxJsonDepth = 200;

/**
 * Messages on one path. A body nests two JSON levels a message, and what reads it later must hold that depth:
 * the zod schema of a body overflows the stack between 1,500 and 2,000 messages, JSON.parse fails as parse-json.ts says.
 */
export const maxPathMessages = 1_000;

/** Nesting of a tree record: two levels a message and room for what a message holds. */
export const maxTreeJsonDepth = 2 * maxPathMessages + maxJsonDepth;

/** How much of a file is looked at to tell its layout and format. */
export const sampleBytes = 256 * 1024;

/**
 * How much is looked at when that holds no whole record: the longest record and, when it is one too long to be read,
 * another after it.
 */
export const longSampleBytes = 2 * maxRecordBytes;

/** Records of the sample that detection looks at. */
export const sampleRecords = 50;

/** A message longer than this is accepted with a warning: it is more often a fault than an answer. */
export const longMessageCharacters = 20_000;

/** What an error row shows of its source. */
export const excerptCharacters = 200;
