/** The words of filters and sorts, apart from their schemas: the browser should not load zod to read an address. */

export const labelStates = ["unlabelled", "in-progress", "labelled"] as const;

/** The allow-list of sort columns. */
export const datasetSorts = ["added", "turns", "tokens", "messages", "time"] as const;
export type DatasetSort = (typeof datasetSorts)[number];

/** What rows can be sorted by: beside the columns, how well a search matches. */
export const rowSorts = [...datasetSorts, "relevance"] as const;
export type RowSort = (typeof rowSorts)[number];

/**
 * Times are microseconds since 1970 and stay exact numbers: a row without a time, or with one before 1684, stands before
 * all others, and one after 2255 behind them.
 */
export const unknownTime = -9_007_199_254_740_991;
export const latestTime = 9_007_199_254_740_991;
