import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { familyOf } from "#db/queries/conversation-details.ts";
import { requireConversation } from "#db/queries/conversations.ts";
import { changeDataset, removeMembers } from "#db/queries/datasets.ts";
import { forgetVectors } from "#db/queries/embeddings.ts";
import {
  blankConversations,
  type DerivedFiles,
  listDerivedFiles,
  listHolders,
  listLearned,
  readBodies,
} from "#db/queries/erase.ts";
import {
  blankJudgements,
  blankKeptTexts,
  blankPrompts,
  blankTraffic,
  keepOwnPhrases,
} from "#db/queries/erase-repeats.ts";
import { takeOffMaps } from "#db/queries/topic-maps.ts";
import { audit } from "../access/audit.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { type Dependent, dependentsOutput } from "../core/dependents.ts";
import { defineOperation } from "../operation.ts";
import { folders, type Services } from "../services.ts";
import { phrasesOf } from "./erased-words.ts";

const one = z.strictObject({ project: slugSchema, conversation: idSchema });

async function eraseDependents(
  handle: ProjectHandle,
  ids: readonly number[],
): Promise<Dependent[]> {
  const [holders, learned, files] = await Promise.all([
    listHolders(handle, ids),
    listLearned(handle, ids),
    listDerivedFiles(handle, ids),
  ]);
  const group = (kind: string, names: string[]) =>
    names.length === 0
      ? []
      : [{ kind, count: names.length, names: names.slice(0, 3), blocking: false }];
  return [
    ...group(
      "other texts made from the same one, which go too",
      ids.slice(1).map((id) => `conversation ${id}`),
    ),
    ...group(
      "datasets that lose it",
      holders.map((row) => row.name),
    ),
    ...group(
      "model versions that learned from it and are not changed",
      learned.map((row) => `${row.model} ${row.number}`),
    ),
    ...group(
      "uploaded files that are deleted",
      files.sources.map((digest) => digest.slice(0, 10)),
    ),
    ...group(
      "exports that are deleted",
      files.exportRuns.map((run) => `run ${run}`),
    ),
  ];
}

export const listEraseDependents = defineOperation({
  name: "conversations.dependents",
  summary: "What holds a conversation or learned from it, before it is erased",
  method: "GET",
  path: "/projects/{project}/conversations/{conversation}/dependents",
  input: one,
  output: dependentsOutput,
  allow: { project: "dataset.erase" },
  positionals: ["conversation"],
  run: async ({ handle }, { conversation }) => {
    await requireConversation(handle, conversation);
    return { dependents: await eraseDependents(handle, await familyOf(handle, conversation)) };
  },
});

/**
 * Erases a conversation and every text made from the same one: words, provenance and derived files go, and so do
 * prompts, answers, comments, free-text labels, feedback, traffic and playground texts that came from it or repeat
 * one of its messages; choices, ratings and figures stay. A tombstone with its hash stays, so that the text cannot come
 * back by an import. Models are listed, not changed. Words that another conversation also holds are not hunted for.
 */
export const eraseConversation = defineOperation({
  name: "conversations.erase",
  summary: "Erase a conversation's words everywhere and list the models that learned from it",
  method: "DELETE",
  path: "/projects/{project}/conversations/{conversation}",
  input: one,
  output: z.object({
    erased: z.array(z.number()),
    datasets: z.array(z.string()),
    models: z.array(z.object({ id: z.number(), model: z.string(), number: z.number() })),
    files: z.number(),
  }),
  allow: { project: "dataset.erase" },
  positionals: ["conversation"],
  run: async ({ handle, services, actor }, { conversation }) => {
    await requireConversation(handle, conversation);
    const ids = await familyOf(handle, conversation);
    // Asked before the words go: what is derived from them is found by rows that stay.
    const files = await listDerivedFiles(handle, ids);
    const done = await handle.transaction(async (tx) => {
      const holders = await listHolders(tx, ids);
      for (const holder of holders) await takeOut(tx, holder.id, ids);
      const phrases = await keepOwnPhrases(tx, ids, phrasesOf(await readBodies(tx, ids)));
      const erased = await blankConversations(tx, ids);
      await blankWhatFollowed(tx, ids, phrases);
      const target = { conversation, erased };
      await audit(tx.db, actor, "conversations.erase", target, { projectId: tx.projectId });
      return {
        erased,
        datasets: holders.map((row) => row.name),
        models: await listLearned(tx, ids),
      };
    });
    return { ...done, models: [...done.models], files: await deleteFiles(services, files) };
  },
});

async function blankWhatFollowed(
  tx: ProjectHandle,
  ids: readonly number[],
  phrases: readonly string[],
): Promise<void> {
  const { responses } = await blankPrompts(tx, ids, phrases);
  await blankJudgements(tx, ids, responses);
  await blankTraffic(tx, ids, phrases);
  await blankKeptTexts(tx, phrases);
  await takeOffMaps(tx, ids);
  await forgetVectors(tx, ids);
}

function takeOut(tx: ProjectHandle, datasetId: number, ids: readonly number[]) {
  const pick = sql`select x.id::bigint as id from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) as x(id)`;
  return changeDataset(
    tx,
    datasetId,
    { act: "erase", summary: `Erased conversation ${ids[0]}` },
    async (inner, version) => ({
      added: 0,
      removed: await removeMembers(inner, datasetId, version, pick),
    }),
  );
}

/** Takes away files that hold the words; those of a lost attempt, too. Returns how many there were. */
async function deleteFiles(
  services: Pick<Services, "dataDir">,
  files: DerivedFiles,
): Promise<number> {
  const at = folders(services.dataDir);
  const paths = [
    ...files.sources.map((digest) => join(at.sources, digest)),
    ...files.exportRuns.map((run) => join(at.exports, String(run))),
    ...(await stagedRows(at.runs, files.trainRuns)),
  ];
  for (const path of paths) await rm(path, { recursive: true, force: true });
  return paths.length;
}

async function stagedRows(runs: string, ids: readonly number[]): Promise<string[]> {
  const found: string[] = [];
  for (const id of ids) {
    const attempts = await readdir(join(runs, String(id))).catch(ignoreMissing);
    for (const attempt of attempts) {
      for (const name of ["train.jsonl", "eval.jsonl"])
        found.push(join(runs, String(id), attempt, name));
    }
  }
  return found;
}

function ignoreMissing(cause: NodeJS.ErrnoException): string[] {
  if (cause.code === "ENOENT") return [];
  throw cause;
}
