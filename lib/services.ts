import { join } from "node:path";
import pino, { type Logger } from "pino";
import { type Database, openDatabase } from "#db/client.ts";
import { env, type RayCluster } from "./env.ts";
import { serialiseError } from "./log-error.ts";
import { type Runtime, requireRuntime } from "./runtime.ts";
import { loadSecrets, type Secrets } from "./secrets.ts";

/** What a use-case may need besides its handle. Made once a process, on first use. */
export type Services = {
  database: Database;
  log: Logger;
  secrets: Secrets;
  dataDir: string;
  /** Where processes find each other. */
  modelServerUrl: string;
  publicUrl: string;
  endpointUrl: string;
  /** Where one is set up. */
  ray?: RayCluster | undefined;
};

/** Connections a process may hold, so that all roles together stay below Postgres' default of 100. */
const poolSize = { web: 10, endpoint: 6, worker: 10, cli: 3 } as const;

/** A logger that never writes secrets: known secret fields are cut out before serialisation. */
export function createLogger(name: string): Logger {
  return pino({
    name,
    level: env().logLevel,
    base: { process: name },
    serializers: { err: (error) => serialiseError(error) },
    redact: {
      paths: [
        "authorization",
        "*.authorization",
        "headers.authorization",
        "headers.cookie",
        "password",
        "*.password",
        "token",
        "*.token",
        "apiKey",
        "*.apiKey",
      ],
      censor: "[cut]",
    },
  });
}

export function openServices(role: keyof typeof poolSize): Services {
  const settings = env();
  const runtime = requireRuntime(settings.dataDir);
  const secrets = loadSecrets(settings.dataDir);
  return {
    database: openDatabase(runtime.databaseUrl, poolSize[role], indexOf(runtime, secrets)),
    log: createLogger(role),
    secrets,
    dataDir: settings.dataDir,
    modelServerUrl: runtime.modelServerUrl,
    publicUrl: runtime.publicUrl,
    endpointUrl: runtime.endpointUrl,
    ray: settings.ray,
  };
}

/** Where the sidecar index of an instance listens, if one runs. */
export const indexOf = ({ indexUrl }: Pick<Runtime, "indexUrl">, { internal }: Secrets) =>
  indexUrl === undefined ? undefined : { url: indexUrl, token: internal };

/** Folders below the data folder; one place, so that backup and deletion know them all. */
export const folders = (dataDir: string) => ({
  sources: join(dataDir, "sources"),
  uploads: join(dataDir, "uploads"),
  artefacts: join(dataDir, "artefacts"),
  runs: join(dataDir, "runs"),
  exports: join(dataDir, "exports"),
  /** Model folders that an administrator put there to be registered. */
  imports: join(dataDir, "imports"),
  /** The sidecar index: made from the database, and made anew when it is missing. */
  index: join(dataDir, "index"),
});
