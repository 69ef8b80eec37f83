// Where the bundled command line lies, and whether it is of today's sources. `bundle-cli.mjs` makes it.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.mjs";

export const bundleDir = join(root, "node_modules/.cache/cli");
export const bundleMain = join(bundleDir, "main.js");

/** Of every source in the bundle: path in the project, bytes and time of its last change. */
export const bundleSources = join(bundleDir, "sources.json");

export function stampOf(file) {
  const { size, mtimeMs } = statSync(join(root, file));
  return [file, size, mtimeMs];
}

export function isBundled() {
  try {
    return JSON.parse(readFileSync(bundleSources, "utf8")).every(
      (stamp) => String(stampOf(stamp[0])) === String(stamp),
    );
  } catch {
    // There is none, or a source is gone.
    return false;
  }
}
