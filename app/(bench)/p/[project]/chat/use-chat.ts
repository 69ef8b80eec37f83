"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ClientError, call } from "#app/_ui/client.ts";
import { type Answer, streamChat } from "#app/_ui/stream/stream-chat.ts";

export type Turn = {
  /** Undefined while it is not kept yet. */
  id?: number | undefined;
  role: string;
  content: string;
  model?: string | null | undefined;
  requestId?: string | null | undefined;
  finishReason?: string | null | undefined;
  feedback?: string | null | undefined;
};

type Deployment = { name: string; version: number | null; model: string | null };

/** Where a chat stands: its turns, the answer that is coming, and what went wrong. */
export function useChat(
  project: string,
  deployment: Deployment | undefined,
  onStarted: (id: string) => void,
) {
  const queries = useQueryClient();
  const [turns, setTurns] = useState<Turn[]>([]);
  const [coming, setComing] = useState<string | null>(null);
  const [error, setError] = useState<ClientError | null>(null);
  const [profile, setProfile] = useState<string | null>(null);
  const stop = useRef<AbortController | null>(null);
  const chatId = useRef<string | null>(null);

  const ensureChat = async (first: string): Promise<string> => {
    if (chatId.current) return chatId.current;
    const made = await call("chats.create", {
      project,
      deployment: deployment?.name ?? "",
      title: first.replace(/\s+/g, " ").trim().slice(0, 80),
    });
    chatId.current = made.id;
    onStarted(made.id);
    return made.id;
  };

  const keep = async (chat: string, turn: Turn, answer?: Answer, replaces?: number) => {
    const made = await call("chats.append", {
      project,
      chat,
      role: turn.role === "user" ? "user" : "assistant",
      content: turn.content,
      ...(answer?.requestId ? { requestId: answer.requestId } : {}),
      ...(answer?.modelVersionId ? { modelVersionId: answer.modelVersionId } : {}),
      ...(answer
        ? { finishReason: answer.partial ? "stopped" : (answer.finishReason ?? "stop") }
        : {}),
      ...(replaces ? { replaces } : {}),
    });
    return made.id;
  };

  /** Asks with `history` as it stands and keeps the answer, in the place of `replaces` when given. */
  const answer = async (chat: string, history: Turn[], replaces?: number) => {
    const controller = new AbortController();
    stop.current = controller;
    setComing("");
    const given = await streamChat({
      project,
      model: deployment?.name ?? "",
      messages: history.map(({ role, content }) => ({ role, content })),
      signal: controller.signal,
      onDelta: (_piece, text) => setComing(text),
      onMeta: (meta) => setProfile(meta.profile),
    });
    if (given.error) setError(given.error);
    if (given.text === "" && given.partial) return;
    const expected = given.modelVersionId === (deployment?.version ?? null);
    const turn: Turn = {
      role: "assistant",
      content: given.text,
      // Another version may have gone live since this page was loaded.
      model: expected ? deployment?.model : null,
      requestId: given.requestId,
      finishReason: given.partial ? "stopped" : given.finishReason,
    };
    turn.id = await keep(chat, turn, given, replaces);
    setTurns([...history, turn]);
    if (expected) return;
    await queries.invalidateQueries({ queryKey: ["deployments.list"] });
    setTurns((await call("chats.read", { project, chat })).messages);
  };

  const guarded = async (work: () => Promise<void>) => {
    setError(null);
    try {
      await work();
    } catch (cause) {
      if (!(cause instanceof ClientError)) throw cause;
      setError(cause);
    } finally {
      stop.current = null;
      setComing(null);
      await queries.invalidateQueries({ queryKey: ["chats.list"] });
    }
  };

  return {
    turns,
    coming,
    error,
    profile,
    load: (id: string | null, kept: Turn[]) => {
      chatId.current = id;
      setTurns(kept);
      setError(null);
    },
    send: (text: string) =>
      guarded(async () => {
        const history: Turn[] = [...turns, { role: "user", content: text }];
        setTurns(history);
        const chat = await ensureChat(text);
        const last = history.at(-1);
        if (last) last.id = await keep(chat, last);
        await answer(chat, history);
      }),
    regenerate: () =>
      guarded(async () => {
        const last = turns.at(-1);
        const chat = chatId.current;
        if (!chat || !last) return;
        const history = last.role === "assistant" ? turns.slice(0, -1) : turns;
        setTurns(history);
        await answer(chat, history, last.role === "assistant" ? last.id : undefined);
      }),
    stop: () => stop.current?.abort(),
    mark: (requestId: string, kind: string) =>
      setTurns((now) =>
        now.map((turn) => (turn.requestId === requestId ? { ...turn, feedback: kind } : turn)),
      ),
  };
}
