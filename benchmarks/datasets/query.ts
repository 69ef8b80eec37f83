import type { ProjectHandle } from "#db/handle.ts";
import { listRows, readFacets, type View } from "#db/queries/dataset-rows.ts";
import { dataset } from "#db/schema/datasets.ts";
import { startIndex } from "../scale/world.ts";
import { withInstance } from "./database.ts";
import { scaleDialogues } from "./dialogues.ts";
import { importBytes } from "./import.ts";

export type QueryBench = {
  conversations: number;
  /** p95 in milliseconds, by question. */
  p95: Record<string, number>;
  /** The slowest page of rows over reading the same rows by their key alone. */
  ratio: number;
  /** The facets count every conversation, and pages come full and in the order that plain SQL gives. */
  correct: boolean;
};

const repeats = 60;

type Sort = Parameters<typeof listRows>[2];
const firstPage: Sort = { by: "added", descending: false, limit: 50 };

/** Pages of rows under the filters and sorts of the dataset page, at 262,524 turns. */
export async function benchDatasetQuery(): Promise<QueryBench> {
  const { bytes } = scaleDialogues();
  return withInstance(async (services, handle, url) => {
    const conversations = await importBytes(services, handle, bytes);
    await services.database.sql`analyze`;
    const [found] = await handle.db.select({ id: dataset.id }).from(dataset);
    const index = await startIndex(services, url);
    const view = (filter: View["filter"]): View => ({
      datasetId: found?.id ?? 0,
      version: undefined,
      filter,
    });
    const p95: Record<string, number> = {};
    for (const [name, question] of Object.entries(questions(view))) {
      p95[name] = await measure(() => question(handle));
    }
    await index.close();
    const pages = Object.entries(p95).filter(([name]) => name.startsWith("page"));
    const slowest = Math.max(...pages.map(([, ms]) => ms));
    const correct = await isRight(handle, view({}), conversations);
    return { conversations, p95, ratio: slowest / (p95.byKey ?? 1), correct };
  });
}

async function isRight(handle: ProjectHandle, all: View, conversations: number): Promise<boolean> {
  const { kind } = await readFacets(handle, all);
  const counted = kind?.reduce((sum, one) => sum + one.count, 0);
  const { rows } = await listRows(handle, all, { ...firstPage, by: "tokens", descending: true });
  const wanted = await handle.db.query.conversation.findMany({
    columns: { id: true },
    orderBy: (row, { desc }) => [desc(row.tokens), desc(row.id)],
    limit: firstPage.limit,
  });
  const same = wanted.every(({ id }, n) => id === rows[n]?.id);
  return counted === conversations && rows.length === firstPage.limit && same;
}

function questions(view: (filter: View["filter"]) => View) {
  const page =
    (filter: View["filter"], sort: Partial<Sort> = {}) =>
    (handle: ProjectHandle) =>
      listRows(handle, view(filter), { ...firstPage, ...sort });
  return {
    byKey: async (handle: ProjectHandle) => {
      const ids = Array.from({ length: 50 }, (_, n) => n + 1);
      return handle.db.query.conversation.findMany({
        columns: { id: true, preview: true, turns: true, tokens: true },
        where: (row, { inArray }) => inArray(row.id, ids),
      });
    },
    page: page({}),
    pageDeep: page({}, { after: { value: 12_000, id: 12_000 } }),
    pageByTokens: page({}, { by: "tokens", descending: true }),
    pageByTurnsFiltered: page({ turnsMin: 20, lang: ["en"] }, { by: "turns", descending: true }),
    pageText: page({ text: "restaurant reservation" }),
    pageRareText: page({ text: '"half past 11"' }),
    pageSource: page({ source: ["dialogues.jsonl"] }),
    facets: (handle: ProjectHandle) => readFacets(handle, view({})),
    facetsText: (handle: ProjectHandle) => readFacets(handle, view({ text: "restaurant" })),
  };
}

async function measure(question: () => Promise<unknown>): Promise<number> {
  for (let warm = 0; warm < 3; warm++) await question();
  const times: number[] = [];
  for (let n = 0; n < repeats; n++) {
    const start = performance.now();
    await question();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return Number((times[Math.ceil(0.95 * times.length) - 1] ?? 0).toFixed(2));
}

if (import.meta.main) {
  const result = await benchDatasetQuery();
  console.log(JSON.stringify(result, null, 2));
  if (!result.correct) process.exitCode = 1;
}
