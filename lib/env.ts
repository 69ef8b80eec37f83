import { resolve } from "node:path";
import { z } from "zod";
import { AssayError } from "./core/errors.ts";

/** The only reader of process.env. One schema, read once, at the first use. */
const port = z.coerce.number().int().min(1).max(65535);
const optional = z
  .string()
  .transform((text) => text.trim() || undefined)
  .optional();

const schema = z.object({
  /** Port of the web pages and the API. */
  ASSAY_PORT: port.default(3000),
  /** Port of the OpenAI-compatible endpoint. */
  ASSAY_ENDPOINT_PORT: port.default(3001),
  /** Everything this instance keeps, unless DATABASE_URL names another database. */
  ASSAY_DATA_DIR: z.string().min(1).default(".assay"),
  DATABASE_URL: optional,
  REDIS_URL: optional,
  ASSAY_ADMIN_EMAIL: optional,
  ASSAY_ADMIN_PASSWORD: optional,
  /** The address users type, when it is not http://localhost:<port>. */
  ASSAY_PUBLIC_URL: optional.refine(
    (text) => text === undefined || /^https?:$/.test(URL.parse(text)?.protocol ?? ""),
    "it is no http:// or https:// address",
  ),
  /** Extra words for pip, for example an index that offers another torch build. */
  ASSAY_PIP_ARGS: z.string().default(""),
  /** A Python environment to share instead of <data dir>/venv. */
  ASSAY_VENV_DIR: optional,
  /** A remote instance for the command line. */
  ASSAY_URL: optional,
  ASSAY_API_KEY: optional,
  ASSAY_PROJECT: z.string().default("default"),
  /** Comma-separated host names to which outbound requests may go although they are private. */
  ASSAY_ALLOW_HOSTS: z.string().default(""),
  /** The Jobs API of a Ray cluster, such as http://ray-head:8265, and a folder that its nodes and Assay share. */
  ASSAY_RAY_URL: optional.refine(
    (text) => text === undefined || /^https?:$/.test(URL.parse(text)?.protocol ?? ""),
    "it is no http:// or https:// address",
  ),
  ASSAY_RAY_STORE: optional,
  ASSAY_RAY_TOKEN: optional,
  /** Where Node is on the machines of the cluster, when they cannot run the one of this machine. */
  ASSAY_RAY_NODE: optional,
  /** Folder of the built web pages, inside the project; instances may share one. */
  ASSAY_BUILD_DIR: z.string().min(1).default(".next"),
  /** Set by npm: where the user stood when they typed the command. File names are relative to it. */
  INIT_CWD: optional,
  ASSAY_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  NODE_ENV: z.string().default("production"),
});

export type Env = {
  port: number;
  endpointPort: number;
  dataDir: string;
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  adminEmail: string | undefined;
  adminPassword: string | undefined;
  publicUrl: string;
  endpointUrl: string;
  /** Loopback, unless the public address says that others should reach this machine. */
  bindHost: string;
  pipArgs: string[];
  venvDir: string;
  remoteUrl: string | undefined;
  apiKey: string | undefined;
  project: string;
  allowHosts: string[];
  /** The Ray cluster on which recipes can run, where one is set up. */
  ray: RayCluster | undefined;
  buildDir: string;
  callerDir: string;
  logLevel: "debug" | "info" | "warn" | "error" | "silent";
  production: boolean;
  /** What a child process may see besides its own settings: no secrets. */
  childBase: Record<string, string>;
};

/** A Ray cluster: its Jobs API and a folder that every node of it and this machine reach under one path. */
export type RayCluster = {
  url: string;
  store: string;
  token: string | undefined;
  /** A path on the nodes; without it the Node of this machine is brought along. */
  node: string | undefined;
};

const loopbackHosts = ["localhost", "127.0.0.1", "[::1]"];
const childKeys = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "NODE_EXTRA_CA_CERTS"];

/** Parses `source`. Throws invalid_input with one sentence that names the variable. */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const parsed = schema.safeParse(source);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AssayError(
      "invalid_input",
      `The setting ${issue?.path.join(".")} is not usable (${issue?.message}). Nothing was started; correct it and run again.`,
    );
  }
  const e = parsed.data;
  if (e.ASSAY_PORT === e.ASSAY_ENDPOINT_PORT) {
    throw new AssayError(
      "invalid_input",
      `ASSAY_PORT and ASSAY_ENDPOINT_PORT are both ${e.ASSAY_PORT}. Nothing was started; give each a port of its own.`,
    );
  }
  if ((e.ASSAY_RAY_URL === undefined) !== (e.ASSAY_RAY_STORE === undefined)) {
    throw new AssayError(
      "invalid_input",
      "ASSAY_RAY_URL and ASSAY_RAY_STORE belong together. Nothing was started; set both, or neither.",
    );
  }
  const dataDir = resolve(e.ASSAY_DATA_DIR);
  const publicUrl = (e.ASSAY_PUBLIC_URL ?? `http://localhost:${e.ASSAY_PORT}`).replace(/\/+$/, "");
  const childBase: Record<string, string> = {};
  for (const key of childKeys) {
    const value = source[key];
    if (value !== undefined) childBase[key] = value;
  }
  const publicHost = new URL(publicUrl).hostname;
  return {
    port: e.ASSAY_PORT,
    endpointPort: e.ASSAY_ENDPOINT_PORT,
    dataDir,
    databaseUrl: e.DATABASE_URL,
    redisUrl: e.REDIS_URL,
    adminEmail: e.ASSAY_ADMIN_EMAIL?.toLowerCase(),
    adminPassword: e.ASSAY_ADMIN_PASSWORD,
    publicUrl,
    endpointUrl: `${new URL(publicUrl).protocol}//${publicHost}:${e.ASSAY_ENDPOINT_PORT}`,
    bindHost: loopbackHosts.includes(publicHost) ? "127.0.0.1" : "0.0.0.0",
    pipArgs: e.ASSAY_PIP_ARGS.split(/\s+/).filter(Boolean),
    venvDir: resolve(e.ASSAY_VENV_DIR ?? `${dataDir}/venv`),
    remoteUrl: e.ASSAY_URL?.replace(/\/+$/, ""),
    apiKey: e.ASSAY_API_KEY,
    project: e.ASSAY_PROJECT,
    allowHosts: e.ASSAY_ALLOW_HOSTS.split(",")
      .map((host) => host.trim().toLowerCase())
      .filter(Boolean),
    ray:
      e.ASSAY_RAY_URL && e.ASSAY_RAY_STORE
        ? {
            url: e.ASSAY_RAY_URL.replace(/\/+$/, ""),
            store: resolve(e.ASSAY_RAY_STORE),
            token: e.ASSAY_RAY_TOKEN,
            node: e.ASSAY_RAY_NODE,
          }
        : undefined,
    buildDir: e.ASSAY_BUILD_DIR,
    callerDir: resolve(e.INIT_CWD ?? "."),
    logLevel: e.ASSAY_LOG_LEVEL,
    production: e.NODE_ENV !== "development",
    childBase,
  };
}

let current: Env | undefined;

/** The settings of this process. */
export function env(): Env {
  current ??= parseEnv(process.env);
  return current;
}
