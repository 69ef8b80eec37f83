// `npm run screenshots -- URL EMAIL PASSWORD [PROJECT] [FOLDER] [ONLY]`: every page of a running instance, as it is in PROJECT
// (the demo's, unless another is named), in an empty project and in one whose names have 200 characters; at 375, 768
// and 1440 px, light and dark. The two projects are made by the first call. FOLDER/index.html shows all of them: look
// at them. A page wider than its window, a fault of the server and what axe calls serious are named and end the command
// with code 1. As an administrator: only they see every page. ONLY, a regular expression, takes those addresses alone.

import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { chromiumFlags, findChromium } from "../tests/setup/chromium.mjs";
import { openApi } from "./screenshots/api.mjs";
import { pagesOf } from "./screenshots/pages.mjs";
import { ensureEmpty, ensureLong } from "./screenshots/worlds.mjs";

const [address, email, password, project = "demo", given = "screenshots", only = ""] =
  process.argv.slice(2);
if (!address || !email || !password) {
  console.error(
    "Say which instance and as whom: npm run screenshots -- URL EMAIL PASSWORD [PROJECT] [FOLDER] [ONLY]",
  );
  process.exit(1);
}
const url = address.replace(/\/+$/, "");
const folder = resolve(given);
const sizes = [
  { width: 375, height: 812 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];
const schemes = ["light", "dark"];
/** Pages in hand at once: while one is drawn, another is on its way. */
const atOnce = 2;
/** A page taller than this is cut: a list goes on as it began. */
const tallest = 2400;

const executablePath = await findChromium();
const browser = await chromium.launch({
  args: chromiumFlags(),
  ...(executablePath ? { executablePath } : {}),
});
try {
  const session = await signIn();
  const api = openApi(session.request, url);
  const tabs = await Promise.all(Array.from({ length: atOnce }, () => session.newPage()));
  const worlds = [
    ["populated", project],
    ["empty", await ensureEmpty(api)],
    ["long", await ensureLong(api, console.log)],
  ];
  const taken = [];
  for (const [world, slug] of worlds) taken.push(...(await shootWorld(tabs, api, world, slug)));
  writeFileSync(join(folder, "index.html"), indexOf(taken));
  console.log(`${taken.length} pages, each ${sizes.length * schemes.length} times: ${folder}`);
  const wide = taken.filter((one) => one.wide.length > 0);
  for (const { world, path, wide: at } of wide) {
    console.log(`Wider than its window: ${world} /${path} at ${at.join(", ")} px`);
  }
  const broken = taken.filter((one) => one.failed.length > 0);
  for (const { world, path, failed } of broken) {
    console.log(`Fault: ${world} /${path}: ${failed.join(", ")}`);
  }
  const barred = taken.filter((one) => one.serious.size > 0);
  console.log(`axe: ${barred.length} pages with a serious issue`);
  if (wide.length + broken.length + barred.length > 0) process.exitCode = 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await browser.close();
}

async function signIn() {
  const session = await browser.newContext({ viewport: sizes[2] });
  // A machine at work is slow, which is no fault of a page.
  session.setDefaultTimeout(120_000);
  const page = await session.newPage();
  await page.goto(`${url}/sign-in`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((now) => !now.pathname.startsWith("/sign-in"));
  await page.close();
  return session;
}

/** Every page of a world, in their order; each tab takes the next one as soon as it is free. */
async function shootWorld(tabs, api, world, slug) {
  mkdirSync(join(folder, world), { recursive: true });
  const pages = (await pagesOf(api, slug)).filter(({ path }) => new RegExp(only).test(path));
  const taken = [];
  const open = pages.entries();
  const work = async (tab) => {
    const failed = [];
    const listen = (answer) => answer.status() >= 500 && failed.push(answer.url());
    tab.on("response", listen);
    for (const [at, { path, name }] of open) {
      failed.length = 0;
      await tab.goto(`${url}/p/${slug}/${path}`);
      await settle(tab);
      const seen = { ...(await shoot(tab, world, name)), failed: [...failed] };
      for (const [what, where] of seen.serious) {
        console.log(`Serious: ${world} /${path}: ${what} (${where.join(", ")})`);
      }
      taken[at] = { world, path, name, ...seen };
    }
    tab.off("response", listen);
  };
  await Promise.all(tabs.map(work));
  console.log(`${world}: ${pages.length} pages of ${slug}`);
  return taken;
}

/** Pages keep an event stream open, so the network never rests: until nothing loads, then a moment for charts. */
async function settle(page) {
  await page
    .waitForFunction(() => !document.querySelector('[aria-busy="true"], .mantine-Skeleton-root'), {
      timeout: 8000,
    })
    .catch(() => console.log(`Still loading: ${page.url()}`));
  await page.waitForTimeout(500);
}

/** The page's height once it stands still, two seconds at most: filters move into their drawer when a window narrows. */
async function stillHeight(page) {
  let height = Number.NaN;
  for (let look = 0; look < 14; look++) {
    await page.waitForTimeout(150);
    const before = height;
    height = await page.evaluate(() => document.documentElement.scrollHeight);
    if (height === before) break;
  }
  return height;
}

/**
 * All widths and schemes of the page that is open: the widths at which it has to be scrolled sideways, and each serious
 * issue with the widths and schemes that have it.
 */
async function shoot(page, world, name) {
  const wide = [];
  const serious = new Map();
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const height = await stillHeight(page);
      const clip = { x: 0, y: 0, width: size.width, height: Math.min(height, tallest) };
      const path = join(folder, world, `${name}-${size.width}-${colorScheme}.png`);
      await page.screenshot({ path, clip, fullPage: true, animations: "disabled" });
      for (const what of await seriousIssues(page)) {
        serious.set(what, [...(serious.get(what) ?? []), `${size.width} ${colorScheme}`]);
      }
    }
    if (!(await fits(page))) wide.push(size.width);
  }
  return { wide, serious };
}

/** Whether nothing has to be scrolled sideways, once what moved with the new width has come to rest. */
async function fits(page) {
  const narrow = () => document.documentElement.scrollWidth <= innerWidth;
  return page.waitForFunction(narrow, undefined, { timeout: 3000 }).then(
    () => true,
    () => false,
  );
}

/** What keeps people with assistive technology out, with the first place that has it. */
async function seriousIssues(page) {
  // Its 600 kB are sent once a page, and only violations are described at length; every rule runs.
  const there = await page.evaluate(() => "axe" in window);
  const { violations } = await new AxeBuilder({ page, ...(there && { axeSource: "axe" }) })
    .options({ resultTypes: ["violations"] })
    .setLegacyMode(true)
    .analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
}

function indexOf(taken) {
  const rows = taken.map(({ world, name }) => {
    const pictures = sizes.flatMap(({ width }) =>
      schemes.map((scheme) => `${world}/${encodeURIComponent(`${name}-${width}-${scheme}.png`)}`),
    );
    const shown = pictures.map(
      (src) => `<a href="${src}"><img loading="lazy" src="${src}" alt=""></a>`,
    );
    return `<h2>${world} ${name}</h2><p>${shown.join("")}</p>`;
  });
  return `<!doctype html><meta charset="utf-8"><title>Screenshots</title>
<style>img{height:420px;margin:4px;border:1px solid #999;vertical-align:top}p{white-space:nowrap;overflow-x:auto}</style>
${rows.join("\n")}\n`;
}
