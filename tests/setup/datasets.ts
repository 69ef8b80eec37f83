import type { ProjectHandle } from "#db/handle.ts";
import { listRows } from "#db/queries/dataset-rows.ts";
import type { ConversationBody } from "#lib/core/conversation.ts";
import { linear } from "#lib/core/conversation.ts";
import { createSnapshot } from "#lib/datasets/create-snapshot.ts";
import { startImport } from "#lib/datasets/start-import.ts";
import type { Operation } from "#lib/operation.ts";
import type { Services } from "#lib/services.ts";
import { runJob } from "./run-job.ts";
import { placeUpload } from "./upload.ts";

/** One chat of two messages as a line of JSONL; `n` makes it differ. */
export const chatLine = (n: number, answer = `Answer ${n}: it opens at nine in the morning.`) =>
  JSON.stringify({
    messages: [
      { role: "user", content: `Question number ${n}: when does the shop open?` },
      { role: "assistant", content: answer },
    ],
  });

export const chatLines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => chatLine(from + n)).join("\n");

/** A body of plain messages, user first. */
export const chatBody = (...texts: string[]): ConversationBody => ({
  kind: "chat",
  root: linear(
    texts.map((content, index) => ({ role: index % 2 ? "assistant" : "user", content })),
  ),
});

type Runnable = Pick<Operation, "run" | "input" | "output">;
type In<O> = O extends { input: { _zod: { input: infer I } } } ? I : never;
type Out<O> = O extends { output: { _zod: { output: infer R } } } ? R : never;

/** Does an operation as the handle's person, through its schemas, as every door does. */
export async function act<O>(
  services: Services,
  handle: ProjectHandle,
  operation: O,
  input: Omit<In<O>, "project">,
): Promise<Out<O>> {
  const { run, input: shape, output } = operation as unknown as Runnable;
  const context = { handle, services, actor: handle.actor, signal: new AbortController().signal };
  const given = shape.parse({ project: handle.slug, ...input });
  return output.parse(await run(context as never, given)) as Out<O>;
}

/** Imports text as a file into a dataset and returns the run as it ended. */
export async function importText(
  services: Services,
  handle: ProjectHandle,
  text: string | Uint8Array,
  given: { dataset?: string; fileName?: string; format?: string } = {},
) {
  const { dataset = "chats", fileName = "chats.jsonl", format } = given;
  const source = await placeUpload(services, handle, fileName, text);
  const { run } = await act(services, handle, startImport, {
    source,
    dataset,
    ...(format ? { format } : {}),
  });
  return runJob(services, run);
}

/** Ids of all rows of a dataset's version (the newest when absent), in their order. */
export async function rowIds(
  handle: ProjectHandle,
  datasetId: number,
  version?: number,
): Promise<number[]> {
  const view = { datasetId, version, filter: {} };
  const page = await listRows(handle, view, { by: "added", descending: false, limit: 5000 });
  return page.rows.map((row) => row.id);
}

type Frozen = Out<typeof createSnapshot>;

/** What was frozen at once: no test file is so large that a run does it. */
export function atOnce<T extends { run: number | null }>(made: T): T & { run: null } {
  if (made.run !== null) throw new Error(`run ${made.run} freezes these rows`);
  return made as T & { run: null };
}

/** Freezes rows of a small dataset. */
export async function freeze(
  services: Services,
  handle: ProjectHandle,
  input: Omit<In<typeof createSnapshot>, "project">,
): Promise<Extract<Frozen, { run: null }>> {
  return atOnce(await act(services, handle, createSnapshot, input)) as Extract<
    Frozen,
    { run: null }
  >;
}
