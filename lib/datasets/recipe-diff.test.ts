import { expect, it } from "vitest";
import { diffSteps } from "./recipe-diff.ts";

const step = (id: string, params: Record<string, unknown> = {}) => ({ step: id, params });
const short = (was: Parameters<typeof diffSteps>[0], now: Parameters<typeof diffSteps>[0]) =>
  diffSteps(was, now).map(({ change, step: id, from, to }) => [change, id, from, to]);

it("says nothing changed of equal steps, whatever the order of their parameters", () => {
  const was = [step("html"), step("length", { min: 1, max: 2 })];
  const now = [step("html"), step("length", { max: 2, min: 1 })];
  expect(short(was, now)).toEqual([
    ["same", "html", 0, 0],
    ["same", "length", 1, 1],
  ]);
});

it("names each parameter that was set, changed or taken away", () => {
  const [change] = diffSteps(
    [step("length", { min: 1, max: 9, unit: "tokens" })],
    [step("length", { min: 2, unit: "tokens", maxMessage: 7 })],
  );
  expect(change).toEqual({
    ...{ change: "changed", step: "length", from: 0, to: 0 },
    params: [
      { name: "min", was: 1, now: 2 },
      { name: "max", was: 9 },
      { name: "maxMessage", now: 7 },
    ],
  });
});

it("tells steps that came and went from one that was moved", () => {
  const was = [step("html"), step("pii", { mode: "find" }), step("duplicates")];
  const now = [step("pii", { mode: "redact" }), step("unicode"), step("html")];
  const changes = diffSteps(was, now);
  expect(changes.filter((one) => one.change === "moved")).toHaveLength(1);
  expect(short(was, now)).toContainEqual(["added", "unicode", null, 1]);
  expect(short(was, now)).toContainEqual(["removed", "duplicates", 2, null]);
  const pii = changes.find((one) => one.step === "pii");
  expect(pii?.params).toEqual([{ name: "mode", was: "find", now: "redact" }]);
});

it("tells two steps of one kind apart", () => {
  const was = [step("pii", { mode: "find" }), step("pii", { mode: "redact" })];
  expect(short(was, was.slice(1))).toHaveLength(2);
  expect(short([], was)).toEqual([
    ["added", "pii", null, 0],
    ["added", "pii", null, 1],
  ]);
});
