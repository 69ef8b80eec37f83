import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "#app/_cli/supervisor/ports.ts";

export const nginxVersion = (): string | undefined => {
  const { stderr, status } = spawnSync("nginx", ["-v"], { encoding: "utf8" });
  return status === 0 ? stderr.trim().replace(/^.*nginx\//, "") : undefined;
};

/** nginx as a plain reverse proxy with kept connections and no log: the least that a proxy in front can cost. */
export async function startNginx(upstreamPort: number): Promise<{ port: number; stop(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "assay-nginx-"));
  const port = await findFreePort();
  const file = join(folder, "nginx.conf");
  const scratch = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(" ");
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 512; }
http { access_log off; ${scratch}
  upstream stub { server 127.0.0.1:${upstreamPort}; keepalive 64; }
  server { listen 127.0.0.1:${port}; keepalive_requests 1000000;
    location / { proxy_pass http://stub; proxy_http_version 1.1; proxy_set_header Connection ""; } } }
`,
  );
  const child = spawn("nginx", ["-p", folder, "-c", file], { stdio: "ignore" });
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 100) throw new Error("nginx did not start.");
    await sleep(50);
  }
  return {
    port,
    stop: () => {
      child.once("exit", () => rmSync(folder, { recursive: true, force: true }));
      child.kill("SIGTERM");
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(socket.end() && true));
    socket.once("error", () => resolve(false));
  });
}
