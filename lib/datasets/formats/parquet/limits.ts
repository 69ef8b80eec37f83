/** The footer of a file with thousands of row groups is a few MB. */
export const maxFooterBytes = 32 * 1024 * 1024;

/** Columns with their nested fields, each counted. Message lists have about 20. */
export const maxColumns = 1_000;

/** Nested fields; each list is two levels of a Parquet schema. */
export const maxSchemaDepth = 60;

/** A row group is decoded as a whole: so much may its pages hold, compressed and decompressed. */
export const maxGroupBytes = 256 * 1024 * 1024;

/** The same for values: a run of equal ones takes a few bytes in the file and 8 each in memory. */
export const maxGroupValues = 20_000_000;

/** Rows decoded before all others: what a preview and detection look at. */
export const firstRows = 50;

/** What a reading process may take for JavaScript values; a larger row group ends it, and it alone. */
export const readerHeapMb = 1_024;
