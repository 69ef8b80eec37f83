import { z } from "zod";
import { conversationKinds, roles } from "./message-tree.ts";

// What pages need of a tree stands apart: the browser should not load zod to show a message.
export {
  conversationKinds,
  linear,
  mainPath,
  mainReply,
  messageText,
  messageTexts,
  roles,
  walk,
} from "./message-tree.ts";

/**
 * A conversation is a message tree with one main path. A plain chat is a tree without branches;
 * chosen/rejected are two ranked leaves under one prompt.
 */
export const roleSchema = z.enum(roles);
export type Role = (typeof roles)[number];

export const partSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("image"), url: z.string() }),
  z.object({ type: z.literal("other"), kind: z.string(), value: z.unknown() }),
]);
export type Part = z.infer<typeof partSchema>;

/** `arguments` is the JSON text exactly as it came; it need not be valid JSON. */
export const toolCallSchema = z.object({
  id: z.string().optional(),
  name: z.string(),
  arguments: z.string(),
});
export type ToolCall = z.infer<typeof toolCallSchema>;

export type MessageNode = {
  role: Role;
  /** Plain text, or typed parts where the source had them. */
  content: string | Part[];
  /** Speaker name within the role, when the source had one. */
  name?: string;
  toolCalls?: ToolCall[];
  /** Which call a `tool` message answers. */
  toolCallId?: string;
  /** 0 is best; set on siblings that the source ranked. */
  rank?: number;
  replies: MessageNode[];
};

export const messageNodeSchema: z.ZodType<MessageNode> = z.lazy(() =>
  z.object({
    role: roleSchema,
    content: z.union([z.string(), z.array(partSchema)]),
    name: z.string().optional(),
    toolCalls: z.array(toolCallSchema).optional(),
    toolCallId: z.string().optional(),
    rank: z.number().int().nonnegative().optional(),
    replies: z.array(messageNodeSchema),
  }),
);

export type ConversationKind = (typeof conversationKinds)[number];

/** The body as stored in `conversation.body`. `tools` are the tool definitions offered, as JSON values. */
export type ConversationBody = {
  kind: ConversationKind;
  root: MessageNode;
  tools?: unknown[];
};

export const conversationBodySchema: z.ZodType<ConversationBody> = z.object({
  kind: z.enum(conversationKinds),
  root: messageNodeSchema,
  tools: z.array(z.unknown()).optional(),
});

/** A message on a linear path: a node without its replies. */
export type Message = Omit<MessageNode, "replies">;
