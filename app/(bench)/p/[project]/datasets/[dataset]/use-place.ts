"use client";

import { useState } from "react";
import type { InputOf, OutputOf } from "#app/_ui/client.ts";
import { useOperation } from "#app/_ui/use-operation.ts";
import type { RowsSearch } from "./search.ts";

export type Place = OutputOf<"conversations.place">;
type View = Omit<InputOf<"conversations.place">, "to" | "sort">;

/** The place that the address names: where the list begins, and the row that the table goes to. */
export function usePlace(view: View, { sort, at }: RowsSearch) {
  const query = useOperation(
    "conversations.place",
    { ...view, sort, to: at ?? "end" },
    { enabled: at !== undefined },
  );
  const place = at === undefined ? undefined : query.data;
  // Who was taken somewhere is taken back to the start; a page that opens stays as it is.
  const [taken, setTaken] = useState(false);
  if (at !== undefined && !taken) setTaken(true);
  const start = startOf(place);
  const key = JSON.stringify([view, sort, at ?? null]);
  return {
    place,
    error: at === undefined ? null : query.error,
    retry: () => void query.refetch(),
    /** The list waits for its place; a place that is not found leaves it at its start. */
    ready: at === undefined || place !== undefined || query.error !== null,
    start,
    goTo: taken ? { key, row: rowOf(place), focus: at !== undefined } : undefined,
  };
}

function startOf(place: Place | undefined) {
  if (place?.before) return { before: place.before };
  return place?.after ? { after: place.after } : undefined;
}

function rowOf(place: Place | undefined): string {
  if (place?.before) return "last";
  return place?.conversation ? String(place.conversation) : "first";
}
