import { expect, it } from "vitest";
import type { EndpointGrant, Target } from "#lib/chat/resolve-target.ts";
import { openTargets } from "./targets.ts";

const grant: EndpointGrant = {
  projectId: 1,
  keyId: 1,
  userId: null,
  chat: true,
  preview: false,
  embed: false,
};

/** A database that reads the live version when a question starts and tells it when it is let. */
function slowDatabase() {
  let live = 1;
  const open: (() => void)[] = [];
  const asked: string[] = [];
  const targets = openTargets(async (_grant, name) => {
    asked.push(name);
    const read = live;
    await new Promise<void>((resolve) => open.push(resolve));
    if (read < 0) throw new Error("stopped");
    return { modelVersionId: read } as Target;
  });
  return {
    ask: async (name = "shop", as = grant) => (await targets(as, name).confirmed).modelVersionId,
    set: (version: number) => {
      live = version;
    },
    answer: async () => {
      open.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
    targets,
    asked,
  };
}

it("answers nobody with what was read before they came", async () => {
  const { ask, set, answer, asked } = slowDatabase();
  const first = ask();
  set(2);
  const later = [ask(), ask(), ask()];
  await answer();
  expect(await first).toBe(1);
  set(3);
  // These come while the second question is on its way, which read version 2.
  const last = [ask(), ask()];
  await answer();
  expect(await Promise.all(later)).toEqual([2, 2, 2]);
  await answer();
  expect(await Promise.all(last)).toEqual([3, 3]);
  expect(asked).toHaveLength(3);
});

it("stops whoever comes after a stop, and asks again after a failure", async () => {
  const { ask, set, answer } = slowDatabase();
  const before = ask();
  set(-1);
  const after = ask();
  after.catch(() => undefined);
  await answer();
  expect(await before).toBe(1);
  set(4);
  const resumed = ask();
  await answer();
  await expect(after).rejects.toThrow("stopped");
  await answer();
  expect(await resumed).toBe(4);
});

it("shares nothing between projects, rights and names", async () => {
  const { ask, answer, asked } = slowDatabase();
  const all = [
    ask(),
    ask("other"),
    ask("shop", { ...grant, projectId: 2 }),
    ask("shop", { ...grant, preview: true }),
  ];
  for (const _ of all) await answer();
  await Promise.all(all);
  expect(asked).toHaveLength(4);
});

it("guesses what was confirmed last, until a question fails", async () => {
  const { targets, set, answer } = slowDatabase();
  const ask = () => targets(grant, "shop");
  const first = ask();
  expect(first.likely).toBeUndefined();
  await answer();
  const target = await first.confirmed;
  const second = ask();
  expect(second.likely).toBe(target);
  await answer();
  expect(await second.confirmed).toBe(target);
  set(2);
  const moved = ask();
  expect(moved.likely).toBe(target);
  await answer();
  expect(await moved.confirmed).toEqual({ modelVersionId: 2 });
  set(-1);
  const stopped = ask();
  await answer();
  await expect(stopped.confirmed).rejects.toThrow("stopped");
  expect(ask().likely).toBeUndefined();
  await answer();
});
