import { diffArrays } from "diff";
import { canonicalJson } from "./formats/canonical-json.ts";

type Step = { step: string; params: Record<string, unknown> };
/** A parameter that differs; a value that was not set is absent. */
export type ParamChange = { name: string; was?: unknown; now?: unknown };
/** What became of one step. `from` and `to` are its places, counted from 0, before and after. */
export type StepChange = {
  change: "same" | "changed" | "moved" | "added" | "removed";
  step: string;
  from: number | null;
  to: number | null;
  params: ParamChange[];
};

/** Steps of two revisions side by side, in the order of the newer with those that went where they stood. */
export function diffSteps(was: readonly Step[], now: readonly Step[]): StepChange[] {
  const out: StepChange[] = [];
  let [from, to] = [0, 0];
  for (const part of diffArrays([...was], [...now], { comparator: (a, b) => a.step === b.step })) {
    for (const { step, params } of part.value) {
      if (part.removed) {
        out.push({
          change: "removed",
          step,
          from: from++,
          to: null,
          params: diffParams(params, {}),
        });
      } else if (part.added) {
        out.push({ change: "added", step, from: null, to: to++, params: diffParams({}, params) });
      } else {
        const changes = diffParams(was[from]?.params ?? {}, now[to]?.params ?? {});
        const change = changes.length > 0 ? "changed" : "same";
        out.push({ change, step, from: from++, to: to++, params: changes });
      }
    }
  }
  return withMoves(out, was, now);
}

/** A step that went in one place and came in another was moved. */
function withMoves(
  changes: StepChange[],
  was: readonly Step[],
  now: readonly Step[],
): StepChange[] {
  const gone = new Set<StepChange>();
  const moved = changes.map((one) => {
    if (one.change !== "added" || one.to === null) return one;
    const source = changes.find(
      (other) => other.change === "removed" && other.step === one.step && !gone.has(other),
    );
    if (source?.from === undefined || source.from === null) return one;
    gone.add(source);
    const params = diffParams(was[source.from]?.params ?? {}, now[one.to]?.params ?? {});
    return { ...one, change: "moved" as const, from: source.from, params };
  });
  return moved.filter((one) => !gone.has(one));
}

function diffParams(was: Record<string, unknown>, now: Record<string, unknown>): ParamChange[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(now)])];
  return names
    .filter((name) => canonicalJson(was[name] ?? null) !== canonicalJson(now[name] ?? null))
    .map((name) => ({
      name,
      ...(was[name] === undefined ? {} : { was: was[name] }),
      ...(now[name] === undefined ? {} : { now: now[name] }),
    }));
}
