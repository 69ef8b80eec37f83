import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "#tests/setup/instance.ts";

export const next = join(root, "node_modules/next/dist/bin/next");

/** The smallest app that Next builds, below this folder so that it has the very same packages. Returns its folder. */
export function buildEmptyApp(): { folder: string; remove(): void } {
  const folder = join(root, ".assay-test/empty-next");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "app"), { recursive: true });
  const files = {
    "package.json": '{ "name": "empty", "private": true, "type": "module" }',
    "next.config.js": `export default { turbopack: { root: ${JSON.stringify(root)} } };`,
    "app/layout.jsx":
      'export default function Layout({ children }) { return <html lang="en"><body>{children}</body></html>; }',
    "app/page.jsx": "export default function Page() { return <main>Hello</main>; }",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const { status, stdout, stderr } = spawnSync(process.execPath, [next, "build"], {
    cwd: folder,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The empty app was not built. ${stdout}${stderr}`);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
