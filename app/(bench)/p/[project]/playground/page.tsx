import type { Metadata } from "next";
import { load, type PageContext, pageContext } from "#app/_door/page.ts";
import { playStateSchema } from "#lib/core/playground-session.ts";
import { listTargets } from "#lib/playground/list-targets.ts";
import { openConversation } from "#lib/playground/open-conversation.ts";
import { listPrompts } from "#lib/playground/prompts.ts";
import { readSession } from "#lib/playground/sessions.ts";
import { Playground } from "./playground.tsx";
import { playSearchSchema } from "./search.ts";
import { emptyState, withRow } from "./state.ts";

export const metadata: Metadata = { title: "Playground" };

type Props = {
  params: Promise<{ project: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default async function PlaygroundPage({ params, searchParams }: Props) {
  const context = await pageContext((await params).project, "play.use");
  const { handle } = context;
  const search = playSearchSchema.parse(await searchParams);
  const of = operationContext(context);
  const project = handle.slug;
  const [{ models }, { prompts }] = await Promise.all([
    listTargets.run(of, { project }),
    listPrompts.run(of, { project }),
  ]);
  const session = search.session
    ? await load(readSession.run(of, { project, session: search.session }))
    : undefined;
  const names = models.map((one) => one.name);
  // A link may outlive its model: then the page begins as it does without one.
  const begin = emptyState(names, names.includes(search.model ?? "") ? search.model : undefined);
  const initial = session
    ? playStateSchema.parse(session.state)
    : search.conversation
      ? withRow(begin, await openRow(context, search.conversation))
      : begin;
  return (
    <Playground
      // Another session or row is another playground.
      key={`${session?.id}-${search.conversation}-${search.model}`}
      project={project}
      models={models}
      prompts={prompts}
      initial={initial}
      session={session && { id: session.id, title: session.title, revision: session.revision }}
      fresh={!session && !search.conversation && !search.model}
      may={{ save: handle.may("dataset.write"), infer: handle.may("infer.run") }}
    />
  );
}

const operationContext = ({ handle, services, actor }: PageContext) => ({
  handle,
  services,
  actor,
  signal: new AbortController().signal,
});

async function openRow(context: PageContext, conversation: number) {
  const input = { project: context.handle.slug, conversation };
  const row = await load(openConversation.run(operationContext(context), input));
  // The roles come from a stored conversation; the schema gives them their type.
  return { ...row, history: playStateSchema.shape.history.parse(row.history) };
}
