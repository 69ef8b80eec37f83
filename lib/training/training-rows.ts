import { sql } from "drizzle-orm";
import type { ProjectHandle } from "#db/handle.ts";
import { ofProject } from "#db/queries/dataset-filter.ts";
import type { TrainRow } from "#models/launch/schema.ts";
import {
  type ConversationBody,
  type Message,
  mainPath,
  messageText,
} from "../core/conversation.ts";
import type { Side } from "../datasets/split-groups.ts";

/** A chat's main path (of a pair: the chosen side) as messages; bare text as text. */
export function trainingRow(body: ConversationBody): TrainRow {
  if (body.kind === "text") return { text: messageText(body.root) };
  const messages = mainPath(body).map(trainerMessage);
  return body.tools ? { messages, tools: body.tools } : { messages };
}

function trainerMessage(message: Message) {
  return {
    role: message.role,
    content: messageText(message),
    ...(message.toolCalls
      ? {
          tool_calls: message.toolCalls.map(({ name, arguments: given }) => ({
            name,
            arguments: given,
          })),
        }
      : {}),
  };
}

/** Rows fetched at once: bounds memory whatever the snapshot's size. */
const page = 1000;

/** Bodies of one side of a snapshot in id order, a page at a time; erased ones are left out. */
export async function* snapshotBodies(
  handle: ProjectHandle,
  snapshotId: number,
  side: Side,
): AsyncGenerator<{ id: number; body: ConversationBody }> {
  let after = 0;
  for (;;) {
    const rows = await handle.db.execute<{ id: number; body: ConversationBody }>(sql`
      select c.id::float8 as id, c.body from snapshot_item i join conversation c on c.id = i.conversation_id
      where i.snapshot_id = ${snapshotId} and i.side = ${side} and ${ofProject(handle.projectId)}
        and i.conversation_id > ${after} and c.id > ${after} and c.body is not null
      order by c.id limit ${page}`);
    yield* rows;
    const last = rows.at(-1);
    if (rows.length < page || !last) return;
    after = last.id;
  }
}

/** One side as the trainer reads it, followed by `extra` rows. */
export async function* snapshotRows(
  handle: ProjectHandle,
  snapshotId: number,
  side: Side,
  extra: readonly TrainRow[] = [],
): AsyncGenerator<TrainRow> {
  for await (const { body } of snapshotBodies(handle, snapshotId, side)) yield trainingRow(body);
  yield* extra;
}
