import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { count } from "drizzle-orm";
import { requestLog } from "#db/schema/trust.ts";
import type { Services } from "#lib/services.ts";
import { withInstance } from "../datasets/database.ts";
import { deploymentName, makeLive } from "./live.ts";
import { type Load, load, type Side, warmUp } from "./load.ts";
import { nginxVersion, startNginx } from "./nginx.ts";

/** What the stub's answer takes. A proxy in front adds to it; 32 at a time ask for 800 answers a second. */
const stubMs = 40;
const rounds = 5;
/** A process that has served for long has compiled its code; these, 32 at a time, are not measured. */
const warmUpRequests = 2000;
const settings = [
  { name: "1 at a time", concurrency: 1, requests: 100, stub: stubMs },
  { name: "32 at a time", concurrency: 32, requests: 1600, stub: stubMs },
  { name: "32, no wait", concurrency: 32, requests: 3000, stub: 0 },
] as const;

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const ms = (value: number) => value.toFixed(2);

type Started = { child: ChildProcess; port: number };
async function start(file: string, ...words: string[]): Promise<Started> {
  const child = fork(join(import.meta.dirname, file), words);
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return { child, port };
}

/**
 * What the endpoint (key, live PASS, rate limit, usage, log) adds to an upstream of constant time, beside nginx as a
 * plain proxy. Sides take turns in every round; printed are medians over rounds.
 */
async function main(): Promise<void> {
  const version = nginxVersion();
  console.log(
    version
      ? `nginx ${version} as the other proxy`
      : "nginx is not installed: its side is left out",
  );
  console.log(`load average before: ${loadavg()[0]?.toFixed(2)}`);
  await withInstance(async (services, handle, databaseUrl) => {
    const keys = await makeLive(services, handle);
    let wrong = 0;
    let firstWrong: string | undefined;
    let asked = 0;
    for (const setting of settings) {
      const stub = await start("stub.ts", String(setting.stub));
      const endpoint = await start(
        "serve.ts",
        ...[databaseUrl, services.dataDir, `http://127.0.0.1:${stub.port}`],
      );
      const nginx = version ? await startNginx(stub.port) : undefined;
      const sides: Side[] = [
        { name: "direct", port: stub.port, model: "stub" },
        { name: "endpoint", port: endpoint.port, keys, model: deploymentName },
        ...(nginx ? [{ name: "nginx", port: nginx.port, model: "stub" }] : []),
      ];
      const results = await takeTurns(sides, setting.concurrency, setting.requests);
      const loads = [...results.values()].flat();
      wrong += loads.reduce((sum, one) => sum + one.wrong, 0);
      firstWrong ??= loads.find((one) => one.firstWrong)?.firstWrong;
      asked += (setting.requests + warmUp * setting.concurrency) * rounds;
      asked += warmUpRequests + warmUp * 32;
      report(setting.name, results);
      nginx?.stop();
      stub.child.disconnect();
      endpoint.child.disconnect();
      await once(endpoint.child, "exit");
    }
    const logged = await countLogged(services, asked);
    console.log(`load average after: ${loadavg()[0]?.toFixed(2)}`);
    console.log(`correct: ${wrong === 0 && logged === asked}`);
    console.log(`  ${wrong} answers were wrong; ${logged} of ${asked} requests are in the log`);
    if (firstWrong) console.log(`  the first wrong one: ${firstWrong}`);
    if (wrong > 0 || logged !== asked) process.exitCode = 1;
  });
}

/** The order of the sides moves on by one each round. */
async function takeTurns(sides: readonly Side[], concurrency: number, requests: number) {
  const results = new Map<string, Load[]>(sides.map(({ name }) => [name, []]));
  for (const side of sides) await load(side, 32, warmUpRequests);
  for (let round = 0; round < rounds; round++) {
    const from = round % sides.length;
    for (const side of [...sides.slice(from), ...sides.slice(0, from)]) {
      results.get(side.name)?.push(await load(side, concurrency, requests));
    }
  }
  return results;
}

function report(name: string, results: Map<string, Load[]>): void {
  const direct = results.get("direct") ?? [];
  const added = (side: string, figure: "p50" | "p99") =>
    (results.get(side) ?? []).map((one, round) => one[figure] - (direct[round]?.[figure] ?? 0));
  console.log(`\n${name}`);
  for (const [side, loads] of results) {
    const of = (figure: "p50" | "p99" | "perSecond") => median(loads.map((one) => one[figure]));
    const more =
      side === "direct"
        ? ""
        : `  added p50 ${ms(median(added(side, "p50")))} ms, p99 ${ms(median(added(side, "p99")))} ms`;
    console.log(
      `  ${side.padEnd(9)} p50 ${ms(of("p50"))} ms, p99 ${ms(of("p99"))} ms, ${of("perSecond").toFixed(0)}/s${more}`,
    );
  }
  if (!results.has("nginx")) return;
  // What nginx adds at the 99th percentile is often less than the noise: there whole latencies are compared.
  const nginx = results.get("nginx") ?? [];
  const p50 = added("endpoint", "p50").map(
    (value, round) => value / (added("nginx", "p50")[round] ?? 1),
  );
  const p99 = (results.get("endpoint") ?? []).map(
    (one, round) => one.p99 / (nginx[round]?.p99 ?? 1),
  );
  console.log(
    `  ratio     endpoint to nginx: added p50 ${median(p50).toFixed(2)}, whole p99 ${median(p99).toFixed(2)}`,
  );
}

/** The log is written behind the answers; it is given a moment to catch up. */
async function countLogged({ database }: Services, wanted: number): Promise<number> {
  for (let tries = 0; ; tries++) {
    const [row] = await database.db.select({ n: count() }).from(requestLog);
    if ((row?.n ?? 0) >= wanted || tries > 40) return row?.n ?? 0;
    await sleep(250);
  }
}

await main();
