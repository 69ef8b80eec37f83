import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { ensureDatabase } from "#app/_cli/supervisor/database.ts";
import { databaseUrl, startEmbeddedPostgres } from "#app/_cli/supervisor/embedded-postgres.ts";
import { findFreePort } from "#app/_cli/supervisor/ports.ts";
import { openDatabase } from "#db/client.ts";
import { openProject, type ProjectHandle } from "#db/handle.ts";
import { migrateDatabase } from "#db/migrate.ts";
import { project, projectMember, user } from "#db/schema/access.ts";
import { loadSecrets } from "#lib/secrets.ts";
import type { Services } from "#lib/services.ts";

/** A new instance for one measurement: an embedded Postgres with the settings of a real one, and a data folder. */
export async function withInstance<T>(
  work: (services: Services, handle: ProjectHandle, databaseUrl: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "assay-bench-"));
  chmodSync(folder, 0o755);
  const dataDir = join(folder, "data");
  mkdirSync(dataDir, { mode: 0o711 });
  const port = await findFreePort();
  const password = "bench";
  const server = await startEmbeddedPostgres({
    folder: join(folder, "cluster"),
    password,
    port,
    logFile: join(folder, "postgres.log"),
  });
  const url = databaseUrl(password, port, "bench");
  await ensureDatabase(url);
  const database = openDatabase(url, 8);
  try {
    await migrateDatabase(database);
    const services: Services = {
      database,
      log: pino({ level: "silent" }),
      secrets: loadSecrets(dataDir),
      dataDir,
      modelServerUrl: "http://127.0.0.1:9",
      publicUrl: "http://localhost:3000",
      endpointUrl: "http://localhost:3001",
    };
    return await work(services, await makeProject(services), url);
  } finally {
    await database.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function makeProject({ database }: Services): Promise<ProjectHandle> {
  const person = { id: "bench", name: "Bench", email: "bench@example.test" };
  await database.db.insert(user).values(person);
  const [row] = await database.db
    .insert(project)
    .values({ slug: "bench", name: "Bench", createdBy: person.id })
    .returning({ id: project.id });
  if (!row) throw new TypeError("insert returned no row");
  await database.db
    .insert(projectMember)
    .values({ projectId: row.id, userId: person.id, role: "owner" });
  const actor = { principal: { kind: "user", userId: person.id }, door: "cli" } as const;
  return openProject(database, actor, "bench", "project.read");
}
