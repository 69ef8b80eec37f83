import { eq } from "drizzle-orm";
import type { ProjectHandle } from "#db/handle.ts";
import { snapshot } from "#db/schema/datasets.ts";
import { run } from "#db/schema/runs.ts";
import { methodWords } from "../core/model-methods.ts";
import { requireVersion } from "../models/read-models.ts";

export type Change = { what: string; from: string; to: string };

/** What differs between two versions in data and configuration; empty when nothing that is known does. */
export async function versionChanges(
  handle: ProjectHandle,
  fromId: number,
  toId: number,
): Promise<Change[]> {
  const [from, to] = [await facts(handle, fromId), await facts(handle, toId)];
  const names = [...new Set([...from.keys(), ...to.keys()])];
  return names
    .map((what) => ({ what, from: from.get(what) ?? "–", to: to.get(what) ?? "–" }))
    .filter((change) => change.from !== change.to);
}

async function facts(handle: ProjectHandle, versionId: number): Promise<Map<string, string>> {
  const { model_version: version } = await requireVersion(handle, versionId);
  const known = new Map<string, string>();
  const put = (name: string, value: unknown) => {
    if (value !== null && value !== undefined && value !== "") known.set(name, show(value));
  };
  if (version.snapshotId !== null) {
    const [data] = await handle.db
      .select()
      .from(snapshot)
      .where(eq(snapshot.id, version.snapshotId));
    put("Snapshot", data?.name);
    put("Snapshot digest", data?.digest.slice(0, 12));
    put("Dataset version", data?.version);
    put("Training rows", data?.counts.train);
    put("Test rows", data?.counts.test);
  }
  put("Method", methodWords[version.method] ?? version.method);
  if (version.parentId !== null) put("Fine-tuned from", await nameOf(handle, version.parentId));
  put("Parameters", version.parameters);
  put("Context length", version.contextLength);
  put("Tokenizer", version.tokenizerDigest?.slice(0, 12));
  put("Chat template", version.templateDigest?.slice(0, 12));
  put("Trainer", version.trainerLock?.slice(0, 12));
  put("Training seed", version.seed);
  const putAll = (title: string, values: unknown) => {
    if (values === null || typeof values !== "object") return;
    for (const [name, value] of Object.entries(values)) {
      put(`${title}: ${name.replaceAll("_", " ")}`, value);
    }
  };
  const made = await inputOf(handle, version.runId);
  putAll("Training", made.hyper);
  putAll("Canaries", made.canaries);
  putAll("Architecture", (await inputOf(handle, await firstRun(handle, version))).architecture);
  return known;
}

async function inputOf(handle: ProjectHandle, runId: number | null) {
  if (runId === null) return {};
  const [made] = await handle.db.select().from(run).where(eq(run.id, runId));
  return made?.input ?? {};
}

type Version = Awaited<ReturnType<typeof requireVersion>>["model_version"];

/** The run that laid down a version's architecture: its own, or that of the version from which it was tuned. */
async function firstRun(handle: ProjectHandle, version: Version): Promise<number | null> {
  let oldest = version;
  while (oldest.parentId !== null) {
    oldest = (await requireVersion(handle, oldest.parentId)).model_version;
  }
  return oldest.runId;
}

async function nameOf(handle: ProjectHandle, versionId: number): Promise<string> {
  const { model, model_version: version } = await requireVersion(handle, versionId);
  return `${model.name}@${version.number}`;
}

const whole = new Intl.NumberFormat("en");
const precise = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });

/** A learning rate of 0.0003 stays one. */
export function show(value: unknown): string {
  if (typeof value === "number") return (Number.isInteger(value) ? whole : precise).format(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}
