import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { findSimilar } from "#lib/datasets/find-similar.ts";
import { embedDataset } from "#lib/embeddings/embed-dataset.ts";
import { openModelClient } from "#lib/models/model-address.ts";
import { addressedOf, requireVersion } from "#lib/models/read-models.ts";
import { registerVersion } from "#lib/models/register-version.ts";
import { folders } from "#lib/services.ts";
import { artefactStore } from "#models/artefacts.ts";
import { act, importText, rowIds } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { servedServices } from "#tests/setup/served-model.ts";
import { pythonWithTorch, withoutPython, wordModel } from "#tests/setup/tiny-model.ts";

const archive = "../shared/data/models/word_vectors_1000.tar.gz";
const missing = !existsSync(archive)
  ? `skipped without ${archive}`
  : pythonWithTorch()
    ? ""
    : withoutPython;

/** Four subjects in words of one kind each, and words that nobody knows; no two conversations share a word. */
const texts = [
  "brother mother",
  "coffee beer",
  "sister father",
  "army colonel",
  "son daughter",
  "boat car",
  "dad wife",
  "zzzz qqqq",
];

describe.skipIf(missing !== "")(`known word vectors, end to end (${missing})`, async () => {
  const services = await servedServices();
  let handle: ProjectHandle;
  let version: number;
  let expected: { cosine: { a: string; b: string; cosine: number }[] };
  let vectors: Record<string, number[]>;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "assay-words-"));
    execFileSync("tar", ["xzf", archive, "-C", folder]);
    expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8"));
    const file = join(folder, "wordvecs1000.json");
    vectors = JSON.parse(readFileSync(file, "utf8")).vectors;
    const artefact = join(await wordModel(file), "artefact");
    const stored = await artefactStore(folders(services.dataDir).artefacts).put(artefact);
    handle = await makeHandle(services);
    const made = await handle.transaction((tx) =>
      registerVersion(tx, "words", {
        engine: "transformers.js",
        method: "imported",
        artefactDigest: stored.digest,
        contextLength: 128,
        servable: false,
        facts: {
          embedding: { dimensions: 600, pooling: "mean", normalize: false, max_length: 128 },
        },
      }),
    );
    version = made.id;
  }, 900_000);

  const cosine = (a: readonly number[] = [], b: readonly number[] = []) => {
    let [dot, aa, bb] = [0, 0, 0];
    for (const [i, x] of a.entries()) {
      const y = b[i] ?? 0;
      dot += x * y;
      aa += x * x;
      bb += y * y;
    }
    return dot / Math.sqrt(aa * bb);
  };
  const embed = async (words: string[]) => {
    const { client, model } = openModelClient(
      services,
      addressedOf(await requireVersion(handle, version)),
    );
    return client.embed(model, words);
  };

  it("words have the cosines that are known of them, and the same neighbours", async () => {
    const words = Object.keys(vectors);
    const found = await embed(words);
    const at = (word: string) => found[words.indexOf(word)];
    for (const { a, b, cosine: known } of expected.cosine) {
      expect(cosine(at(a), at(b)), `${a} and ${b}`).toBeCloseTo(known, 3);
    }
    for (const word of ["brother", "coffee", "berlin", "night"].filter((one) => vectors[one])) {
      const nearest = (of: (other: string) => readonly number[] | undefined) =>
        words
          .filter((other) => other !== word)
          .sort((x, y) => cosine(of(word), of(y)) - cosine(of(word), of(x)))
          .slice(0, 5);
      expect([word, ...nearest(at)]).toEqual([word, ...nearest((other) => vectors[other])]);
    }
  });

  it("“more like this” finds what is meant alike and shares no word", async () => {
    const lines = texts.map((content) =>
      JSON.stringify({
        messages: [
          { role: "user", content },
          { role: "assistant", content: "zzz" },
        ],
      }),
    );
    const done = await importText(services, handle, lines.join("\n"));
    const dataset = Number(done.result?.datasetId);
    const ids = await rowIds(handle, dataset);
    const similar = () =>
      act(services, handle, findSimilar, { dataset, conversation: ids[0] ?? 0, limit: 3 });
    expect(await similar()).toMatchObject({ method: "lexical", model: null });
    const { run } = await act(services, handle, embedDataset, { dataset, model: "words@1" });
    expect(await runJob(services, run)).toMatchObject({
      state: "succeeded",
      result: { conversations: texts.length, empty: 1 },
    });
    const found = await similar();
    expect(found).toMatchObject({ method: "embedding", model: "words@1", withoutVector: 1 });
    const read = found.rows.map((row) => texts[ids.indexOf(row.id)]);
    expect(read.toSorted()).toEqual(["dad wife", "sister father", "son daughter"]);
  });
});
