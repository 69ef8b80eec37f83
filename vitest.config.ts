import { defineConfig } from "vitest/config";

const exclude = ["**/node_modules/**", "**/.next*/**", "**/.assay*/**", "**/.venv/**"];

/**
 * One runner, four suites. Unit tests stand beside the code and need nothing; the others share one real Postgres
 * (tests/setup/postgres.ts), cloned a test file.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{app,jobs,lib,db,models,scripts}/**/*.test.ts", "tests/imports.test.ts"],
          exclude,
          // Generous for a busy machine; what has to be quick asserts so itself.
          testTimeout: 60_000,
        },
      },
      // Nets for what hangs, far above what a busy machine needs.
      suite("integration", { testTimeout: 240_000, hookTimeout: 240_000 }),
      suite("contracts", { testTimeout: 240_000, hookTimeout: 240_000 }),
      // Models are trained and files of many megabytes are read here.
      suite("real", { testTimeout: 600_000, hookTimeout: 600_000 }),
    ],
  },
});

function suite(name: string, times: { testTimeout: number; hookTimeout: number }) {
  return {
    test: {
      name,
      include: [`tests/${name}/**/*.test.ts`],
      exclude,
      globalSetup: ["tests/setup/postgres.ts"],
      // Files start servers and workers of their own; more at once would only make each of them slower.
      maxWorkers: 2,
      // The runner's own second is less than a process takes to start.
      expect: { poll: { timeout: 15_000 } },
      ...times,
    },
  };
}
