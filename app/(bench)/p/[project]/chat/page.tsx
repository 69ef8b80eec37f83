import type { Metadata } from "next";
import { pageContext } from "#app/_door/page.ts";
import { ChatView } from "./chat-view.tsx";

export const metadata: Metadata = { title: "Chat" };

type Props = { params: Promise<{ project: string }> };

export default async function ChatPage({ params }: Props) {
  const { handle } = await pageContext((await params).project, "chat.use");
  return (
    <ChatView
      project={handle.slug}
      projectId={handle.projectId}
      chat={null}
      mayPromote={handle.may("deployment.promote")}
    />
  );
}
