// `npm run up`: installs, builds and starts Assay. Plain Node 20; the rest runs on the Node that the project brings.

import { spawn } from "node:child_process";
import { nodeBinary, prepare, Refusal } from "./prepare.mjs";
import { root } from "./root.mjs";

/** Starts the supervisor in our terminal and ends as it ends. It stops, too, when this process is gone. */
function supervise() {
  const child = spawn(nodeBinary, ["app/_cli/main.ts", "up", ...process.argv.slice(2)], {
    cwd: root,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(
      `${nodeBinary} does not start (${error.message}). Remove the folder node_modules and run this again.`,
    );
    process.exit(1);
  });
  child.on("exit", (code) => process.exit(code ?? 1));
}

try {
  await prepare();
  supervise();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exit(1);
}
