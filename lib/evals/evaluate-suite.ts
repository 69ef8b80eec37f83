import { hash } from "node:crypto";
import type { ProjectHandle } from "#db/handle.ts";
import {
  copyScores,
  earlierMeasurement,
  type ScorePlace,
  type ScoreRow,
  scoredItems,
  scoresAt,
} from "#db/queries/evals.ts";
import { evalResult, score } from "#db/schema/trust.ts";
import { canonicalJson } from "../datasets/formats/canonical-json.ts";
import type { VersionRow } from "../models/read-models.ts";
import type { OwnedRun } from "../runs/own-run.ts";
import type { Services } from "../services.ts";
import type { KeptSuite } from "./keep-suites.ts";
import { measureSuite } from "./measure/measure-suite.ts";
import { type Asking, ModelUnderTest, servedDigest } from "./measure/model-under-test.ts";
import {
  type TrainingPast,
  type TrainingTexts,
  testContamination,
  trainingPast,
  trainingTexts,
} from "./measure/training-past.ts";
import { suiteContamination } from "./suites/contamination.ts";
import { suiteFigures } from "./suites/scoring/figures.ts";
import type { ItemScore } from "./suites/scoring/item-score.ts";
import type { Suite } from "./suites/suite.ts";

/** Above this share a suite says nothing about a model that learned its items. The policies name the same line. */
const contaminatedShare = 0.05;

/** One model version, opened for all suites of a run. */
export type Subject = {
  row: VersionRow;
  digest: string;
  model: ModelUnderTest;
  past: TrainingPast;
  texts: TrainingTexts;
};

export async function openSubject(
  handle: ProjectHandle,
  services: Services,
  row: VersionRow,
  asking: Asking,
  signal: AbortSignal,
): Promise<Subject> {
  const past = await trainingPast(handle, row.model_version.id);
  return {
    row,
    digest: servedDigest(row),
    model: new ModelUnderTest(services, row, asking, signal),
    past,
    texts: await trainingTexts(handle, past),
  };
}

export type SuiteWork = {
  kept: KeptSuite;
  subject: Subject;
  sample: number | null;
  seed: number;
  testSnapshotId: number | null;
};

export type SuiteOutcome = {
  suite: Suite;
  suiteId: number;
  artefactDigest: string;
  planned: number;
  contaminated: number;
  scores: ItemScore[];
  /** The run whose scores were taken over; null when the model was asked now. */
  reusedRun: number | null;
  /** Engine, number format and device that gave the answers, where the server named them. */
  fingerprint: string | null;
};

/** Equal keys were asked in the same way, so their scores may stand for each other. */
function workKeyOf({ kept, subject, sample, seed, testSnapshotId }: SuiteWork): string {
  const { system, parameters, seed: draw } = subject.model.asking;
  return hash(
    "sha256",
    canonicalJson({
      suite: kept.row.digest,
      version: subject.row.model_version.id,
      digest: subject.digest,
      sample,
      seed,
      draw,
      system,
      parameters,
      test: kept.suite.kind === "perplexity" ? testSnapshotId : null,
    }),
  );
}

/**
 * All scores of one suite on one version, each stored once: those of this run's earlier attempt are kept, a finished
 * measurement made in exactly the same way is taken over, and the rest is asked for. Figures are written with the
 * digests they belong to.
 */
export async function evaluateSuite(
  owned: OwnedRun,
  handle: ProjectHandle,
  work: SuiteWork,
  onItems: (count: number) => Promise<void>,
): Promise<SuiteOutcome> {
  const { kept, subject } = work;
  const versionId = subject.row.model_version.id;
  const place: ScorePlace = { runId: owned.id, suiteId: kept.row.id, modelVersionId: versionId };
  const workKey = workKeyOf(work);
  const done = await scoredItems(handle, place);
  const earlier = done.size === 0 ? await earlierMeasurement(handle, workKey) : undefined;
  const planned = earlier
    ? await takeOver(owned, handle, { ...place, runId: earlier.runId }, place, earlier.planned)
    : await measureNow(owned, handle, work, place, done, onItems);
  const scores = (await scoresAt(handle, place)).map(itemScore);
  if (earlier) await onItems(new Set(scores.map(({ item }) => item)).size);
  const outcome: SuiteOutcome = {
    suite: kept.suite,
    suiteId: kept.row.id,
    artefactDigest: subject.digest,
    planned,
    contaminated: await contaminatedShareOf(handle, work, scores),
    scores,
    reusedRun: earlier?.runId ?? null,
    fingerprint: earlier ? text(earlier.detail.fingerprint) : (subject.model.fingerprint ?? null),
  };
  await writeFigures(owned, handle, work, outcome, workKey);
  return outcome;
}

/** How much of what was asked stands in the training rows: of a test split its conversations, of a suite its prompts. */
function contaminatedShareOf(
  handle: ProjectHandle,
  { kept, subject, testSnapshotId }: SuiteWork,
  scores: readonly ItemScore[],
): number | Promise<number> {
  const { rows } = subject.texts;
  const asked = new Set(scores.map(({ item }) => item));
  return kept.suite.kind === "perplexity"
    ? testContamination(handle, testSnapshotId, asked, rows)
    : suiteContamination(kept.suite, rows.flat(), asked);
}

async function takeOver(
  owned: OwnedRun,
  handle: ProjectHandle,
  from: ScorePlace,
  to: ScorePlace,
  planned: number,
): Promise<number> {
  await handle.transaction(async (tx) => {
    await owned.assertOwned(tx.db);
    await copyScores(tx, from, to);
  });
  return planned;
}

async function measureNow(
  owned: OwnedRun,
  handle: ProjectHandle,
  { kept, subject, sample, seed, testSnapshotId }: SuiteWork,
  place: ScorePlace,
  done: ReadonlySet<string>,
  onItems: (count: number) => Promise<void>,
): Promise<number> {
  const { model, past, texts } = subject;
  if (done.size > 0) await onItems(done.size);
  const { planned } = await measureSuite(kept.suite, {
    handle,
    model,
    past,
    texts,
    seed,
    sample,
    testSnapshotId,
    done,
    keep: async (scores) => {
      if (scores.length === 0) return;
      await handle.transaction(async (tx) => {
        await owned.assertOwned(tx.db);
        await tx.db
          .insert(score)
          .values(scores.map((one) => ({ ...one, ...place, projectId: tx.projectId })))
          .onConflictDoNothing();
      });
      await onItems(new Set(scores.map(({ item }) => item)).size);
    },
  });
  return planned;
}

export function itemScore(row: ScoreRow): ItemScore {
  const { item, check, group, template, value, detail } = row;
  return { item, check, group, template, value, detail };
}

async function writeFigures(
  owned: OwnedRun,
  handle: ProjectHandle,
  { subject, seed, sample, kept }: SuiteWork,
  outcome: SuiteOutcome,
  workKey: string,
): Promise<void> {
  const { model_version: version } = subject.row;
  const figures = suiteFigures(outcome.suite, outcome.scores, { planned: outcome.planned, seed });
  const tainted = outcome.contaminated > contaminatedShare;
  const rows = figures.map(({ check, figure }) => ({
    projectId: handle.projectId,
    runId: owned.id,
    suiteId: outcome.suiteId,
    suiteDigest: kept.row.digest,
    modelVersionId: version.id,
    artefactDigest: subject.digest,
    templateDigest: version.templateDigest,
    tokenizerDigest: version.tokenizerDigest,
    dtype: version.dtype,
    check,
    value: finite(figure.value),
    low: finite(figure.low),
    high: finite(figure.high),
    n: figure.n,
    planned: outcome.planned,
    state: figure.hint?.state ?? (tainted ? "CONTAMINATED" : "MEASURED"),
    detail: {
      ...figure.detail,
      workKey,
      seed,
      sample,
      reason: figure.hint?.reason ?? null,
      contaminated: outcome.contaminated,
      reusedRun: outcome.reusedRun,
      fingerprint: outcome.fingerprint,
    },
  }));
  if (rows.length === 0) return;
  await handle.transaction(async (tx) => {
    await owned.assertOwned(tx.db);
    await tx.db.insert(evalResult).values(rows).onConflictDoNothing();
  });
}

const text = (value: unknown) => (typeof value === "string" ? value : null);

const finite = (value: number | null) => (value !== null && Number.isFinite(value) ? value : null);
