import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import {
  familyOf,
  type HistoryRow,
  listFindings,
  listHistory,
  listMemberships,
  listOccurrences,
  type MembershipRow,
} from "#db/queries/conversation-details.ts";
import { type Conversation, requireConversation } from "#db/queries/conversations.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import { conversationBodySchema, walk } from "../core/conversation.ts";
import { datasetRefSchema, idSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { defineOperation } from "../operation.ts";
import { nodeHashes } from "./formats/node-hash.ts";

export const conversationOutput = z.object({
  id: z.number(),
  hash: z.string(),
  kind: z.string(),
  /** Null after an erase. */
  body: conversationBodySchema.nullable(),
  /** Hash of every message, depth first, as `body` is walked. */
  nodes: z.array(z.string()),
  turns: z.number(),
  messages: z.number(),
  characters: z.number(),
  tokens: z.number(),
  lang: z.string().nullable(),
  createdAt: z.string(),
  erasedAt: z.string().nullable(),
  derivedFrom: z.number().nullable(),
  root: z.number(),
  /** Whether it stands in the dataset's newest version. */
  live: z.boolean(),
  tags: z.array(z.string()),
  addedIn: z.number(),
  removedIn: z.number().nullable(),
  /** The text that took this one's place in the newest version. */
  successor: z.number().nullable(),
  occurrences: z.array(
    z.object({
      id: z.number(),
      source: z.string(),
      run: z.number().nullable(),
      record: z.number(),
      speakers: z.unknown(),
      time: z.string().nullable(),
      metadata: z.record(z.string(), z.unknown()),
    }),
  ),
  occurrenceCount: z.number(),
  findings: z.array(
    z.object({
      id: z.number(),
      /** Place of the message, depth first; null when it is of an earlier text. */
      node: z.number().nullable(),
      check: z.string(),
      kind: z.string(),
      start: z.number(),
      end: z.number(),
      confidence: z.number(),
      detector: z.string(),
      state: z.string(),
    }),
  ),
  history: z.array(
    z.object({
      version: z.number(),
      act: z.string(),
      summary: z.string(),
      by: z.string(),
      at: z.string(),
      change: z.enum(["added", "removed", "edited", "tags"]),
      conversation: z.number(),
      tags: z.array(z.string()),
    }),
  ),
});

/** One conversation of a dataset with what is known about it; `labels.of-conversation` has what people judged. */
export const readConversation = defineOperation({
  name: "conversations.read",
  summary: "One conversation: text, provenance, findings and history in a dataset",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/conversations/{conversation}",
  input: z.strictObject({ project: slugSchema, dataset: datasetRefSchema, conversation: idSchema }),
  output: conversationOutput,
  allow: { project: "dataset.read" },
  positionals: ["dataset", "conversation"],
  run: async ({ handle }, input) => {
    const dataset = await requireDataset(handle, input.dataset);
    const row = await requireConversation(handle, input.conversation);
    return conversationView(handle, row, dataset.id);
  },
});

export async function conversationView(
  handle: ProjectHandle,
  row: Conversation,
  datasetId: number,
): Promise<z.input<typeof conversationOutput>> {
  const family = await familyOf(handle, row.id);
  const [memberships, occurrences, findings, history] = await Promise.all([
    listMemberships(handle, family, datasetId),
    listOccurrences(handle, row.id, row.rootId ?? row.id),
    listFindings(handle, row.id, datasetId),
    listHistory(handle, family, datasetId),
  ]);
  const own = memberships.find((one) => one.conversation === row.id);
  if (!own) {
    throw new AssayError(
      "not_found",
      "This conversation does not stand in this dataset. Go back to the dataset and open it from there.",
    );
  }
  const nodes = nodesOf(row);
  const place = new Map(nodes.map((hash, index) => [hash, index]));
  return {
    ...facts(row),
    nodes,
    ...standing(own, memberships),
    occurrences: occurrences.rows,
    occurrenceCount: occurrences.total,
    findings: findings.map(({ nodeHash, ...one }) => ({
      ...one,
      node: place.get(nodeHash) ?? null,
    })),
    history: history.map(historyView),
  };
}

function facts(row: Conversation) {
  const { id, hash, kind, body, turns, messages, characters, tokens, lang, derivedFrom } = row;
  return {
    ...{ id, hash, kind, body, turns, messages, characters, tokens, lang, derivedFrom },
    root: row.rootId ?? row.id,
    createdAt: row.createdAt.toISOString(),
    erasedAt: row.erasedAt?.toISOString() ?? null,
  };
}

function nodesOf(row: Conversation): string[] {
  if (!row.body) return [];
  const hashes = nodeHashes(row.body.root);
  return [...walk(row.body.root)].map(({ node }) => hashes.get(node) ?? "");
}

function standing(own: MembershipRow, all: readonly MembershipRow[]) {
  const live = all.filter((one) => one.removedIn === null);
  const isLive = own.removedIn === null;
  return {
    live: isLive,
    tags: own.tags,
    addedIn: own.addedIn,
    removedIn: own.removedIn,
    successor: isLive ? null : (live.at(0)?.conversation ?? null),
  };
}

function historyView({ added, removed, ...row }: HistoryRow) {
  const [came, went] = [added[0], removed[0]];
  const change =
    came === undefined
      ? "removed"
      : went === undefined
        ? "added"
        : came === went
          ? "tags"
          : "edited";
  return {
    ...row,
    change: change as "added" | "removed" | "edited" | "tags",
    conversation: came ?? went ?? 0,
  };
}
