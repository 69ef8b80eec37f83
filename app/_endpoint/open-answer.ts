import type { Target } from "#lib/chat/resolve-target.ts";
import type { Exchange } from "./exchange.ts";
import type { Question } from "./targets.ts";

export type Opened = { target: Target; exchange: Exchange };

const changed = () => new Error("another version answers this name now");

/**
 * Asks the likely version while Postgres is asked whether it may still answer, and gives its answer on only when
 * Postgres says so; else that answer is dropped unread and the version that Postgres names is asked. So the question
 * costs no time of its own, and what came before the request (a stop, a revoked signature, a rollback) counts for it.
 * Only the model server of this instance is asked early: to a server elsewhere no text goes before Postgres agrees.
 * @param started hears of each request that is sent, to abort the last one when the client leaves.
 * @throws what the question throws: not_found, unavailable for a deployment that was stopped.
 */
export async function openAnswer(
  { likely, confirmed }: Question,
  send: (target: Target) => Exchange,
  started: (exchange: Exchange) => void,
): Promise<Opened> {
  const ask = (target: Target): Exchange => {
    const exchange = send(target);
    started(exchange);
    return exchange;
  };
  const early = likely && likely.upstream === null ? ask(likely) : undefined;
  let target: Target;
  try {
    target = await confirmed;
  } catch (cause) {
    early?.abort(changed());
    throw cause;
  }
  if (early && target === likely) return { target, exchange: early };
  early?.abort(changed());
  return { target, exchange: ask(target) };
}
