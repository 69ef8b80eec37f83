import { expect, it } from "vitest";
import type { Target } from "#lib/chat/resolve-target.ts";
import type { Exchange } from "./exchange.ts";
import { openAnswer } from "./open-answer.ts";

const target = (given: Partial<Target>) =>
  ({ modelVersionId: 1, upstream: null, ...given }) as Target;
const elsewhere = { upstream: { baseUrl: "https://models.example/v1" } } as Partial<Target>;

/** What was sent and aborted, in order. */
function upstream() {
  const events: string[] = [];
  const send = ({ modelVersionId }: Target): Exchange => {
    events.push(`sent ${modelVersionId}`);
    return {
      head: new Promise(() => {}),
      read: async () => undefined,
      abort: () => events.push(`aborted ${modelVersionId}`),
    };
  };
  return {
    events,
    open: (likely: Target | undefined, confirmed: Promise<Target>) =>
      openAnswer({ likely, confirmed }, send, () => {}),
  };
}

it("sends to this instance's model server while the question runs", async () => {
  const { events, open } = upstream();
  const likely = target({});
  const question = Promise.withResolvers<Target>();
  const opened = open(likely, question.promise);
  expect(events).toEqual(["sent 1"]);
  question.resolve(likely);
  expect((await opened).target).toBe(likely);
  expect(events).toEqual(["sent 1"]);
});

it("sends nothing to another server before the answer", async () => {
  const { events, open } = upstream();
  const likely = target(elsewhere);
  const question = Promise.withResolvers<Target>();
  const opened = open(likely, question.promise);
  expect(events).toEqual([]);
  question.resolve(likely);
  await opened;
  expect(events).toEqual(["sent 1"]);
});

it("drops what was sent early when another version is named, or none", async () => {
  const { events, open } = upstream();
  const other = target({ modelVersionId: 2 });
  expect((await open(target({}), Promise.resolve(other))).target).toBe(other);
  expect(events).toEqual(["sent 1", "aborted 1", "sent 2"]);
  await expect(open(target({}), Promise.reject(new Error("stopped")))).rejects.toThrow("stopped");
  expect(events.slice(3)).toEqual(["sent 1", "aborted 1"]);
});
