import { sql } from "drizzle-orm";
import { AssayError } from "../../lib/core/errors.ts";
import type { ProjectHandle } from "../handle.ts";
import type { Dataset } from "./datasets.ts";

/** What a three-way merge compares: the newest rows of two datasets with those that both come from. */
export type MergeSides = {
  /** The dataset that is merged into, and the one that is merged. */
  target: number;
  source: number;
  base: { dataset: number; version: number };
  /** At these versions both held the same rows, at the base or before it. */
  since: { target: number; source: number };
};

type Merge = {
  id: number;
  dataset: number;
  version: number;
  fromDataset: number;
  fromVersion: number;
  equal: boolean;
  undone: boolean;
};

/**
 * The base of a merge: what the latest merge between the two took that was not undone, else the fork point. Each merge
 * takes all that its source holds, so what both know from earlier merges is in it.
 * @throws precondition_failed when neither is a fork of the other.
 */
export async function readMergeSides(
  handle: ProjectHandle,
  target: Dataset,
  source: Dataset,
): Promise<MergeSides> {
  const point = forkPoint(target, source);
  const merges = await handle.db.execute<Merge>(sql`
    select id::float8 as id, dataset_id::float8 as dataset, version, from_dataset_id::float8 as "fromDataset",
      from_version as "fromVersion", equal, undone_in is not null as undone
    from dataset_merge where project_id = ${handle.projectId}
      and ((dataset_id = ${target.id} and from_dataset_id = ${source.id})
        or (dataset_id = ${source.id} and from_dataset_id = ${target.id}))
    order by id desc`);
  const last = merges.find((one) => !one.undone);
  const same = last && merges.find((one) => one.equal && one.id <= last.id);
  const at = new Map(
    same
      ? [
          [same.dataset, same.version],
          [same.fromDataset, same.fromVersion],
        ]
      : [
          [point.origin, point.version],
          [point.fork, 1],
        ],
  );
  return {
    target: target.id,
    source: source.id,
    base: last
      ? { dataset: last.fromDataset, version: last.fromVersion }
      : { dataset: point.origin, version: point.version },
    since: { target: at.get(target.id) ?? 0, source: at.get(source.id) ?? 0 },
  };
}

function forkPoint(target: Dataset, source: Dataset) {
  const forked = source.forkedFrom === target.id ? source : target;
  const origin = forked === source ? target : source;
  if (forked.forkedFrom !== origin.id || forked.forkedVersion === null) {
    throw new AssayError(
      "precondition_failed",
      `Neither of “${target.name}” and “${source.name}” is a fork of the other, so there is nothing that both come from. Nothing was changed; choose the origin or a fork.`,
    );
  }
  return { fork: forked.id, origin: origin.id, version: forked.forkedVersion };
}

/** Remembers that version `version` of the target holds what the source holds at `fromVersion`. */
export async function noteMerge(
  tx: ProjectHandle,
  made: { target: number; version: number; source: number; fromVersion: number; equal: boolean },
): Promise<void> {
  await tx.db.execute(sql`
    insert into dataset_merge (project_id, dataset_id, version, from_dataset_id, from_version, equal, created_by)
    values (${tx.projectId}, ${made.target}, ${made.version}, ${made.source}, ${made.fromVersion}, ${made.equal},
      ${tx.userId})`);
}

/** What going back to a version, or taking one back, does to the memory of merges. */
export type GoingBack = { act: "undo" | "restore"; version: number };

/**
 * A merge that is taken back is no base any more, so that it can be made again; one whose undoing is taken back is one
 * again. Returns how many merges changed so.
 */
export async function noteGoingBack(
  tx: ProjectHandle,
  datasetId: number,
  next: number,
  { act, version }: GoingBack,
): Promise<number> {
  const [gone, back] =
    act === "undo"
      ? [sql`version = ${version}`, sql`undone_in = ${version}`]
      : [sql`version > ${version}`, sql`version <= ${version} and undone_in > ${version}`];
  const rows = await tx.db.execute(sql`
    update dataset_merge set undone_in = case when undone_in is null then ${next}::int end
    where dataset_id = ${datasetId} and project_id = ${tx.projectId}
      and ((undone_in is null and ${gone}) or (undone_in is not null and ${back})) returning 1`);
  return rows.length;
}
