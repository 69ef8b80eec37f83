import { setImmediate as breathe } from "node:timers/promises";
import type { ProjectHandle } from "#db/handle.ts";
import { listBodiesById } from "#db/queries/conversation-bodies.ts";
import { type NewConversation, upsertConversations } from "#db/queries/conversations.ts";
import { type RecipeRow, rememberRows } from "#db/queries/recipe-memory.ts";
import {
  addFindings,
  type BodyRow,
  type NewFinding,
  type RowOutcome,
  setLanguages,
  stageOutcomes,
} from "#db/queries/recipe-rows.ts";
import { walk } from "../core/conversation.ts";
import { describeConversation } from "./describe-conversation.ts";
import { nodeHashes } from "./formats/node-hash.ts";
import { askInstead, type NearDuplicates } from "./near-duplicate-rows.ts";
import type { SeenKeys } from "./seen-keys.ts";
import { applyRecipe, type Recipe, type RowResult } from "./steps/recipe.ts";
import type { StepContext } from "./steps/step.ts";

/** What the steps of a recipe need beside the row. */
export type Ports = {
  context: StepContext;
  seen: SeenKeys | undefined;
  decided: readonly NearDuplicates[];
};

/** Rows between two breaths, so that heartbeats of all runs of this worker are in time. */
const rowsPerBreath = 16;

/** A row that the recipe read, with what became of it and the keys that its duplicate steps asked with. */
export type Cleaned = {
  row: BodyRow;
  outcome: RowResult;
  keys: string[];
  next?: NewConversation;
};

/** The rows of a lease: those that were read, and how many were known to come out as they went in. */
export type Lease = { cleaned: Cleaned[]; known: number };

/** Runs the recipe over rows in their order. A known row whose key another row had before it is read after all. */
export async function cleanLease(
  handle: ProjectHandle,
  recipe: Recipe,
  rows: readonly RecipeRow[],
  ports: Ports,
  signal: AbortSignal,
): Promise<Lease> {
  const lease: Lease = { cleaned: [], known: 0 };
  for (const row of rows) {
    if (row.body === null && (ports.seen?.addNew(row.keys) ?? true)) {
      lease.known++;
      continue;
    }
    if (lease.cleaned.length % rowsPerBreath === 0) {
      await breathe();
      signal.throwIfAborted();
    }
    const whole = row.body === null ? await readKnown(handle, row) : row;
    if (whole) lease.cleaned.push(cleanRow(recipe, whole, ports));
  }
  return lease;
}

/** Undefined when it was erased a moment ago. */
async function readKnown(
  handle: ProjectHandle,
  { id, lang }: Pick<RecipeRow, "id" | "lang">,
): Promise<BodyRow | undefined> {
  const [row] = await listBodiesById(handle, [id]);
  return row && { ...row, lang };
}

function cleanRow(recipe: Recipe, row: BodyRow, { context, seen, decided }: Ports): Cleaned {
  const asked = seen?.row();
  const outcome = applyRecipe(recipe, row.body, {
    ...context,
    ...(asked ? { seen: asked.seen } : {}),
    keptInstead: askInstead(decided, row.id),
  });
  return cleanedRow(row, outcome, asked?.keys ?? []);
}

/** A row with what became of it; a changed text is described as it will be stored. */
export function cleanedRow(row: BodyRow, outcome: RowResult, keys: string[]): Cleaned {
  if (outcome.outcome !== "changed") return { row, outcome, keys };
  const next = describeConversation(outcome.body, languageOf(row, outcome), row.id);
  return { row, outcome, keys, next };
}

function languageOf(row: BodyRow, { detected }: RowResult): string | null {
  if (!detected) return row.lang;
  return detected.language === "und" ? null : detected.language;
}

/**
 * Writes what became of the rows of a lease, inside its transaction. Returns how many findings are new.
 * @param memory where unchanged rows are remembered; without it, their keys are staged for an attempt that goes on.
 */
export async function writeLease(
  tx: ProjectHandle,
  runId: number,
  cleaned: readonly Cleaned[],
  memory: number | undefined,
): Promise<number> {
  const ids = await upsertConversations(
    tx,
    cleaned.flatMap((one) => one.next ?? []),
  );
  const results = cleaned.map((one) => ({ ...one, result: resultOf(one, ids) }));
  const same = results.filter(({ result, row }) => result === row.id);
  const moved = results.filter(({ result, row }) => result !== row.id);
  const staged = memory === undefined ? results.filter(({ keys }) => keys.length > 0) : [];
  await stageOutcomes(tx, runId, [...new Set([...moved, ...staged])].map(stagedRow));
  if (memory !== undefined) {
    await rememberRows(
      tx,
      memory,
      same.map(({ row, keys }) => ({ id: row.id, keys })),
    );
  }
  const findings = await addFindings(tx, runId, results.flatMap(findingsOf));
  await setLanguages(
    tx,
    results.flatMap(({ result, row, outcome }) =>
      result !== null && outcome.detected
        ? [{ conversation: result, lang: languageOf(row, outcome) }]
        : [],
    ),
  );
  return findings;
}

function resultOf(
  { row, outcome, next }: Cleaned,
  ids: ReadonlyMap<string, number>,
): number | null {
  if (outcome.outcome === "dropped") return null;
  if (!next) return row.id;
  const id = ids.get(next.hash);
  if (id === undefined) throw new TypeError("a stored conversation was not found again");
  return id;
}

type Stored = Cleaned & { result: number | null };

const stagedRow = ({ row, outcome, keys, result }: Stored): RowOutcome => ({
  conversation: row.id,
  result,
  step: outcome.droppedBy?.index ?? null,
  reason: outcome.droppedBy?.reason ?? null,
  kept: outcome.droppedBy?.instead?.conversation ?? null,
  similarity: outcome.droppedBy?.instead?.similarity ?? null,
  keys: keys.length > 0 ? keys : null,
});

/** Findings with the hash of their message. Of names and call arguments the check says so: offsets count those. */
function findingsOf({ outcome, result }: Stored): NewFinding[] {
  if (result === null || outcome.findings.length === 0) return [];
  const hashes = nodeHashes(outcome.body.root);
  const nodes = [...walk(outcome.body.root)].map(({ node }) => hashes.get(node) ?? "");
  return outcome.findings.map(({ node, field, check, ...rest }) => ({
    ...rest,
    conversation: result,
    nodeHash: nodes[node] ?? "",
    check: field === "text" ? check : `${check}:${field}`,
  }));
}
