import { spawn } from "node:child_process";
import { once } from "node:events";
import { loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "#app/_cli/supervisor/ports.ts";
import { roleArgs } from "#app/_cli/supervisor/roles.ts";
import { env } from "#lib/env.ts";
import { makePlace, root, startInstance } from "#tests/setup/instance.ts";
import { prepare } from "../../scripts/prepare.mjs";
import { buildEmptyApp, next } from "./empty-app.ts";
import { chunksOf, type FirstLoad, readFirstLoad } from "./first-load.ts";

const limit = 320;
const rounds = 7;
const heaviest = 8;

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Seconds from the start of a web process in `folder` (`command`: what Node runs) to the first answer on `path`, whatever it says. */
async function startTime(
  folder: string,
  command: readonly string[],
  path: string,
): Promise<number> {
  const port = await findFreePort();
  const from = performance.now();
  const child = spawn(process.execPath, [...command, "-p", String(port), "-H", "127.0.0.1"], {
    cwd: folder,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
    stdio: "ignore",
  });
  try {
    for (;;) {
      const answered = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: "HEAD",
        redirect: "manual",
      }).then(
        () => true,
        () => false,
      );
      if (answered) return (performance.now() - from) / 1000;
      if (child.exitCode !== null) throw new Error(`the web process ended with ${child.exitCode}.`);
      await sleep(5);
    }
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
}

/** An instance's first and second start, and whether its sign-in page asks for nothing that the list lacks. */
async function measureInstance(pages: readonly FirstLoad[]) {
  const place = await makePlace();
  const seconds: number[] = [];
  try {
    let unlisted: string[] = [];
    for (let start = 0; start < 3; start++) {
      const from = performance.now();
      const instance = await startInstance(place);
      seconds.push((performance.now() - from) / 1000);
      const html = await (await fetch(`${instance.url}/sign-in`)).text();
      const listed = pages.find((page) => page.route === "/sign-in")?.files ?? new Set();
      const asked = chunksOf(html);
      unlisted =
        asked.length === 0 ? ["no script at all"] : asked.filter((one) => !listed.has(one));
      await instance.end();
    }
    return { seconds, unlisted };
  } finally {
    place.remove();
  }
}

await prepare();
const pages = readFirstLoad(join(root, env().buildDir));
const empty = buildEmptyApp();
try {
  const emptyKb = readFirstLoad(join(empty.folder, ".next")).find(({ route }) => route === "/")
    ?.kilobytes as number;
  const over = pages.filter((page) => page.kilobytes > limit);
  console.log(
    `First-load JavaScript, kB gzip, ${pages.length} pages; empty app ${emptyKb.toFixed(0)}`,
  );
  for (const { route, kilobytes } of pages.slice(0, heaviest)) {
    console.log(
      `  ${kilobytes.toFixed(0).padStart(4)}  ×${(kilobytes / emptyKb).toFixed(2)}  ${route}`,
    );
  }
  console.log(`   …  median ${median(pages.map((page) => page.kilobytes)).toFixed(0)}`);

  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const turns: (() => Promise<unknown>)[] = [
      async () => ours.push(await startTime(root, roleArgs.web, "/healthz")),
      async () => theirs.push(await startTime(empty.folder, [next, "start"], "/")),
    ];
    for (const turn of round % 2 ? turns.reverse() : turns) await turn();
  }
  const ratio = median(ours.map((value, round) => value / (theirs[round] ?? 1)));
  console.log(
    `Start of the web process to its first answer: ${median(ours).toFixed(2)} s, empty app ${median(theirs).toFixed(2)} s, ratio ${ratio.toFixed(2)} (median of ${rounds} rounds)`,
  );
  const { seconds, unlisted } = await measureInstance(pages);
  console.log(
    `Whole instance until “ready”: first start ${seconds[0]?.toFixed(1)} s, later ${seconds[1]?.toFixed(1)} and ${seconds[2]?.toFixed(1)} s`,
  );
  console.log(`load average ${loadavg()[0]?.toFixed(2)}`);
  console.log(`correct: ${over.length === 0 && unlisted.length === 0}`);
  console.log(`  ${over.length} pages above ${limit} kB`);
  console.log(
    `  scripts of the served sign-in page that the list lacks: ${unlisted.join(", ") || "none"}`,
  );
  if (over.length > 0 || unlisted.length > 0) process.exitCode = 1;
} finally {
  empty.remove();
}
