import { parseArgs } from "node:util";
import { Indexes } from "#db/index/indexes.ts";
import { env } from "#lib/env.ts";
import { requireRuntime } from "#lib/runtime.ts";
import { loadSecrets } from "#lib/secrets.ts";
import { createLogger, folders } from "#lib/services.ts";
import { startIndexServer } from "./server.ts";

/**
 * The sidecar index as a process. Address and database come from `runtime.json` in the data folder, the token from the
 * instance's secrets; its files lie in the data folder and may be deleted at any time.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: "string" } } });
  const { dataDir } = env();
  const runtime = requireRuntime(dataDir);
  const log = createLogger("index");
  const indexes = new Indexes({
    databaseUrl: runtime.databaseUrl,
    folder: folders(dataDir).index,
    log: (message, cause) => log.warn({ err: cause }, message),
    onFatal: (cause) => {
      log.error({ err: cause }, "the text thread ended");
      process.exit(1);
    },
  });
  await indexes.start();
  const port = values.port ?? new URL(runtime.indexUrl ?? "http://127.0.0.1:0").port;
  const server = await startIndexServer({
    port: Number(port),
    token: loadSecrets(dataDir).internal,
    indexes,
    log,
  });
  const stop = async () => {
    await server.close();
    await indexes.close();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, "stop");
          process.exit(1);
        },
      );
    });
  }
  log.info({ url: server.url }, "index ready");
}

main().catch((error: unknown) => {
  process.stderr.write(
    `The index did not start: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
});
