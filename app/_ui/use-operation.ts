"use client";

import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useMemo } from "react";
import type { OperationName } from "#lib/operations.ts";
import { type ClientError, call, type InputOf, type OutputOf } from "./client.ts";
import { notifyDone, notifyError } from "./feedback/notify.ts";
import { useTopics } from "./live/use-topics.ts";

const none: string[] = [];

type ReadOptions<N extends OperationName> = {
  /** What the server page loaded already. */
  initialData?: OutputOf<N>;
  /** Asked again when one of these changes, such as `run:12`. */
  topics?: string[];
  enabled?: boolean;
  /** Shows the last answer while the next one, for another input, is on its way. */
  keepPrevious?: boolean;
};

/** Reads through an operation, kept fresh by events. */
export function useOperation<N extends OperationName>(
  name: N,
  input: InputOf<N>,
  options: ReadOptions<N> = {},
) {
  const { initialData, topics = none, enabled = true, keepPrevious } = options;
  const query = useQuery<OutputOf<N>, ClientError>({
    queryKey: [name, input],
    queryFn: ({ signal }) => call(name, input, { signal }),
    enabled,
    ...(initialData === undefined ? {} : { initialData }),
    ...(keepPrevious ? { placeholderData: keepPreviousData } : {}),
  });
  useTopics(enabled ? topics : none, (_, polled) => askAgain(query, polled));
  return query;
}

/** For a part of a page that needs several answers: asks again for those that failed. */
export function askFailed(
  ...queries: { error: unknown; refetch: () => Promise<unknown> }[]
): () => void {
  return () => {
    for (const query of queries) if (query.error) void query.refetch();
  };
}

/** What failed from the start stays in sight while nobody answers: asked every few seconds, it would give way to a skeleton. */
function askAgain(
  query: { isLoadingError: boolean; refetch: () => Promise<unknown> },
  polled: boolean,
): void {
  if (!(polled && query.isLoadingError)) void query.refetch();
}

type ActOptions<N extends OperationName> = {
  /** Said in a corner when it is done. */
  done?: string | ((output: OutputOf<N>) => string);
  /** Reads that are stale afterwards, by name: `["key.list"]`. */
  refresh?: OperationName[];
  onDone?: (output: OutputOf<N>, input: InputOf<N>) => void;
  /** False when the form shows the refusal itself. */
  notify?: boolean;
};

/** Does an operation from a button or a form: `const revoke = useAct("key.revoke", {refresh: ["key.list"]})`. */
export function useAct<N extends OperationName>(name: N, options: ActOptions<N> = {}) {
  const queries = useQueryClient();
  return useMutation<OutputOf<N>, ClientError, InputOf<N>>({
    mutationFn: (input) => call(name, input),
    onSuccess: async (output, input) => {
      const { done, refresh = [], onDone } = options;
      if (done) notifyDone(typeof done === "string" ? done : done(output));
      await Promise.all(refresh.map((one) => queries.invalidateQueries({ queryKey: [one] })));
      onDone?.(output, input);
    },
    onError: (error) => {
      if (options.notify !== false) notifyError(error);
    },
  });
}

type PagesOptions<N extends OperationName, R> = {
  rows: (page: OutputOf<N>) => R[];
  /** What continues after this page; null at the end. */
  next: (page: OutputOf<N>) => string | number | null | undefined;
  /** Field of the input that takes `next`. */
  cursor: keyof InputOf<N> & string;
  /** For a list that is read backwards, too: what continues before a page, and the field that takes it. */
  back?: {
    previous: (page: OutputOf<N>) => string | number | null | undefined;
    cursor: keyof InputOf<N> & string;
  };
  /** Fields of the first page's input when the list does not begin at its start. */
  start?: Partial<InputOf<N>> | undefined;
  topics?: string[];
  enabled?: boolean;
};

/** Keyset pages of a list, for `Grid`: spread its result into the grid's props. */
export function usePages<N extends OperationName, R>(
  name: N,
  input: InputOf<N>,
  options: PagesOptions<N, R>,
) {
  const { back, start } = options;
  const edge = (field: string, place: string | number | null | undefined) =>
    place === null || place === undefined ? null : { [field]: place };
  const query = useInfiniteQuery({
    queryKey: [name, input, "pages", start ?? null],
    queryFn: ({ pageParam, signal }) =>
      call(name, { ...(input as object), ...(pageParam ?? start) } as InputOf<N>, { signal }),
    initialPageParam: null as Record<string, string | number> | null,
    getNextPageParam: (page) => edge(options.cursor, options.next(page)),
    getPreviousPageParam: (page) => (back ? edge(back.cursor, back.previous(page)) : null),
    enabled: options.enabled ?? true,
    placeholderData: keepPreviousData,
    // To find what stayed the same, each page that comes would be held against all that are there.
    structuralSharing: false,
  });
  useTopics(options.topics ?? none, (_, polled) => askAgain(query, polled));
  const pages = query.data?.pages;
  // The same list for as long as the pages are the same: it may have thousands of rows, and what is one does not change.
  const rows = useMemo(() => pages?.flatMap(options.rows) ?? [], [pages]);
  return {
    rows,
    first: pages?.[0],
    loading: query.isPending,
    /** The rows belong to the question before this one. */
    stale: query.isPlaceholderData,
    error: query.error as ClientError | null,
    hasMore: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    onMore: () => void query.fetchNextPage(),
    hasEarlier: query.hasPreviousPage,
    loadingEarlier: query.isFetchingPreviousPage,
    onEarlier: () => void query.fetchPreviousPage(),
    onRetry: () => void query.refetch(),
    refetch: query.refetch,
  };
}
