import { openDatabase } from "#db/client.ts";
import { IndexClient } from "#db/index/client.ts";
import { project } from "#db/schema/access.ts";
import { loadSecrets } from "#lib/secrets.ts";
import { assay, makePlace, startInstance } from "#tests/setup/instance.ts";
import { prepare } from "../../scripts/prepare.mjs";
import { buildIndex, makeWorld, type World } from "./world.ts";

/** The first administrator of the instance. */
export const admin = { email: "bench@example.test", password: "a long pass phrase" };

export type Served = {
  url: string;
  /** May read the project. */
  key: string;
  database: ReturnType<typeof openDatabase>;
  world: World;
};

/**
 * A whole instance as users have it, with `rows` made conversations in the dataset `scale` of its first project, its
 * search index up to date. It ends with `work`, and nothing of it is left.
 */
export async function withServed<T>(
  rows: number,
  work: (served: Served) => Promise<T>,
): Promise<T> {
  await prepare();
  const place = await makePlace({
    ASSAY_ADMIN_EMAIL: admin.email,
    ASSAY_ADMIN_PASSWORD: admin.password,
  });
  const instance = await startInstance(place);
  const { databaseUrl, indexUrl: url = "" } = instance.runtime();
  const database = openDatabase(databaseUrl, 4);
  try {
    const [first] = await database.db.select({ id: project.id }).from(project);
    const world = await makeWorld({ database }, first?.id ?? 0, rows);
    database.index = new IndexClient({ url, token: loadSecrets(place.dataDir).internal });
    await buildIndex({ database }, world);
    const made = await assay(place, [
      ...["key", "create", "--project", "default", "--scope", "read", "--json"],
    ]);
    if (made.code !== 0) throw new Error(made.stderr);
    return await work({ url: instance.url, key: JSON.parse(made.stdout).key, database, world });
  } finally {
    database.index?.close();
    await database.close();
    await instance.end();
    place.remove();
  }
}
