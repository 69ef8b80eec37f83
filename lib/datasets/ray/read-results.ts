import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { listBodyRows } from "#db/queries/recipe-rows.ts";
import { AssayError } from "../../core/errors.ts";
import { type Cleaned, cleanedRow, type Lease, type Ports } from "../clean-lease.ts";
import { askInstead, type NearDuplicates } from "../near-duplicate-rows.ts";
import { askSchema, computedRowSchema, settleRow } from "../steps/computed-row.ts";
import type { Recipe } from "../steps/recipe.ts";
import { readDecided } from "./decided.ts";
import { parseDeep, type ResultRow, readShard, shardName } from "./shards.ts";
import type { StagedRows } from "./stage-rows.ts";

const doneSchema = z.object({ shards: z.number(), rows: z.number() });

/** Whether the job wrote its finish marker for all that was staged. Throws `internal` when it is for something else. */
export async function isDone(folder: string, staged: StagedRows): Promise<boolean> {
  const text = await readFile(join(folder, "done.json"), "utf8").catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw cause;
  });
  if (text === undefined) return false;
  const done = doneSchema.parse(JSON.parse(text));
  if (done.rows === staged.rows && done.shards === staged.shards) return true;
  throw damaged(`${done.rows} of ${staged.rows} rows came back`);
}

/** What near-duplicates steps decided on the cluster; none where the recipe has no such step. */
export async function readDecisions(folder: string, compares: boolean): Promise<NearDuplicates[]> {
  if (!compares) return [];
  return readDecided(parseDeep(await readFile(join(folder, "decided.json"), "utf8")));
}

/** Result rows after conversation `after`, in the order in which rows went out, and which Ray nodes made them. */
export async function* readResults(
  folder: string,
  { shards, rows }: StagedRows,
  after: number,
  nodes: Set<string>,
): AsyncGenerator<ResultRow> {
  let read = 0;
  let last = 0;
  for (let number = 0; number < shards; number++) {
    const shard = await readShard(join(folder, "results", shardName(number)));
    nodes.add(shard.rayNode);
    for (const row of shard.rows) {
      if (!(row.id > last)) throw damaged("its rows are out of order");
      last = row.id;
      read += 1;
      if (row.id > after) yield row;
    }
  }
  if (read !== rows) throw damaged(`${read} of ${rows} rows came back`);
}

/**
 * What became of rows that came back, in their order. A text that was erased while it was away is passed over.
 */
export async function settleLease(
  handle: ProjectHandle,
  recipe: Recipe,
  results: readonly ResultRow[],
  { seen, decided }: Ports,
): Promise<Lease> {
  const there = await listBodyRows(
    handle,
    results.map(({ id }) => id),
  );
  const rows = new Map(there.map((row) => [row.id, row]));
  const cleaned = results.flatMap((result): Cleaned[] => {
    const row = rows.get(result.id);
    if (!row) return [];
    const asked = seen?.row();
    const computed = computedRowSchema.parse(parseDeep(result.computed));
    const asks = askSchema.array().parse(parseDeep(result.asks));
    const outcome = settleRow(recipe, row.body, computed, asks, {
      ...(asked ? { seen: asked.seen } : {}),
      keptInstead: askInstead(decided, row.id),
    });
    return [cleanedRow(row, outcome, asked?.keys ?? [])];
  });
  return { cleaned, known: 0 };
}

const damaged = (what: string) =>
  new AssayError(
    "internal",
    `The results of the Ray job do not fit what was sent: ${what}. The dataset is as it was; run the recipe again.`,
  );
