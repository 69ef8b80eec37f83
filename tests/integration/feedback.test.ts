import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { openProject, type ProjectHandle } from "#db/handle.ts";
import { requestLog } from "#db/schema/trust.ts";
import { appendChat, createChat, readChat } from "#lib/chat/chats.ts";
import type { EndpointGrant } from "#lib/chat/resolve-target.ts";
import { startImport } from "#lib/datasets/start-import.ts";
import { feedbackSchema, giveFeedback, giveFeedbackAsPerson } from "#lib/feedback/give-feedback.ts";
import { listFeedback, reviewFeedback } from "#lib/feedback/review-feedback.ts";
import { readLineage } from "#lib/lineage/read-lineage.ts";
import { registerVersion } from "#lib/models/register-version.ts";
import { readMonitor } from "#lib/monitor/read-monitor.ts";
import { createDeployment } from "#lib/promotion/deployments.ts";
import { freeze } from "#tests/setup/datasets.ts";
import { makeHandle, makeProject } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { placeUpload } from "#tests/setup/upload.ts";

const services = await testServices();
const context = (handle: ProjectHandle) => ({
  handle,
  services,
  actor: handle.actor,
  signal: new AbortController().signal,
});

/** A version trained on an imported file, and one answered request of key 7. */
async function answered() {
  const project = await makeProject(services);
  const handle = await makeHandle(services, { project });
  const source = await placeUpload(
    services,
    handle,
    "origin.jsonl",
    Array.from({ length: 20 }, (_, n) =>
      JSON.stringify({
        messages: [
          { role: "user", content: `Question ${n}` },
          { role: "assistant", content: `Answer ${n}` },
        ],
      }),
    ).join("\n"),
  );
  const started = await startImport.run(context(handle), {
    project: project.slug,
    source,
    dataset: "rows",
  });
  await runJob(services, started.run);
  const snapshot = await freeze(services, handle, {
    dataset: "rows",
    filter: {},
    split: { train: 80, validation: 10, test: 10 },
    seed: 0,
    leaks: "leave-out",
  });
  const version = await handle.transaction((tx) =>
    registerVersion(tx, "helper", {
      engine: "transformers.js",
      method: "pretrain",
      snapshotId: snapshot.id,
      facts: {},
    }),
  );
  const request = randomUUID();
  await handle.db.insert(requestLog).values({
    id: request,
    projectId: handle.projectId,
    modelVersionId: version.id,
    keyId: 7,
    stage: "live",
    path: "/v1/chat/completions",
    status: 200,
    promptTokens: 5,
    completionTokens: 9,
    latencyMs: 120,
    firstTokenMs: 30,
    body: { messages: [{ role: "user", content: "When do you open?" }], answer: "Never." },
  });
  const grant: EndpointGrant = {
    projectId: handle.projectId,
    keyId: 7,
    userId: null,
    chat: true,
    preview: false,
    embed: false,
  };
  return { project, handle, version, request, grant, source };
}

const give = (grant: EndpointGrant, body: object) =>
  giveFeedback(services, grant, feedbackSchema.parse(body));

describe("feedback", () => {
  it("becomes a pair with provenance, once, after review", async () => {
    const { project, handle, request, grant } = await answered();
    const given = await give(grant, {
      request_id: request,
      corrected: "We open at nine.",
      reasons: ["wrong"],
    });
    const review = {
      project: project.slug,
      feedback: given.id,
      decision: "pair" as const,
      dataset: "learned",
      keepPersonalData: false,
    };
    const done = await reviewFeedback.run(context(handle), review);
    expect(done).toMatchObject({ state: "accepted", version: 1 });
    await expect(reviewFeedback.run(context(handle), review)).rejects.toMatchObject({
      code: "conflict",
    });
    const [row] = await handle.db.execute<{
      body: { kind: string; root: unknown };
      file: string;
      record: number;
    }>(sql`
      select c.body, s.file_name as file, o.record_number as record from conversation c
        join occurrence o on o.conversation_id = c.id join source s on s.id = o.source_id
      where c.id = ${done.conversation}`);
    expect(row).toMatchObject({
      file: "feedback",
      record: given.id,
      body: {
        kind: "pair",
        root: {
          content: "When do you open?",
          replies: [
            { content: "We open at nine.", rank: 0 },
            { content: "Never.", rank: 1 },
          ],
        },
      },
    });
  });

  it("holds personal data back until a reviewer decides", async () => {
    const { project, handle, request, grant } = await answered();
    const given = await give(grant, {
      request_id: request,
      corrected: "Write to kim.lee@example.com.",
    });
    const { items, waiting } = await listFeedback.run(context(handle), {
      project: project.slug,
      state: "waiting",
      limit: 10,
    });
    expect(waiting).toBe(1);
    expect(items[0]?.pii).toMatchObject([{ type: "email", where: "corrected" }]);
    const review = {
      project: project.slug,
      feedback: given.id,
      decision: "row" as const,
      dataset: "learned",
    };
    await expect(
      reviewFeedback.run(context(handle), { ...review, keepPersonalData: false }),
    ).rejects.toMatchObject({ code: "precondition_failed" });
    await expect(
      reviewFeedback.run(context(handle), { ...review, keepPersonalData: true }),
    ).resolves.toMatchObject({ state: "accepted" });
  });

  it("looks for personal data in what an edit leaves, and lets what was taken out go", async () => {
    const { project, handle, request, grant } = await answered();
    const given = await give(grant, {
      request_id: request,
      rating: "up",
      messages: [{ role: "user", content: "I am kim.lee@example.com. When do you open?" }],
      answer: "At nine.",
    });
    const review = {
      project: project.slug,
      feedback: given.id,
      decision: "row" as const,
      dataset: "learned",
      keepPersonalData: false,
      answer: "We open at nine.",
    };
    await expect(reviewFeedback.run(context(handle), review)).rejects.toMatchObject({
      code: "precondition_failed",
    });
    const messages = [{ role: "user" as const, content: "When do you open?" }];
    await expect(
      reviewFeedback.run(context(handle), { ...review, messages }),
    ).resolves.toMatchObject({ state: "accepted" });
  });

  it("stands at the answer of the chat that it was given on, and at no other", async () => {
    const { project, handle, version } = await answered();
    await createDeployment.run(context(handle), {
      project: project.slug,
      name: "desk",
      policy: "lab",
      system: "",
      parameters: { temperature: 0 },
      traffic: "full",
      trafficDays: 30,
    });
    const chat = await createChat.run(context(handle), {
      project: project.slug,
      deployment: "desk",
      title: "Hours",
    });
    const requests = [randomUUID(), randomUUID()];
    for (const id of requests) {
      await handle.db.insert(requestLog).values({
        id,
        projectId: handle.projectId,
        modelVersionId: version.id,
        userId: handle.userId,
        stage: "live",
        path: "/v1/chat/completions",
        status: 200,
        latencyMs: 9,
        body: { messages: [{ role: "user", content: "When?" }], answer: "At nine." },
      });
      const say = { project: project.slug, chat: chat.id, modelVersionId: version.id };
      await appendChat.run(context(handle), { ...say, role: "user", content: "When?" });
      await appendChat.run(context(handle), {
        ...say,
        role: "assistant",
        content: "At nine.",
        requestId: id,
      });
    }
    const given = {
      request_id: requests[0] ?? "",
      rating: "up" as const,
      reasons: [],
      comment: "",
    };
    await giveFeedbackAsPerson.run(context(handle), { project: project.slug, ...given });
    const { messages, deployment } = await readChat.run(context(handle), {
      project: project.slug,
      chat: chat.id,
    });
    expect(deployment).toBe("desk");
    expect(messages.map(({ feedback }) => feedback)).toEqual([null, "up", null, null]);
    expect(messages[1]?.model).toBe("helper@1");
  });

  it("is refused on another key's answer, on another project's, and without a judgement", async () => {
    const { request, grant } = await answered();
    const other = await answered();
    const body = { request_id: request, rating: "down" };
    await expect(give({ ...grant, keyId: 8 }, body)).rejects.toMatchObject({ code: "not_found" });
    await expect(give(other.grant, body)).rejects.toMatchObject({ code: "not_found" });
    expect(feedbackSchema.safeParse({ request_id: request }).success).toBe(false);
    expect(feedbackSchema.safeParse({ ...body, project: 1 }).success).toBe(false);
  });
});

describe("lineage", () => {
  it("leads from a live answer to the file behind it, and from the file to the model", async () => {
    const { project, handle, request, version, source } = await answered();
    const read = (kind: "request" | "source" | "model", id: string) =>
      readLineage.run(context(handle), { project: project.slug, kind, id });
    const up = await read("request", request);
    expect(up.nodes.map((node) => node.kind)).toEqual(
      expect.arrayContaining(["request", "model", "snapshot", "dataset", "source"]),
    );
    expect(up.nodes.find((node) => node.kind === "source")?.label).toBe("origin.jsonl");
    const down = await read("source", String(source));
    expect(down.nodes.map((node) => node.key)).toContain(`model:${version.id}`);
    const other = await makeHandle(services);
    await expect(
      readLineage.run(context(other), { project: other.slug, kind: "request", id: request }),
    ).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("lineage of feedback", () => {
  it("leads from a kept row to the version that was corrected, and back", async () => {
    const { project, handle, request, grant, version } = await answered();
    const given = await give(grant, { request_id: request, corrected: "We open at nine." });
    const { conversation } = await reviewFeedback.run(context(handle), {
      project: project.slug,
      feedback: given.id,
      decision: "pair",
      dataset: "learned",
      keepPersonalData: false,
    });
    const keys = async (kind: "conversation" | "model", id: unknown) =>
      (
        await readLineage.run(context(handle), { project: project.slug, kind, id: String(id) })
      ).nodes.map((node) => node.key);
    expect(await keys("conversation", conversation)).toContain(`model:${version.id}`);
    expect(await keys("model", version.id)).toContain(`conversation:${conversation}`);
  });
});

describe("monitor", () => {
  it("counts requests, latency, tokens and thumbs by model version", async () => {
    const { project, handle, request, grant, version } = await answered();
    await give(grant, { request_id: request, rating: "down", reasons: ["wrong"] });
    // A preview of the same version: the thumb belongs to the live answer alone.
    await handle.db.insert(requestLog).values({
      id: randomUUID(),
      projectId: handle.projectId,
      modelVersionId: version.id,
      keyId: 7,
      stage: "preview",
      path: "/v1/chat/completions",
      status: 404,
      latencyMs: 1,
    });
    const found = await readMonitor.run(context(handle), { project: project.slug, hours: 1 });
    expect(found.total).toMatchObject({
      requests: 2,
      errors: 1,
      p50: 120,
      promptTokens: 5,
      completionTokens: 9,
    });
    const ofVersion = {
      modelVersionId: version.id,
      model: "helper@1",
      requests: 1,
      up: 0,
      edit: 0,
    };
    expect(found.versions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ...ofVersion, stage: "live", down: 1 }),
        expect.objectContaining({ ...ofVersion, stage: "preview", down: 0 }),
      ]),
    );
    const viewer = await makeHandle(services, { project, role: "viewer" });
    await expect(
      openProject(services.database, viewer.actor, project.slug, "feedback.review"),
    ).rejects.toMatchObject({ code: "forbidden" });
  });
});
