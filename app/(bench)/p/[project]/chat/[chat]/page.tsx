import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { z } from "zod";
import { pageContext } from "#app/_door/page.ts";
import { ChatView } from "../chat-view.tsx";

export const metadata: Metadata = { title: "Chat" };

type Props = { params: Promise<{ project: string; chat: string }> };

export default async function OpenChatPage({ params }: Props) {
  const { project, chat } = await params;
  const { handle } = await pageContext(project, "chat.use");
  if (!z.uuid().safeParse(chat).success) notFound();
  return (
    <ChatView
      project={handle.slug}
      projectId={handle.projectId}
      chat={chat}
      mayPromote={handle.may("deployment.promote")}
    />
  );
}
