import { readFileSync, writeFileSync } from "node:fs";
import { findPairs } from "#lib/near-duplicates/find-pairs.ts";
import { createSignatures } from "#lib/near-duplicates/signatures.ts";

/** Our side, a process of its own: texts (one a line) in, verified pairs out; prints what it took. */
const [textsFile, pairsFile, threshold, bands, rows] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const texts = readFileSync(textsFile, "latin1").split("\n");
const cpu = process.cpuUsage();
const start = performance.now();
const signatures = createSignatures({ permutations: 256 });
for (const [id, text] of texts.entries()) signatures.addText(id, text);
const { pairs } = await findPairs(signatures, {
  threshold: Number(threshold),
  banding: { bands: Number(bands), rows: Number(rows) },
  textsOf: (ids) => ids.map((id) => texts[id] ?? null),
});
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpu);
writeFileSync(pairsFile, pairs.map(({ a, b }) => `${a} ${b}`).join("\n"));
const peakMb = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, peakMb }));
