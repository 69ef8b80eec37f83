import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "drizzle-orm";
import type { Services } from "#lib/services.ts";

/**
 * `/healthz`: the process turns its loop. `/readyz`: it takes runs, because its database answers and its own row there
 * is fresh. On loopback only: it says nothing that a stranger needs.
 * @param port 0 takes a free one.
 */
export async function startHealth(
  { database, log }: Pick<Services, "database" | "log">,
  workerId: string,
  port: number,
) {
  const ready = async () => {
    const rows = await database.db.execute(
      sql`select 1 from worker where id = ${workerId} and seen_at > now() - interval '30 seconds'`,
    );
    return rows.length > 0;
  };
  const server = createServer((request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.method !== "GET" && request.method !== "HEAD") return answer(405, { ok: false });
    if (request.url === "/healthz") return answer(200, { ok: true });
    if (request.url !== "/readyz") return answer(404, { ok: false });
    return ready().then(
      (ok) => answer(ok ? 200 : 503, { ok }),
      (error: unknown) => {
        log.warn({ err: error }, "not ready");
        answer(503, { ok: false });
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
