import { and, eq, isNotNull, sql } from "drizzle-orm";
import type { ProjectHandle } from "#db/handle.ts";
import { response, runPrompt } from "#db/schema/judging.ts";
import type { ModelClient, WireMessage } from "#models/client.ts";
import { AssayError } from "../core/errors.ts";
import { storable } from "../core/unstorable.ts";
import { asAssayError } from "../errors.ts";
import { openModelClient } from "../models/model-address.ts";
import { addressedOf, requireVersion, type VersionRow } from "../models/read-models.ts";
import type { OwnedRun } from "../runs/own-run.ts";
import type { Services } from "../services.ts";
import { type Prompt, readPrompts } from "./prompts.ts";
import type { InferRunInput } from "./start-inference.ts";

/** Answers asked for at once: the model server runs this many of one model interleaved. */
const inFlight = 4;
/** Prompts read from the database at once. */
const page = 256;
/** Without a bound a small model may talk to the end of its context. */
const defaultMaxTokens = 256;

type Work = { promptId: number; messages: Prompt["messages"]; sample: number };

/** Freezes the prompts once, then asks every version for every answer that is not stored yet. */
export async function runInference(
  owned: OwnedRun,
  handle: ProjectHandle,
  services: Services,
  input: InferRunInput,
  signal: AbortSignal,
): Promise<void> {
  const prompts = await freezePrompts(owned, handle, services, input);
  if (prompts === 0) {
    throw new AssayError(
      "precondition_failed",
      "No prompt was found: nothing there ends with a user's message. Choose other rows.",
    );
  }
  const versions = await Promise.all(input.modelVersionIds.map((id) => requireVersion(handle, id)));
  const total = prompts * input.samples * versions.length;
  // What failed before is tried again; what succeeded stays.
  await handle.transaction(async (tx) => {
    await owned.assertOwned(tx.db);
    await tx.db
      .delete(response)
      .where(and(eq(response.runId, owned.id), isNotNull(response.error)));
  });
  let done = await countResponses(handle, owned.id);
  await owned.progress(done, total);
  for (const version of versions) {
    const { client, model } = openModelClient(services, addressedOf(version));
    await owned.progress(done, total, `${version.model.name}@${version.model_version.number}`);
    for (;;) {
      const work = await openWork(handle, owned.id, version.model_version.id, input.samples);
      if (work.length === 0) break;
      await inParallel(work, inFlight, async (one) => {
        signal.throwIfAborted();
        await answer(owned, handle, { client, model, version, input, signal }, one);
        done += 1;
        await owned.progress(done);
      });
    }
  }
  await finish(owned, handle, total);
}

async function freezePrompts(
  owned: OwnedRun,
  handle: ProjectHandle,
  services: Services,
  input: InferRunInput,
): Promise<number> {
  const [known] = await handle.db.execute<{ n: number }>(
    sql`select count(*)::int as n from run_prompt where run_id = ${owned.id}`,
  );
  if (known && known.n > 0) return known.n;
  return handle.transaction(async (tx) => {
    await owned.assertOwned(tx.db);
    let position = 0;
    let batch: (typeof runPrompt.$inferInsert)[] = [];
    const flush = async () => {
      if (batch.length > 0) await tx.db.insert(runPrompt).values(batch);
      batch = [];
    };
    for await (const prompt of readPrompts(tx, services, input)) {
      batch.push({ runId: owned.id, position, ...prompt });
      position += 1;
      if (batch.length === page) await flush();
    }
    await flush();
    return position;
  });
}

async function countResponses(handle: ProjectHandle, runId: number): Promise<number> {
  const [row] = await handle.db.execute<{ n: number }>(
    sql`select count(*)::int as n from response where run_id = ${runId} and project_id = ${handle.projectId}`,
  );
  return row?.n ?? 0;
}

/** The next answers that are still missing, in order. */
async function openWork(
  handle: ProjectHandle,
  runId: number,
  versionId: number,
  samples: number,
): Promise<Work[]> {
  const rows = await handle.db.execute<Work>(sql`
    select p.id::float8 as "promptId", p.messages, s.sample
    from run_prompt p cross join generate_series(0, ${samples - 1}) as s(sample)
    where p.run_id = ${runId} and not exists (select 1 from response r where r.run_id = ${runId} and r.prompt_id = p.id
      and r.model_version_id = ${versionId} and r.sample = s.sample)
    order by p.id, s.sample limit ${page}`);
  return [...rows];
}

type Asked = {
  client: ModelClient;
  model: string;
  version: VersionRow;
  input: InferRunInput;
  signal: AbortSignal;
};

async function answer(
  owned: OwnedRun,
  handle: ProjectHandle,
  asked: Asked,
  work: Work,
): Promise<void> {
  const { parameters } = asked.input;
  // One seed a sample, so that samples differ and each can be made again.
  const seed = parameters.seed === undefined ? {} : { seed: parameters.seed + work.sample };
  const sampling = { max_tokens: defaultMaxTokens, ...parameters, ...seed };
  const result = await generate(asked, work.messages, sampling);
  await handle.transaction(async (tx) => {
    await owned.assertOwned(tx.db);
    await tx.db
      .insert(response)
      .values({
        projectId: tx.projectId,
        runId: owned.id,
        promptId: work.promptId,
        modelVersionId: asked.version.model_version.id,
        sample: work.sample,
        parameters: sampling,
        ...result,
      })
      .onConflictDoNothing();
  });
}

async function generate(asked: Asked, messages: Prompt["messages"], sampling: object) {
  const started = performance.now();
  let text = "";
  let firstTokenMs: number | null = null;
  let finishReason: string | null = null;
  try {
    const request = { ...sampling, model: asked.model, messages: messages as WireMessage[] };
    for await (const event of asked.client.chatStream(request, asked.signal)) {
      if (event.type === "delta") {
        firstTokenMs ??= performance.now() - started;
        text += event.text;
      } else if (event.type === "finish") finishReason = event.reason;
      else if (event.partial)
        throw event.error ?? new AssayError("upstream_failed", "The answer was cut.");
      else {
        return {
          // A model may say what no database keeps; it must not cost the other answers.
          text: storable(text),
          firstTokenMs,
          finishReason,
          latencyMs: performance.now() - started,
          promptTokens: event.usage?.prompt_tokens ?? null,
          completionTokens: event.usage?.completion_tokens ?? null,
        };
      }
    }
    throw new AssayError("upstream_failed", "The answer ended without its last event.");
  } catch (cause) {
    asked.signal.throwIfAborted();
    const error = asAssayError(cause);
    // A server that is away fails the attempt; an answer that it refuses is that answer's own error.
    if (error.code === "unavailable") throw error;
    return { text: null, error: error.message, latencyMs: performance.now() - started };
  }
}

async function inParallel<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>) {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}

async function finish(owned: OwnedRun, handle: ProjectHandle, planned: number): Promise<void> {
  await handle.transaction(async (tx) => {
    const [figures] = await tx.db.execute<{ answers: number; errors: number; tokens: number }>(sql`
      select count(*) filter (where error is null)::int as answers, count(*) filter (where error is not null)::int as errors,
        coalesce(sum(completion_tokens), 0)::int as tokens
      from response where run_id = ${owned.id}`);
    await owned.succeed(tx.db, { planned, ...figures });
  });
}
