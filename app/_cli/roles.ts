import { spawn } from "node:child_process";
import type { Command } from "commander";
import { env } from "#lib/env.ts";
import { projectRoot } from "./supervisor/child-process.ts";
import { nodeOptions, type Role, roleArgs, webArgs } from "./supervisor/roles.ts";

const summaries: Record<Role, string> = {
  web: "Run the pages and the API alone",
  endpoint: "Run the OpenAI-compatible endpoint alone",
  worker: "Run a worker alone",
  "model-server": "Run a model server alone",
  index: "Run the search index alone",
};

type Options = { queues?: string; healthPort?: string; config?: string; port?: string };

/** `assay web | endpoint | worker | model-server | index`: one role in the foreground, for machines that run roles apart. */
export function addRoles(program: Command, setExit: (code: number) => void): void {
  for (const role of Object.keys(roleArgs) as Role[]) {
    const command = program.command(role).description(summaries[role]);
    if (role === "worker") {
      command.option("--queues <names>", "cpu, gpu or cpu,gpu", "cpu,gpu");
      command.option("--health-port <port>", "loopback port of /healthz and /readyz");
    }
    if (role === "model-server") command.requiredOption("--config <file>", "its settings as JSON");
    if (role === "index")
      command.option("--port <port>", "loopback port; that of runtime.json without");
    command.action(async (options: Options) => {
      const more = [
        ...(role === "web" ? webArgs(env()) : []),
        ...(options.queues ? ["--queues", options.queues] : []),
        ...(options.healthPort ? ["--health-port", options.healthPort] : []),
        ...(options.config ? ["--config", options.config] : []),
        ...(options.port ? ["--port", options.port] : []),
      ];
      setExit(await runRole(role, more));
    });
  }
}

function runRole(role: Role, more: string[]): Promise<number> {
  const child = spawn(process.execPath, [...nodeOptions[role], ...roleArgs[role], ...more], {
    cwd: projectRoot,
    stdio: "inherit",
  });
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.on(signal, () => child.kill(signal));
  }
  return new Promise((resolve) => {
    child.once("error", () => resolve(1));
    // A role that ends by the signal it was sent has done what was asked.
    child.once("exit", (code) => resolve(code === 143 || code === 130 ? 0 : (code ?? 0)));
  });
}
