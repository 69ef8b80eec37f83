import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { scanFixed } from "./scan.ts";

/** Our side, a process of its own: answers each line of its input with one line; `scan.py` speaks the same. */
const texts = readFileSync(process.argv[2] ?? "", "utf8")
  .trimEnd()
  .split("\n")
  .map((line): string => JSON.parse(line));
const labelled = Number(process.argv[3]);
const parts = [texts.slice(labelled), texts.slice(0, labelled)];
const times = process.argv.slice(4).map(Number);

/** Seconds by the wall and of the processor, for the dialogues and for the labelled texts. */
function round(conditions: boolean) {
  let spans = 0;
  const clocks = parts.map((part, i) => {
    const cpu = process.cpuUsage();
    const start = performance.now();
    for (let time = 0; time < (times[i] ?? 1); time++) {
      for (const text of part) spans += scanFixed(text, conditions).length;
    }
    const wall = (performance.now() - start) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    return { wall, processor: (user + system) / 1e6 };
  });
  return { spans, clocks, peak: process.resourceUsage().maxRSS / 1024 };
}

/** Offsets in code points, as Python counts them. */
function spansOf(part: readonly string[]): (string | number)[][] {
  return part.flatMap((text, i) =>
    scanFixed(text, true).map(({ kind, start, end }) => {
      const before = [...text.slice(0, start)].length;
      return [i, kind, before, before + [...text.slice(start, end)].length];
    }),
  );
}

function digest(spans: readonly (string | number)[][]): string {
  return createHash("sha256")
    .update(spans.map((span) => span.join(" ")).join("\n"))
    .digest("hex");
}

const say = (answer: unknown) => console.log(JSON.stringify(answer));
say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "spans") say({ labelled: spansOf(parts[1] ?? []), all: digest(spansOf(texts)) });
  else say(round(line === "conditions"));
}
