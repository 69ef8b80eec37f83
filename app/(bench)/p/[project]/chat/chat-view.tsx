"use client";

import { Alert, Badge, Button, Drawer, Group, Select, Text, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHistory, IconMessages, IconPlus, IconRefresh } from "@tabler/icons-react";
import Link from "next/link";
import { useEffect, useRef, useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { plural } from "#app/_ui/format.ts";
import { useOperation } from "#app/_ui/use-operation.ts";
import classes from "./chat.module.css";
import { ChatHistory } from "./chat-history.tsx";
import { ChatTurn } from "./chat-turn.tsx";
import { Composer } from "./composer.tsx";
import { useChat } from "./use-chat.ts";

export type Kept = OutputOf<"chats.read">;
type Props = { project: string; projectId: number; chat: Kept | null; mayPromote: boolean };

type Served = {
  name: string;
  version: number | null;
  model: string | null;
  profile: string | null;
  traffic: string;
  trafficDays: number;
};

/** Talking with what is live: history beside, answers streamed, every answer open to judgement. */
export function ChatView({ project, projectId, chat, mayPromote }: Props) {
  const topics = [`project:${projectId}`];
  const list = useOperation("deployments.list", { project }, { topics });
  const served = (list.data?.deployments ?? []).flatMap((one): Served[] =>
    one.live?.served ? [{ ...one, ...one.live, name: one.name }] : [],
  );
  const open = chat?.id ?? null;
  if (list.error || !list.data) {
    return (
      <Frame project={project} open={open}>
        {list.error ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : (
          <LoadingState />
        )}
      </Frame>
    );
  }
  if (served.length === 0 && chat === null) {
    return (
      <Frame project={project} open={open}>
        <EmptyState
          title="Nothing is live yet"
          icon={<IconMessages size={26} stroke={1.6} />}
          action={
            mayPromote && (
              <Button component={Link} href={`/p/${project}/promote`}>
                Promote a version
              </Button>
            )
          }
        >
          A model version that passed the gate and was promoted answers here. Until then, try
          versions in the playground.
        </EmptyState>
      </Frame>
    );
  }
  return <OpenChat project={project} kept={chat} deployments={served} />;
}

type FrameProps = { project: string; open: string | null; children: React.ReactNode };

/** History beside the conversation; on a narrow screen it is behind a button. */
function Frame({ project, open, children }: FrameProps) {
  const [shown, history] = useDisclosure(false);
  return (
    <div className={classes.frame}>
      <VisuallyHidden>
        <h1>Chat</h1>
      </VisuallyHidden>
      <div className={classes.beside}>
        <ChatHistory project={project} open={open} />
      </div>
      <Button
        className={classes.narrow}
        size="compact-sm"
        variant="default"
        leftSection={<IconHistory size={14} />}
        onClick={history.open}
      >
        Your chats
      </Button>
      <Drawer opened={shown} onClose={history.close} title="Chats" size="xs">
        <ChatHistory project={project} open={open} />
      </Drawer>
      <section className={classes.main} aria-label="Conversation">
        {children}
      </section>
    </div>
  );
}

type OpenProps = { project: string; kept: Kept | null; deployments: Served[] };

function OpenChat({ project, kept, deployments }: OpenProps) {
  const [name, setName] = useState(kept?.deployment ?? deployments[0]?.name ?? "");
  // A chat goes on with the deployment that it was started with, or not at all.
  const served = deployments.find((one) => one.name === name);
  // One that falls silent while somebody talks with it stays on the page: the endpoint says why it is silent.
  const [last, setLast] = useState(served);
  if (served && served !== last) setLast(served);
  const deployment = served ?? (last?.name === name ? last : undefined);
  const [open, setOpen] = useState(kept?.id ?? null);
  const end = useRef<HTMLDivElement>(null);
  const talk = useChat(project, deployment, (id) => {
    setOpen(id);
    // The address follows without a reload: the answer goes on streaming.
    window.history.replaceState(null, "", `/p/${project}/chat/${id}`);
  });
  const { load } = talk;
  const loaded = useRef(false);
  useEffect(() => {
    if (!kept || loaded.current) return;
    loaded.current = true;
    load(kept.id, kept.messages);
  }, [kept, load]);
  useEffect(() => {
    // Answers are shown with their marks; what reads them should be there before the first one.
    void import("#app/_ui/conversation/markdown.tsx");
  }, []);
  useEffect(() => {
    end.current?.scrollIntoView({ block: "end" });
  }, [talk.turns.length, talk.coming]);
  const busy = talk.coming !== null;
  const profile = talk.profile ?? deployment?.profile;
  return (
    <Frame project={project} open={open}>
      <Group className={classes.head} justify="space-between" wrap="nowrap" align="flex-start">
        <Group gap="xs" className={classes.who}>
          {talk.turns.length > 0 || kept ? (
            <Text fw={600} className={classes.wrap}>
              {name}
            </Text>
          ) : (
            <Select
              aria-label="Deployment"
              data={deployments.map((one) => one.name)}
              value={name}
              allowDeselect={false}
              onChange={(next) => next && setName(next)}
            />
          )}
          {deployment && (
            <Text size="sm" c="dimmed" className={classes.wrap}>
              {deployment.model} answers
            </Text>
          )}
          {deployment && profile && (
            <Badge
              variant="light"
              color="gray"
              title="The policy profile that this version passed"
              className={classes.badge}
            >
              profile {profile}
            </Badge>
          )}
        </Group>
        <Button
          component="a"
          href={`/p/${project}/chat`}
          variant="default"
          leftSection={<IconPlus size={16} />}
          className={classes.badge}
        >
          New chat
        </Button>
      </Group>
      <div className={classes.turns} role="log" aria-live="polite" aria-busy={busy}>
        {talk.turns.length === 0 && !busy && kept === null && (
          <Text c="dimmed" className={classes.hello}>
            Ask {name} something.
          </Text>
        )}
        {talk.turns.map((turn, index) => (
          <ChatTurn
            key={turn.id ?? `turn-${index}`}
            project={project}
            turn={turn}
            history={talk.turns.slice(0, index)}
            onFeedback={talk.mark}
          />
        ))}
        {busy && (
          <ChatTurn
            project={project}
            turn={{ role: "assistant", content: talk.coming ?? "" }}
            history={[]}
            coming
          />
        )}
        {talk.error && (
          <Alert color="red" role="alert" title="The answer did not come">
            {talk.error.message}
          </Alert>
        )}
        {!busy && talk.turns.length > 0 && deployment && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            leftSection={<IconRefresh size={14} />}
            onClick={() => void talk.regenerate()}
          >
            {talk.turns.at(-1)?.role === "assistant" ? "Answer again" : "Try again"}
          </Button>
        )}
        <div ref={end} />
      </div>
      <div>
        {!served && (
          <Alert color="yellow" role="status" mb="xs" title={`${name} does not answer now`}>
            It was stopped, or its gate run no longer holds. This chat can be read; start a new one
            with what is live.
          </Alert>
        )}
        {deployment && (
          <>
            <Composer busy={busy} onSend={(text) => void talk.send(text)} onStop={talk.stop} />
            <Text size="xs" c="dimmed" mt={4}>
              {keptWords(deployment)}
            </Text>
          </>
        )}
      </div>
    </Frame>
  );
}

/** What happens to what is written here, before it is written. */
function keptWords({ traffic, trafficDays }: Served): string {
  const log =
    traffic === "off"
      ? "Requests are not logged"
      : `Requests are logged ${traffic === "full" ? "with their text" : "without their text"} for ${plural(trafficDays, "day")}`;
  return `${log}; your chats are kept for you until you delete them.`;
}
