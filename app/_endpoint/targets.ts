import type { EndpointGrant, Target } from "#lib/chat/resolve-target.ts";

type Question = { running: Promise<Target>; next: Promise<Target> | undefined };

/**
 * Asks the database with every request which model version answers, and never twice at once for the same name: who
 * comes while a question is on its way shares the one after it. So each answer was read after its request came, and a
 * stop or a rollback that was done before a request counts for it.
 */
export function openTargets(
  resolve: (grant: EndpointGrant, name: string) => Promise<Target>,
): (grant: EndpointGrant, name: string) => Promise<Target> {
  const questions = new Map<string, Question>();
  const ask = (key: string, grant: EndpointGrant, name: string): Promise<Target> => {
    const running = resolve(grant, name);
    const question: Question = { running, next: undefined };
    questions.set(key, question);
    const done = () => {
      if (!question.next && questions.get(key) === question) questions.delete(key);
    };
    running.then(done, done);
    return running;
  };
  return (grant, name) => {
    const key = JSON.stringify([grant.projectId, grant.chat, grant.preview, name]);
    const question = questions.get(key);
    if (!question) return ask(key, grant, name);
    const again = () => ask(key, grant, name);
    question.next ??= question.running.then(again, again);
    return question.next;
  };
}

export type Targets = ReturnType<typeof openTargets>;
