import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { nodeOptions } from "#app/_cli/supervisor/roles.ts";
import { env } from "#lib/env.ts";
import { untilQuiet } from "./quiet.ts";
import { benchTrainer } from "./trainer/trainer.ts";

/**
 * `npm run bench [-- NAME…] [--flags of a benchmark]`: each against its baseline in the same run. It prints ratios and
 * whether what was measured was right; figures are not judged, but wrong answers end with code 1.
 */
const script =
  (name: string, options: readonly string[] = []) =>
  async (flags: readonly string[]) => {
    const args = [...options, join(import.meta.dirname, name), ...flags];
    const child = spawn(process.execPath, args, { stdio: "inherit" });
    // Whoever ends this ends the benchmark in hand, too.
    const pass = (signal: NodeJS.Signals) => child.kill(signal);
    process.on("SIGTERM", pass).on("SIGINT", pass);
    const [code, signal] = await once(child, "exit");
    process.off("SIGTERM", pass).off("SIGINT", pass);
    if (signal) process.exit(1);
    if (code !== 0) process.exitCode = 1;
  };

type Benchmark = (flags: readonly string[]) => unknown;
const benchmarks: Record<string, Benchmark> = {
  import: script("datasets/import.ts"),
  query: script("datasets/query.ts"),
  endpoint: script("endpoint/endpoint.ts"),
  pages: script("pages/pages.ts"),
  "near-duplicates": script("near-duplicates/near-duplicates.ts"),
  trainer: async () => {
    const settings = env();
    const result = await benchTrainer({ venvDir: settings.venvDir, env: settings.childBase });
    if (!result) return;
    console.log(JSON.stringify(result, null, 2));
    console.log(`correct: ${result.losses_equal}`);
    if (!result.losses_equal) process.exitCode = 1;
  },
};
/** Many minutes each, so only when named. */
const long: Record<string, Benchmark> = {
  sgd: script("sgd/sgd.ts"),
  "scale-import": script("scale/import.ts", nodeOptions.worker),
  "scale-screen": script("scale/screen.ts"),
  "scale-search": script("scale/search.ts"),
  "scale-page": script("scale/pages.ts"),
  "scale-table": script("scale/table.ts"),
  "scale-growth": script("scale/growth.ts", nodeOptions.worker),
  "scale-diff": script("scale/diff.ts"),
  "scale-kills": script("scale/kills.ts", nodeOptions.worker),
  vectors: script("vectors/vectors.ts"),
  pii: script("pii/pii.ts"),
  memorisation: script("memorisation/memorisation.ts"),
  "large-import": script("datasets/large-import.ts", nodeOptions.worker),
};

/** `scale` stands for all that is measured at a million rows, hours on end: each in its turn. */
const named = (name: string) =>
  name === "scale" ? Object.keys(long).filter((one) => one.startsWith("scale-")) : [name];

const given = process.argv.slice(2);
const flags = given.filter((word) => word.startsWith("--"));
const names = given.filter((word) => !word.startsWith("--")).flatMap(named);
for (const [index, name] of (names.length > 0 ? names : Object.keys(benchmarks)).entries()) {
  const bench = benchmarks[name] ?? long[name];
  if (!bench) {
    console.error(
      `There is no benchmark ${name}. There are: ${Object.keys({ ...benchmarks, ...long }).join(", ")}, and “scale” for all that begin so.`,
    );
    process.exitCode = 1;
    continue;
  }
  console.log(`\n── ${name}`);
  if (index > 0) await untilQuiet();
  await bench(flags);
}
