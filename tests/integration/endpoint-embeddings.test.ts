import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import OpenAI from "openai";
import { beforeAll, describe, expect, it } from "vitest";
import { revokeKey } from "#lib/access/keys.ts";
import type { KeyScope } from "#lib/core/acts.ts";
import { deleteModel } from "#lib/models/delete-model.ts";
import { requireVersion } from "#lib/models/read-models.ts";
import { listTargets } from "#lib/playground/list-targets.ts";
import { act } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { liveDeployment } from "#tests/setup/live-deployment.ts";
import { refusal, servedEndpoint } from "#tests/setup/served-endpoint.ts";
import { registerEncoder } from "#tests/setup/served-model.ts";
import { registerStub } from "#tests/setup/stub-model.ts";
import { pythonWithTorch, tinyEncoder, withoutPython } from "#tests/setup/tiny-model.ts";

type Expected = { text: string; ids: number[]; mean: number[] }[];
const messages = [{ role: "user" as const, content: "Where is my parcel?" }];

describe.skipIf(!pythonWithTorch())(
  `embeddings at the endpoint (${withoutPython})`,
  { timeout: 120_000 },
  async () => {
    const { services, url, handle, key, client } = await servedEndpoint();
    let expected: Expected;
    let encoder: { id: number; digest: string };
    beforeAll(async () => {
      const file = join(await tinyEncoder(), "expected.json");
      expected = JSON.parse(await readFile(file, "utf8"));
      encoder = await registerEncoder(services, handle, "vectors");
      // Nobody answers as these: a question that reached the model server would fail otherwise.
      await registerStub(handle, "writer", "a".repeat(64));
      await liveDeployment(handle, "support", ["b".repeat(64)]);
    }, 600_000);

    const far = (a: number[], b: number[]) =>
      a.length === b.length ? Math.max(...a.map((x, i) => Math.abs(x - (b[i] ?? 0)))) : 1e9;

    it("gives the official client torch's vectors, under the name it asked for", async () => {
      const openai = await client(["embed"]);
      const input = expected.map((one) => one.text);
      for (const model of ["vectors", "vectors@1", "vectors@v1"]) {
        const { data, response } = await openai.embeddings.create({ model, input }).withResponse();
        expect(data.model).toBe(model);
        expect(data.data.map((one) => one.index)).toEqual(input.map((_, i) => i));
        for (const [i, { embedding }] of data.data.entries()) {
          expect(far(embedding, expected[i]?.mean ?? [])).toBeLessThan(1e-4);
        }
        const tokens = expected.reduce((sum, one) => sum + one.ids.length, 0);
        expect(data.usage).toEqual({ prompt_tokens: tokens, total_tokens: tokens });
        expect(response.headers.get("x-assay-stage")).toBe("embedding");
        expect(response.headers.get("x-assay-model-version")).toBe(String(encoder.id));
      }
      const floats = { model: "vectors", input: "x", encoding_format: "float" as const };
      expect((await openai.embeddings.create(floats)).data[0]?.embedding).toHaveLength(32);
    });

    it("a bare name is the model's newest version, whatever that is", async () => {
      const other = await makeHandle(services);
      const openai = await client(["embed", "preview"], other);
      const ask = (model: string) => openai.embeddings.create({ model, input: "x" }).withResponse();
      const first = await registerEncoder(services, other, "mixed");
      const second = await registerEncoder(services, other, "mixed");
      const version = async (model: string) =>
        Number((await ask(model)).response.headers.get("x-assay-model-version"));
      expect(await version("mixed")).toBe(second.id);
      expect(await version("mixed@1")).toBe(first.id);
      await registerStub(other, "mixed", "c".repeat(64));
      expect(await refusal(ask("mixed"))).toMatchObject({ status: 404 });
      expect(await refusal(ask("mixed@3"))).toMatchObject({
        status: 400,
        message: expect.stringContaining("writes text and gives no embeddings"),
      });
      expect(await version("mixed@2")).toBe(second.id);
      const { model } = await requireVersion(other, first.id);
      await act(services, other, deleteModel, { model: model.id, confirm: model.name });
      expect(await refusal(ask("mixed@2"))).toMatchObject({ status: 404, code: "model_not_found" });
    });

    it("needs the scope embed: no older scope reaches it, and it reaches nothing else", async () => {
      const list = async (scope: KeyScope[]) =>
        (await (await client(scope)).models.list()).data.map((one) => one.id).sort();
      expect(await list(["embed"])).toEqual(["vectors", "vectors@1"]);
      expect(await list(["preview"])).toEqual(["support-0@1", "writer@1"]);
      expect(await list(["chat"])).toEqual(["support"]);
      for (const scope of ["chat", "preview", "read", "write", "manage"] as const) {
        const openai = await client([scope]);
        for (const model of ["vectors", "vectors@1"]) {
          const found = await refusal(openai.embeddings.create({ model, input: "x" }));
          expect(found).toMatchObject({ status: 404, code: "model_not_found" });
        }
      }
      const openai = await client(["embed"]);
      for (const model of ["writer@1", "support"]) {
        expect(await refusal(openai.embeddings.create({ model, input: "x" }))).toMatchObject({
          status: 404,
        });
        expect(await refusal(openai.chat.completions.create({ model, messages }))).toMatchObject({
          status: 404,
        });
      }
      expect((await openai.models.retrieve("vectors@1")).id).toBe("vectors@1");
      const stranger = await client(["embed"], await makeHandle(services));
      expect(
        await refusal(stranger.embeddings.create({ model: "vectors", input: "x" })),
      ).toMatchObject({ status: 404 });
      const targets = await act(services, handle, listTargets, {});
      expect(targets.models.map((one) => one.name)).not.toContain("vectors@1");
    });

    it("says what the model is, to those who may use it", async () => {
      const openai = await client(["embed", "chat", "preview"]);
      for (const model of ["writer@1", "support"]) {
        const found = await refusal(openai.embeddings.create({ model, input: "x" }));
        expect(found).toMatchObject({ status: 400, param: "model", type: "invalid_request_error" });
        expect(found.message).toContain("writes text and gives no embeddings");
      }
      for (const model of ["vectors", "vectors@1"]) {
        for (const work of [
          openai.chat.completions.create({ model, messages }),
          openai.chat.completions.create({ model, messages, stream: true }),
          openai.completions.create({ model, prompt: "x" }),
        ]) {
          const found = await refusal(work);
          expect(found).toMatchObject({ status: 400, param: "model" });
          expect(found.message).toContain("is an embedding model");
        }
      }
    });

    it("refuses in the words that OpenAI's clients expect", async () => {
      const openai = await client(["embed"]);
      const ask = (more: object) =>
        refusal(openai.embeddings.create({ model: "vectors", input: "x", ...more }));
      expect(await ask({ model: "nothing" })).toMatchObject({ code: "model_not_found" });
      expect(await ask({ model: "vectors@9" })).toMatchObject({ status: 404 });
      expect(await ask({ model: "vectors@0" })).toMatchObject({ status: 404 });
      expect(await ask({ input: "the parcel ".repeat(40) })).toMatchObject({
        status: 400,
        code: "context_length_exceeded",
        param: "input",
      });
      expect(await ask({ input: [] })).toMatchObject({ status: 400, param: "input" });
      expect(await ask({ dimensions: 8 })).toMatchObject({ status: 400, param: "dimensions" });
      expect(await ask({ stream: true })).toMatchObject({ status: 400, param: "stream" });
      // The artefact's digest is nobody's business.
      expect((await ask({ input: "the parcel ".repeat(40) })).message).not.toContain(
        encoder.digest,
      );
    });

    it("counts against the key's rate, and ends with the key", async () => {
      const made = await key(["embed"], handle, 10);
      const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: made.key, maxRetries: 0 });
      const ask = () => openai.embeddings.create({ model: "vectors", input: "x" });
      // A tenth of a minute's worth at once.
      await ask();
      expect(await refusal(ask())).toMatchObject({ status: 429 });
      const gone = await key(["embed"]);
      await act(services, handle, revokeKey, { key: gone.id });
      const late = new OpenAI({ baseURL: `${url}/v1`, apiKey: gone.key, maxRetries: 0 });
      expect(await refusal(late.embeddings.create({ model: "vectors", input: "x" }))).toMatchObject(
        {
          status: 401,
        },
      );
    });

    it("writes down figures and no text, for the days of a preview", async () => {
      const made = await key(["embed"]);
      const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: made.key, maxRetries: 0 });
      const first = expected[0];
      await openai.embeddings.create({ model: "vectors@1", input: first?.text ?? "" });
      await refusal(openai.embeddings.create({ model: "vectors@1", input: "" }));
      await expect
        .poll(async () => [
          ...(await services.database.db.execute(sql`
            select path, status, stage, prompt_tokens, completion_tokens, body, model_version_id::int as version,
              deployment_id, round(extract(epoch from expires_at - now()) / 86400)::int as days
            from request_log where key_id = ${made.id} order by status`)),
        ])
        .toMatchObject([
          {
            path: "/v1/embeddings",
            status: 200,
            stage: "embedding",
            prompt_tokens: first?.ids.length,
            completion_tokens: null,
            body: null,
            version: encoder.id,
            deployment_id: null,
            days: 7,
          },
          { path: "/v1/embeddings", status: 400, body: null },
        ]);
    });

    it("carries an abort to the engine", async () => {
      const openai = await client(["embed"]);
      const state = async () => {
        const response = await fetch(`${services.modelServerUrl}/internal/models`, {
          headers: { authorization: `Bearer ${services.secrets.internal}` },
        });
        const { models } = (await response.json()) as {
          models: { id: string; active: number; counts: { aborted: number; crashed: number } }[];
        };
        const found = models.find((one) => one.id === encoder.digest);
        if (!found) throw new Error("the model is not loaded");
        return found;
      };
      const before = (await state()).counts;
      const abort = new AbortController();
      const input = new Array(2_000).fill("the parcel ".repeat(22));
      const left = openai.embeddings
        .create({ model: "vectors", input }, { signal: abort.signal })
        .catch((cause: unknown) => cause);
      await expect.poll(async () => (await state()).active, { timeout: 10_000 }).toBe(1);
      abort.abort();
      expect(await left).toBeInstanceOf(Error);
      await expect
        .poll(async () => (await state()).counts.aborted, { timeout: 10_000 })
        .toBe(before.aborted + 1);
      expect((await state()).counts.crashed).toBe(before.crashed);
    });
  },
);
