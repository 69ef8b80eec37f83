import pino from "pino";
import { buildEndpoint } from "#app/_endpoint/server.ts";
import { openDatabase } from "#db/client.ts";
import { loadSecrets } from "#lib/secrets.ts";

/** The endpoint in a process of its own, as it runs in an instance. Arguments: database, data folder, model server. */
const [databaseUrl = "", dataDir = "", modelServerUrl = ""] = process.argv.slice(2);
const database = openDatabase(databaseUrl, 6);
const app = await buildEndpoint({
  database,
  log: pino({ level: "silent" }),
  secrets: loadSecrets(dataDir),
  dataDir,
  modelServerUrl,
  publicUrl: "http://localhost:3000",
  endpointUrl: "http://localhost:3001",
});
const url = await app.listen({ host: "127.0.0.1", port: 0 });
process.send?.({ port: Number(new URL(url).port) });
process.once("disconnect", async () => {
  await app.close();
  await database.close();
  process.exit(0);
});
