import { mkdtempSync, rmSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listRows, type View } from "#db/queries/dataset-rows.ts";
import { findPairs } from "#lib/near-duplicates/find-pairs.ts";
import { bandingFor } from "#lib/near-duplicates/settings.ts";
import { createSignatures } from "#lib/near-duplicates/signatures.ts";
import { withInstance } from "../datasets/database.ts";
import { importSource, sourceFile } from "../datasets/import.ts";
import { plantTexts } from "../near-duplicates/texts.ts";
import { requireQuiet } from "../quiet.ts";
import { writeChats } from "./chats-file.ts";
import { buildIndex, numberFlag, picker, quantile, startIndex } from "./world.ts";

/**
 * What a row costs as a dataset grows from 10,000 rows to 100,000 and a million: its import (until the search index is
 * fresh), near-duplicates among as many texts, and a page at any depth. Smaller sizes are measured more often and the
 * median taken. `--largest=1000000`.
 */
const load = requireQuiet(process.argv);
const largest = numberFlag("largest", 1_000_000);
const sizes = [10_000, 100_000, 1_000_000].filter((rows) => rows <= largest);
const pages = 200;
const threshold = 0.8;

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}

async function importAndRead(rows: number) {
  const folder = mkdtempSync(join(tmpdir(), "assay-growth-"));
  const file = join(folder, "chats.jsonl");
  const kept = await writeChats(file, rows);
  const found = await withInstance(async (services, handle, databaseUrl) => {
    await copyFile(file, sourceFile(services, kept.digest));
    const importing = await secondsOf(() => importSource(services, handle, kept));
    const [dataset] = await handle.db.query.dataset.findMany();
    const world = { project: handle.projectId, dataset: dataset?.id ?? 0, rows };
    const index = await startIndex(services, databaseUrl);
    const indexing = await secondsOf(() => buildIndex(services, world));
    const view: View = { datasetId: world.dataset, version: undefined, filter: {} };
    const pick = picker(7);
    const times: number[] = [];
    for (let n = 0; n < pages + 20; n++) {
      const id = pick.next(rows - 50);
      const wish = { by: "added", descending: false, limit: 50, after: { value: id, id } } as const;
      const took = await secondsOf(async () => {
        const page = await listRows(handle, view, wish);
        if (page.rows.length !== 50) throw new Error(`a page of ${page.rows.length} rows`);
      });
      // The first few are for what is read once.
      if (n >= 20) times.push(took * 1000);
    }
    await index.close();
    return { import: importing + indexing, pageP95: quantile(times, 0.95) };
  });
  rmSync(folder, { recursive: true, force: true });
  return found;
}

async function nearDuplicates(rows: number): Promise<number> {
  const { texts, planted } = plantTexts(rows, 1);
  let found = 0;
  const took = await secondsOf(async () => {
    const signatures = createSignatures({ permutations: 256 });
    for (const [id, text] of texts.entries()) signatures.addText(id, text);
    const { pairs } = await findPairs(signatures, {
      ...{ threshold, banding: bandingFor(threshold, 256) },
      textsOf: (ids) => ids.map((id) => texts[id] ?? null),
    });
    found = pairs.length;
  });
  const due = planted.filter(({ jaccard }) => jaccard >= threshold).length;
  if (found < 0.98 * due) throw new Error(`${found} of ${due} pairs were found`);
  return took;
}

const measured: { rows: number; import: number; nearDuplicates: number; pageP95: number }[] = [];
for (const rows of sizes) {
  const rounds = rows < 100_000 ? 5 : rows < 1_000_000 ? 3 : 1;
  const runs: (Awaited<ReturnType<typeof importAndRead>> & { nearDuplicates: number })[] = [];
  for (let round = 0; round < rounds; round++) {
    runs.push({ ...(await importAndRead(rows)), nearDuplicates: await nearDuplicates(rows) });
  }
  const middle = (of: (run: (typeof runs)[number]) => number) => quantile(runs.map(of), 0.5);
  const one = {
    rows,
    import: middle((run) => run.import),
    nearDuplicates: middle((run) => run.nearDuplicates),
    pageP95: middle((run) => run.pageP95),
  };
  measured.push(one);
  console.log(
    `${rows} rows: import ${one.import.toFixed(1)} s, near-duplicates ${one.nearDuplicates.toFixed(2)} s, page p95 ${one.pageP95.toFixed(1)} ms`,
  );
}
const first = measured[0];
const last = measured.at(-1);
if (first && last) {
  const perRow = (of: "import" | "nearDuplicates") =>
    Number((last[of] / last.rows / (first[of] / first.rows)).toFixed(2));
  const growth = {
    load,
    from: first.rows,
    to: last.rows,
    importPerRow: perRow("import"),
    nearDuplicatesPerText: perRow("nearDuplicates"),
    pageP95: Number((last.pageP95 / first.pageP95).toFixed(2)),
  };
  console.log(JSON.stringify(growth, null, 2));
}
