import pino from "pino";
import { openDatabase } from "#db/client.ts";
import { jobs } from "#jobs/jobs.ts";
import { runOne } from "#jobs/run-one.ts";
import type { RayCluster } from "#lib/env.ts";
import { loadSecrets } from "#lib/secrets.ts";

/**
 * A worker process that takes one attempt of one run, for tests that kill it. Its arguments: database URL, data folder,
 * model server's URL, run, attempt, and the Ray cluster as JSON where there is one.
 */
const [databaseUrl = "", dataDir = "", modelServerUrl = "", runId, attempt, ray] =
  process.argv.slice(2);
const services = {
  database: openDatabase(databaseUrl, 4),
  log: pino({ level: "silent" }),
  secrets: loadSecrets(dataDir),
  dataDir,
  modelServerUrl,
  publicUrl: "http://localhost:3000",
  endpointUrl: "http://localhost:3001",
  ray: ray === undefined ? undefined : (JSON.parse(ray) as RayCluster),
};
const given = { runId: Number(runId), attempt: Number(attempt) };
await runOne(services, jobs, given, "to be killed", new AbortController().signal);
await services.database.close();
