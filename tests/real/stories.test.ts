import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { buildEndpoint } from "#app/_endpoint/server.ts";
import { createKey } from "#lib/access/keys.ts";
import { importModel } from "#lib/models/import-folder.ts";
import { requireVersion } from "#lib/models/read-models.ts";
import { folders } from "#lib/services.ts";
import { missing } from "#tests/integration/trainer-home.ts";
import { act } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { convertLlama2c } from "#tests/setup/llama2c.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { servedServices } from "#tests/setup/served-model.ts";

const archive = "../shared/data/models/stories260K.tar.gz";
const reason = existsSync(archive) ? missing : "the shared reference data is absent";

type Expected = {
  greedy_empty_prompt_200_steps: string;
  greedy_prompt: { prompt: string; steps: number; text: string };
  scores: { text: string; token_ids_with_bos: number[]; total_nll_nats: number }[];
};
type Completion = {
  choices: {
    text: string;
    logprobs: { token_ids: number[]; token_logprobs: (number | null)[] } | null;
  }[];
  usage: { prompt_tokens: number; completion_tokens: number };
};

/** stories260K, registered as anybody's Hugging Face folder is, behind a listening endpoint. */
async function servedStories() {
  const services = await servedServices();
  writeFileSync(join(services.dataDir, "venv-status.json"), JSON.stringify({ state: "ready" }));
  const published = join(services.dataDir, "published");
  mkdirSync(published);
  execFileSync("tar", ["-xzf", archive, "-C", published]);
  const [checkpoint, tokenizer] = ["stories260K.bin", "tok512.bin"].map((name) =>
    join(published, name),
  );
  const expected: Expected = JSON.parse(readFileSync(join(published, "expected.json"), "utf8"));
  const folder = join(folders(services.dataDir).imports, "stories");
  convertLlama2c(checkpoint ?? "", tokenizer ?? "", folder);

  const handle = await makeHandle(services);
  const started = await act(services, handle, importModel, { folder: "stories", model: "stories" });
  const run = await runJob(services, started.run);
  expect(run.errorMessage).toBeNull();
  const { model_version: version } = await requireVersion(handle, Number(run.result?.version));

  const app = await buildEndpoint(services);
  afterAll(() => app.close());
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const { key } = await act(services, handle, createKey, { name: "test", scope: ["preview"] });
  const complete = async (body: object): Promise<Completion> => {
    const answer = await fetch(`${url}/v1/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "stories@1", temperature: 0, ...body }),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Completion;
  };
  return { version, expected, complete };
}

// Nothing is set up, no database either, where there is nothing to serve.
if (reason) it.skip(`stories260K through the endpoint: ${reason}`, () => {});
else {
  const { version, expected, complete } = await servedStories();

  it("is a base whose exported graph answers as torch does", () => {
    expect(version).toMatchObject({
      method: "imported",
      // The published 264,128 numbers count two tables of rotary angles, which are no weights.
      parameters: 264_128 - 2 * 512 * 4,
      contextLength: 512,
      facts: { architecture: "llama", parity: { passed: true, greedy_equal: 64 } },
    });
  });

  it("tells the known story from nothing, and goes on from a prompt", async () => {
    const story = await complete({ prompt: "", max_tokens: 200 });
    expect(story.choices[0]?.text.trimStart()).toBe(expected.greedy_empty_prompt_200_steps);
    expect(story.usage.completion_tokens).toBe(200);
    const { prompt, steps, text } = expected.greedy_prompt;
    const { usage } = await complete({ prompt, max_tokens: 1 });
    // A step is one pass over one token, those of the prompt included.
    const drawn = steps - usage.prompt_tokens + 1;
    const told = await complete({ prompt, max_tokens: drawn });
    expect(prompt + told.choices[0]?.text).toBe(text);
  });

  it("scores the four texts with the known tokens and perplexity", async () => {
    for (const { text, token_ids_with_bos: ids, total_nll_nats: nats } of expected.scores) {
      const scored = await complete({ prompt: text, max_tokens: 0, echo: true, logprobs: 0 });
      expect(scored.choices[0]?.text).toBe(text);
      const { token_ids, token_logprobs } = scored.choices[0]?.logprobs ?? {};
      expect(token_ids).toEqual(ids);
      const total = (token_logprobs ?? []).reduce<number>((sum, value) => sum - (value ?? 0), 0);
      expect(total).toBeCloseTo(nats, 2);
    }
  });
}
