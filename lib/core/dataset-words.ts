/** The words of filters and sorts, apart from their schemas: the browser should not load zod to read an address. */

export const labelStates = ["unlabelled", "in-progress", "labelled"] as const;

/** The allow-list of sort columns. */
export const datasetSorts = ["added", "turns", "tokens", "messages"] as const;
export type DatasetSort = (typeof datasetSorts)[number];

/** What rows can be sorted by: beside the columns, how well a search matches. */
export const rowSorts = [...datasetSorts, "relevance"] as const;
export type RowSort = (typeof rowSorts)[number];
