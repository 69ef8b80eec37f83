import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { joinPairs } from "#lib/near-duplicates/clusters.ts";
import { findPairs } from "#lib/near-duplicates/find-pairs.ts";
import { seededRandom } from "#lib/near-duplicates/hash.ts";
import { defaultThreshold } from "#lib/near-duplicates/settings.ts";
import { createSignatures } from "#lib/near-duplicates/signatures.ts";

const data = new URL("../../../shared/data/dedup/", import.meta.url);
export const dedupPresent = existsSync(data);

export type Perturbed = { id: number; text: string; cluster: number; op: string; level: number };
export type PairScore = { truth: number; right: number; wrong: number };

export function readPerturbed(): Perturbed[] {
  const bytes = gunzipSync(readFileSync(new URL("near_dup_perturbed_a.jsonl.gz", data)));
  const lines = bytes.toString("utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Perturbed);
}

/** Texts of the article set by position, and the positions of its true pairs (smaller first). */
export function readArticles(): { texts: string[]; truth: [number, number][] } {
  const archive = new URL("near_dup_articles_1000.tar.gz", data);
  const member = (name: string) =>
    execFileSync("tar", ["-xzOf", archive.pathname, "--wildcards", `*${name}`], {
      maxBuffer: 64 * 1024 * 1024,
      encoding: "utf8",
    })
      .trim()
      .split("\n");
  const articles = member(".train").map((line) => line.trimEnd());
  const at = new Map(articles.map((line, i) => [line.slice(0, line.indexOf(" ")), i]));
  const truth = member(".truth").map((line): [number, number] => {
    const [a, b] = line
      .trim()
      .split(/\s+/)
      .map((id) => at.get(id) ?? -1) as [number, number];
    return [Math.min(a, b), Math.max(a, b)];
  });
  return { texts: articles.map((line) => line.slice(line.indexOf(" ") + 1)), truth };
}

/** The pairs of texts (by position) that end in one cluster, as the recipe step joins them. */
export async function clusteredPairs(
  texts: readonly string[],
  threshold: number,
): Promise<[number, number][]> {
  const signatures = createSignatures();
  for (const [id, text] of texts.entries()) signatures.addText(id, text);
  const textsOf = (ids: readonly number[]) => ids.map((id) => texts[id] ?? null);
  const { pairs } = await findPairs(signatures, { threshold, textsOf });
  return joinPairs(pairs).flatMap((set) =>
    set.flatMap((b, j) => set.slice(0, j).map((a): [number, number] => [a, b])),
  );
}

/** Pairs among the rows that `wanted` takes. */
export function scorePairs(
  rows: readonly Perturbed[],
  found: readonly [number, number][],
  wanted: (row: Perturbed) => boolean = () => true,
): PairScore {
  const score = { truth: 0, right: 0, wrong: 0 };
  const sizes = new Map<number, number>();
  for (const row of rows.filter(wanted)) {
    const before = sizes.get(row.cluster) ?? 0;
    score.truth += before;
    sizes.set(row.cluster, before + 1);
  }
  for (const [a, b] of found) {
    const [one, other] = [rows[a] as Perturbed, rows[b] as Perturbed];
    if (!wanted(one) || !wanted(other)) continue;
    if (one.cluster === other.cluster) score.right += 1;
    else score.wrong += 1;
  }
  return score;
}

export const f1 = ({ truth, right, wrong }: PairScore): number =>
  (2 * right) / (truth + right + wrong);

const thresholds = [0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65];

/**
 * Held-out F1: 20 times the clusters are halved by chance, the threshold is chosen on one half (the middle of the best
 * ones) and measured on the other.
 */
export async function crossValidate(rows: readonly Perturbed[]) {
  const texts = rows.map(({ text }) => text);
  const found = new Map<number, [number, number][]>();
  for (const threshold of thresholds) found.set(threshold, await clusteredPairs(texts, threshold));
  const byThreshold = new Map(
    thresholds.map((at) => [at, f1(scorePairs(rows, found.get(at) ?? []))]),
  );
  const random = seededRandom(5);
  const heldOut: number[] = [];
  for (let split = 0; split < 20; split++) {
    const clusters = [...new Set(rows.map(({ cluster }) => cluster))];
    const chosen = new Set(clusters.filter(() => random() < 0.5));
    const scoreAt = (at: number, inside: boolean) =>
      f1(scorePairs(rows, found.get(at) ?? [], ({ cluster }) => chosen.has(cluster) === inside));
    const best = Math.max(...thresholds.map((at) => scoreAt(at, true)));
    const good = thresholds.filter((at) => scoreAt(at, true) === best);
    heldOut.push(scoreAt(good[Math.floor(good.length / 2)] as number, false));
  }
  return {
    byThreshold,
    mean: heldOut.reduce((a, b) => a + b) / heldOut.length,
    least: Math.min(...heldOut),
  };
}

/** The section "Near-duplicates" of docs/quality.md. */
export async function nearDuplicateQuality(): Promise<string> {
  if (!dedupPresent) return "## Near-duplicates\n\nNot measured: the reference data is absent.";
  const articles = readArticles();
  const pairs = await clusteredPairs(articles.texts, defaultThreshold);
  const truth = new Set(articles.truth.map(String));
  const right = pairs.filter((pair) => truth.has(String(pair))).length;
  const rows = readPerturbed();
  const found = await clusteredPairs(
    rows.map(({ text }) => text),
    defaultThreshold,
  );
  const { byThreshold, mean, least } = await crossValidate(rows);
  const ops = new Map(rows.map(({ op, level }) => [op, level]));
  ops.delete("original");
  const lines = [...ops]
    .sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
    .map(([op, level]) => {
      const score = scorePairs(rows, found, (row) => row.op === op || row.op === "original");
      return `| ${op} | ${level} | ${score.right} of ${score.truth} | ${score.wrong} | ${f1(score).toFixed(3)} |`;
    });
  return `## Near-duplicates

5-character shingles of the folded text, exact Jaccard similarity of at least ${defaultThreshold}, 256 permutations, the same for all
sets; pairs are those that end in one cluster (\`docs/decisions/010-near-duplicates.md\`).

- Articles: ${right} of ${truth.size} true pairs among ${articles.texts.length} articles, ${pairs.length - right} others.
- Perturbed texts (${rows.length}, seen while choosing the setting): pair F1 ${f1(scorePairs(rows, found)).toFixed(3)}. With the threshold chosen on half of the
  clusters and measured on the other half, 20 times: mean ${mean.toFixed(3)}, least ${least.toFixed(3)}.
- F1 by threshold: ${[...byThreshold].map(([at, score]) => `${at}: ${score.toFixed(3)}`).join(", ")}.

| edit, with the originals | level | true pairs found | others | F1 |
| --- | --- | --- | --- | --- |
${lines.join("\n")}`;
}
