import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative } from "node:path";
import { parseSync } from "oxc-parser";

/** Rooms of the house, each with what its files may import besides themselves (docs: the map's arrows). */
const rooms: Record<string, readonly string[]> = {
  app: ["lib/", "db/", "models/"],
  jobs: ["lib/", "db/", "models/"],
  lib: ["db/", "models/"],
  db: ["lib/core/", "lib/stats/", "lib/env.ts"],
  models: ["lib/core/", "lib/stats/", "lib/env.ts"],
};

/** Rooms inside lib with a narrower door: pure code, and the one reader of settings. */
const innerRooms: Record<string, { own: readonly string[]; packages: RegExp }> = {
  "lib/core/": { own: ["lib/core/"], packages: /^zod$/ },
  "lib/stats/": { own: ["lib/stats/", "lib/core/"], packages: /^@stdlib\// },
  "lib/env.ts": { own: ["lib/core/"], packages: /^(zod|node:path)$/ },
};

/** The one reader of settings; files that run outside of it say why. */
const mayReadEnv = [
  /^lib\/env\.ts$/,
  // Hands the whole environment, less its secrets, to the processes it starts.
  /^app\/_cli\/supervisor\/child-process\.ts$/,
  // Sets NODE_ENV, which Next and React read themselves.
  /^app\/_web\/main\.ts$/,
  // Tools and tests with settings of their own.
  /^(tests|benchmarks)\//,
  /^scripts\//,
  /^[\w.]+\.config\.ts$/,
];

/** The ways out to the network. */
const mayFetch = [
  /^lib\/outbound[\w-]*\.ts$/,
  /^models\/client[\w-]*(\.ts|\/)/,
  /^app\/_endpoint\//,
  // The address that the user of the command line names.
  /^app\/_cli\/doors\/remote\.ts$/,
  // In the browser, to the page's own origin and to the endpoint; a Content-Security-Policy holds it there.
  /^app\/_ui\//,
  /^app\/\(bench\)\//,
  /^(tests|benchmarks|scripts)\//,
];

export type Fault = { file: string; line: number; message: string };
type Seen = { at: number; import?: string; env?: true; fetch?: true };

/** What the files import that their place does not allow, with file and line. `files` maps a path to its source. */
export function findFaults(files: ReadonlyMap<string, string>): Fault[] {
  const faults: Fault[] = [];
  for (const [file, source] of files) {
    for (const seen of scan(file, source)) {
      const message = faultOf(file, seen);
      if (message)
        faults.push({ file, line: source.slice(0, seen.at).split("\n").length, message });
    }
  }
  return faults;
}

function faultOf(file: string, seen: Seen): string | undefined {
  const allowed = (places: RegExp[]) => places.some((place) => place.test(file));
  if (seen.env) return allowed(mayReadEnv) ? undefined : "reads process.env; ask lib/env.ts";
  if (seen.fetch) return allowed(mayFetch) ? undefined : "calls fetch; go through lib/outbound.ts";
  const name = seen.import ?? "";
  if (name === "undici" && !allowed(mayFetch)) return "imports undici; go through lib/outbound.ts";
  const target = resolveImport(file, name);
  return target === undefined ? packageFault(file, name) : arrowFault(file, target);
}

/** The path of a file of ours inside the project; undefined for a package. */
function resolveImport(file: string, name: string): string | undefined {
  if (name.startsWith("#")) return name.slice(1);
  return name.startsWith(".") ? posix.join(posix.dirname(file), name) : undefined;
}

const innerRoomOf = (file: string) =>
  Object.entries(innerRooms).find(([place]) => file.startsWith(place))?.[1];

function packageFault(file: string, name: string): string | undefined {
  const room = isTest(file) ? undefined : innerRoomOf(file);
  if (!room || room.packages.test(name)) return undefined;
  return `imports ${name}; this room is pure and may not`;
}

function arrowFault(file: string, target: string): string | undefined {
  const room = file.split("/")[0] ?? "";
  const own = isTest(file) ? undefined : innerRoomOf(file);
  if (own && !own.own.some((place) => target.startsWith(place))) {
    return `imports ${target}; this room may only import ${own.own.join(", ")}`;
  }
  const below = rooms[room];
  if (!below || target.startsWith(`${room}/`)) return undefined;
  // A test beside the code may use what tests share, and check what a script generates.
  if (isTest(file) && /^(tests|scripts)\//.test(target)) return undefined;
  if (below.some((place) => target.startsWith(place))) return undefined;
  return `imports ${target}; the arrow from ${room} does not go there`;
}

const isTest = (file: string) => /\.(test|testing)\.tsx?$/.test(file);

/** Every import (of types, too), every reading of process.env and every call of fetch in one source. */
function scan(file: string, source: string): Seen[] {
  const { program, errors } = parseSync(file, source);
  const [error] = errors;
  if (error) throw new Error(`${file}: ${error.message}`);
  const found: Seen[] = [];
  const stack: unknown[] = [program];
  for (let node = stack.pop(); stack.length > 0 || node; node = stack.pop()) {
    if (node === null || typeof node !== "object") continue;
    if (Array.isArray(node)) stack.push(...node);
    else {
      look(node as Node, found);
      stack.push(...Object.values(node));
    }
  }
  return found.sort((a, b) => a.at - b.at);
}

type Node = { type?: string; start?: number } & Record<string, unknown>;

function look(node: Node, found: Seen[]): void {
  const at = node.start ?? 0;
  const from =
    literal(node.source) ?? (node.type === "TSImportType" ? literal(node.argument) : undefined);
  if (from !== undefined && importing.has(node.type ?? "")) found.push({ at, import: from });
  if (node.type === "MemberExpression") {
    const object = node.object as Node;
    if (object.name === "process" && nameOf(node.property) === "env") found.push({ at, env: true });
  }
  if (node.type !== "CallExpression") return;
  const callee = node.callee as Node;
  const global = callee.type === "MemberExpression" ? (callee.object as Node).name : "globalThis";
  const name = callee.type === "MemberExpression" ? nameOf(callee.property) : callee.name;
  if (name === "fetch" && (global === "globalThis" || global === "window"))
    found.push({ at, fetch: true });
  const required = name === "require" ? literal((node.arguments as unknown[])[0]) : undefined;
  if (required !== undefined) found.push({ at, import: required });
}

const importing = new Set([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "ImportExpression",
  "TSImportType",
]);

const nameOf = (node: unknown) => (node as Node | null)?.name ?? literal(node);

function literal(node: unknown): string | undefined {
  const value = (node as Node | null | undefined)?.value;
  return typeof value === "string" ? value : undefined;
}

/** Sources of the whole project by path. */
export function readProject(root: string): Map<string, string> {
  const files = new Map<string, string>();
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (/\.(tsx?|mjs)$/.test(entry.name) && !entry.name.endsWith(".d.ts")) {
        files.set(relative(root, path), readFileSync(path, "utf8"));
      }
    }
  };
  walk(root);
  return files;
}
