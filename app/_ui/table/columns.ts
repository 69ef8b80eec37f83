import type { ReactNode } from "react";

export type GridColumn<R> = {
  id: string;
  header: string;
  cell: (row: R) => ReactNode;
  /** Pixels; a column without one takes what is left. */
  width?: number;
  /** Numbers stand right. */
  align?: "right";
  /** Its words are few and short: they are not cut, as numbers are not. */
  fits?: true;
  /** Name by which the server sorts; absent where it does not. */
  sort?: string;
  /** Not shown until somebody chooses it. */
  hidden?: boolean;
};

export type GridSort = { by: string; descending: boolean };

/** A column that grows must stay readable on a small screen. */
export const growMin = 240;

/** Of the column with the boxes that select. */
const selectWidth = 44;

/** The least pixels that a table of these columns takes. */
export const tableWidth = (columns: { width?: number | undefined }[], selectable: boolean) =>
  columns.reduce((sum, column) => sum + (column.width ?? growMin), selectable ? selectWidth : 0);

/** The same as tracks of a CSS grid, equal in each row. */
export const gridTracks = (columns: { width?: number | undefined }[], selectable: boolean) =>
  [
    ...(selectable ? [`${selectWidth}px`] : []),
    ...columns.map(({ width }) => (width ? `${width}px` : `minmax(${growMin}px, 1fr)`)),
  ].join(" ");
