import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { z } from "zod";
import { load, pageContext } from "#app/_door/page.ts";
import { readChat } from "#lib/chat/chats.ts";
import { ChatView } from "../chat-view.tsx";

export const metadata: Metadata = { title: "Chat" };

type Props = { params: Promise<{ project: string; chat: string }> };

export default async function OpenChatPage({ params }: Props) {
  const { project, chat } = await params;
  const context = await pageContext(project, "chat.use");
  const { handle } = context;
  if (!z.uuid().safeParse(chat).success) notFound();
  const signal = new AbortController().signal;
  const kept = await load(readChat.run({ ...context, signal }, { project: handle.slug, chat }));
  return (
    <ChatView
      project={handle.slug}
      projectId={handle.projectId}
      chat={kept}
      mayPromote={handle.may("deployment.promote")}
    />
  );
}
