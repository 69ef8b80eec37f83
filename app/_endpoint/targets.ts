import { LRUCache } from "lru-cache";
import type { EndpointGrant, Target } from "#lib/chat/resolve-target.ts";

/** Which version answers a name, as it was the last time and as Postgres says now. */
export type Question = {
  /** What was confirmed within the last seconds: a guess, never a right to answer. */
  likely: Target | undefined;
  /** Read after the request came. The same object as `likely` when nothing about it changed. */
  confirmed: Promise<Target>;
};
export type Targets = (grant: EndpointGrant, name: string) => Question;

type Running = { now: Promise<Target>; next: Promise<Target> | undefined };
type Known = { target: Target; text: string; at: number };

/** An older guess would be wrong too often: a wrong one makes the model server work, and perhaps load, for nothing. */
const guessMs = 5000;
/** Names times rights that are remembered; each holds a system prompt. */
const knownNames = 1000;

/**
 * Asks the database with every request which model version answers, and never twice at once for the same name: who
 * comes while a question is on its way shares the one after it. So each answer was read after its request came, and a
 * stop or a rollback that was done before a request counts for it.
 */
export function openTargets(
  resolve: (grant: EndpointGrant, name: string) => Promise<Target>,
): Targets {
  const running = new Map<string, Running>();
  const known = new LRUCache<string, Known>({ max: knownNames });

  const read = async (key: string, grant: EndpointGrant, name: string): Promise<Target> => {
    const target = await resolve(grant, name).catch((cause: unknown) => {
      known.delete(key);
      throw cause;
    });
    const text = JSON.stringify(target);
    const before = known.get(key);
    const same = before?.text === text ? before.target : target;
    known.set(key, { target: same, text, at: performance.now() });
    return same;
  };
  const ask = (key: string, grant: EndpointGrant, name: string): Promise<Target> => {
    const now = read(key, grant, name);
    const question: Running = { now, next: undefined };
    running.set(key, question);
    const done = () => {
      if (!question.next && running.get(key) === question) running.delete(key);
    };
    now.then(done, done);
    return now;
  };
  const confirm = (key: string, grant: EndpointGrant, name: string): Promise<Target> => {
    const question = running.get(key);
    if (!question) return ask(key, grant, name);
    const again = () => ask(key, grant, name);
    question.next ??= question.now.then(again, again);
    return question.next;
  };
  return (grant, name) => {
    const key = JSON.stringify([grant.projectId, grant.chat, grant.preview, grant.embed, name]);
    const last = known.get(key);
    const likely = last && performance.now() - last.at < guessMs ? last.target : undefined;
    return { likely, confirmed: confirm(key, grant, name) };
  };
}
