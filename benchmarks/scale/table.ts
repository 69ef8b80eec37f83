import { type Browser, type CDPSession, chromium, type Page } from "playwright-core";
import { chromiumFlags, findChromium } from "#tests/setup/chromium.mjs";
import { requireQuiet } from "../quiet.ts";
import { admin, type Served, withServed } from "./served.ts";
import { numberFlag, quantile } from "./world.ts";

/**
 * The dataset's table in Chromium over a million rows, its processor slowed down four times: scrolled by the wheel
 * through 10,000 rows. Tasks of more than 50 ms (the browser's own count) and the most nodes in the document. `--rows=1000000 --scroll=10000 --throttle=4`.
 */
const load = requireQuiet(process.argv);
const rows = numberFlag("rows", 1_000_000);
const scroll = numberFlag("scroll", 10_000);
const throttle = numberFlag("throttle", 4);
const slowMs = 50;
const mostNodes = 3_000;
/** What a wheel turned fast gives, and how often. */
const wheel = { pixels: 600, everyMs: 50 };

async function open(browser: Browser, { url, world }: Served): Promise<Page> {
  const page = await browser.newPage({ baseURL: url, viewport: { width: 1440, height: 900 } });
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(admin.email);
  await page.getByRole("textbox", { name: "Password" }).fill(admin.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Default" }).waitFor();
  await page.goto(`/p/default/datasets/${world.dataset}`);
  await page.getByRole("row").nth(5).waitFor();
  return page;
}

/** Written into the page: what its long tasks are told to, and what reads them. */
type Watched = Window & { tasks: number[] };

async function watchTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const tasks: number[] = [];
    (window as unknown as Watched).tasks = tasks;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push(entry.duration);
    }).observe({ entryTypes: ["longtask"] });
  });
}

/** The number of the last row that is drawn, counted from 1 as a reader of the grid is told. */
const lastRow = (page: Page) =>
  page.evaluate(() =>
    Math.max(
      ...[...document.querySelectorAll('[role="row"][aria-rowindex]')].map((row) =>
        Number(row.getAttribute("aria-rowindex")),
      ),
    ),
  );

async function nodesOf(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "Nodes")?.value ?? Number.NaN;
}

await withServed(rows, async (served) => {
  const executablePath = await findChromium();
  const browser = await chromium.launch({
    args: chromiumFlags(),
    ...(executablePath ? { executablePath } : {}),
  });
  try {
    const page = await open(browser, served);
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    await session.send("Emulation.setCPUThrottlingRate", { rate: throttle });
    await page.getByRole("grid").hover();
    await watchTasks(page);
    let most = 0;
    let elements = 0;
    let reached = 0;
    const from = performance.now();
    for (let turn = 0; reached < scroll && performance.now() - from < 600_000; turn++) {
      await page.mouse.wheel(0, wheel.pixels);
      await page.waitForTimeout(wheel.everyMs);
      if (turn % 20 !== 0) continue;
      reached = await lastRow(page);
      most = Math.max(most, await nodesOf(session));
      elements = Math.max(
        elements,
        await page.evaluate(() => document.getElementsByTagName("*").length),
      );
    }
    const seconds = (performance.now() - from) / 1000;
    const tasks = await page.evaluate(() => (window as unknown as Watched).tasks);
    const slow = tasks.filter((took) => took > slowMs);
    const result = {
      load,
      ...{ rows, throttle },
      scrolled: reached,
      seconds: Math.round(seconds),
      tasksOver50ms: slow.length,
      longestMs: slow.length > 0 ? Math.round(quantile(slow, 1)) : null,
      mostElements: elements,
      /** Of the whole process: texts, attributes and what is not collected yet, too. */
      mostNodes: most,
    };
    console.log(JSON.stringify(result, null, 2));
    const met = slow.length === 0 && elements <= mostNodes;
    console.log(`no task over ${slowMs} ms and at most ${mostNodes} elements: ${met}`);
    if (reached < scroll) process.exitCode = 1;
  } finally {
    await browser.close();
  }
});
