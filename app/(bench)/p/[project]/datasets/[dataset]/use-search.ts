"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { formatSearch, parseSearch, type RowsSearch } from "./search.ts";

/** The address as state: filter, sort, version, place and the open conversation. Nothing is asked of the server for it. */
export function useSearch() {
  const query = useSearchParams();
  const pathname = usePathname();
  const text = query.toString();
  const search = useMemo(() => parseSearch(new URLSearchParams(text)), [text]);
  const change = useCallback(
    (part: Partial<RowsSearch>) => {
      // The address itself, not what was rendered last: two changes may come before one paint.
      const now = parseSearch(new URLSearchParams(window.location.search));
      // A place belongs to its list: another filter or order begins at its start.
      const kept = "filter" in part || "sort" in part || "version" in part ? undefined : now.at;
      const next = formatSearch({ ...now, at: kept, ...part }).toString();
      const address = next ? `${pathname}?${next}` : pathname;
      // Opening a conversation and a jump are steps that back can undo; a narrower filter is not.
      const step = part.open ?? part.at;
      if (step !== undefined) window.history.pushState(null, "", address);
      else window.history.replaceState(null, "", address);
    },
    [pathname],
  );
  return { search, change };
}
