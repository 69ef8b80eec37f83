import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, posix, resolve } from "node:path";
import { parseSync } from "oxc-parser";

/** Every process of ours runs in the project's folder. */
const project = resolve(".");

/** What was shipped: the folder of the code, and the Node that runs it, as the cluster sees them. */
export type Shipped = { code: string; node: string };

/**
 * Puts `entry` (a file of ours) with all that it imports, the packages they need and `extras` below `<store>/code`, by
 * content: what is there already is used. Nothing has to be installed on the cluster, and it runs the code of this
 * very Assay. A copy of this machine's Node goes along (140 MB, once a version) unless `node` names one there.
 */
export async function shipCode(
  store: string,
  entry: string,
  extras: readonly string[],
  node: string | undefined,
): Promise<Shipped> {
  const { files, packages } = await importsOf(entry);
  for (const extra of extras) files.set(extra, await readFile(join(project, extra), "utf8"));
  const whole = createHash("sha256");
  for (const [path, text] of [...files].sort()) whole.update(JSON.stringify([path, text]));
  for (const name of [...packages].sort()) {
    whole.update(await readFile(join(project, "node_modules", name, "package.json")));
  }
  const code = join(store, "code", whole.digest("hex").slice(0, 20));
  await place(code, async (part) => {
    for (const [path, text] of files) {
      await mkdir(dirname(join(part, path)), { recursive: true });
      await writeFile(join(part, path), text);
    }
    await copyFile(join(project, "package.json"), join(part, "package.json"));
    for (const name of packages) {
      const into = join(part, "node_modules", name);
      await cp(join(project, "node_modules", name), into, { recursive: true, dereference: true });
    }
  });
  return { code, node: node ?? (await shipNode(store)) };
}

async function shipNode(store: string): Promise<string> {
  const { version, platform, arch } = process;
  const node = join(store, "node", `${version}-${platform}-${arch}`);
  await place(node, (part) => copyFile(process.execPath, part));
  return node;
}

/** Makes `target` whole or not at all: of two who make it at once, one is first, and both are the same. */
async function place(target: string, make: (part: string) => Promise<void>): Promise<void> {
  if (existsSync(target)) return;
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.${randomUUID()}`;
  try {
    await make(part);
    await rename(part, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

/** A file of ours with everything that it imports when it runs: our files by path, and names of packages. */
async function importsOf(entry: string) {
  const files = new Map<string, string>();
  const packages = new Set<string>();
  const open = [entry];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (files.has(path)) continue;
    const text = await readFile(join(project, path), "utf8");
    files.set(path, text);
    for (const name of namesIn(path, text)) {
      if (name.startsWith("node:")) continue;
      if (name.startsWith("#")) open.push(name.slice(1));
      else if (name.startsWith(".")) open.push(posix.join(posix.dirname(path), name));
      else await addPackage(packageOf(name), packages);
    }
  }
  return { files, packages };
}

/** Names in imports that are there when the file runs: those of types are cut away before. */
function namesIn(path: string, text: string): string[] {
  const { staticImports, staticExports, dynamicImports } = parseSync(path, text).module;
  const lasting = (entries: readonly { isType: boolean }[]) =>
    entries.length === 0 || entries.some((one) => !one.isType);
  return [
    ...staticImports.filter((one) => lasting(one.entries)).map((one) => one.moduleRequest.value),
    ...staticExports.flatMap(({ entries }) =>
      entries.flatMap((one) => (one.moduleRequest && !one.isType ? [one.moduleRequest.value] : [])),
    ),
    // A name in quotes; no file that is shipped computes one.
    ...dynamicImports.map(({ moduleRequest: { start, end } }) => text.slice(start + 1, end - 1)),
  ];
}

const packageOf = (name: string) =>
  name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");

/** A package with those that it depends on. Those below its own folder are copied with it. */
async function addPackage(name: string, packages: Set<string>): Promise<void> {
  if (packages.has(name)) return;
  packages.add(name);
  const text = await readFile(join(project, "node_modules", name, "package.json"), "utf8");
  const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
  for (const other of Object.keys(dependencies)) {
    if (existsSync(join(project, "node_modules", name, "node_modules", other))) continue;
    await addPackage(other, packages);
  }
}
