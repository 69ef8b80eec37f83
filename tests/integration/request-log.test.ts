import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { requestLog } from "#db/schema/trust.ts";
import { openRequestLog, type RequestRecord } from "#lib/chat/log-request.ts";
import type { EndpointGrant, Target } from "#lib/chat/resolve-target.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const { projectId } = await makeHandle(services);
const grant: EndpointGrant = {
  projectId,
  keyId: 1,
  userId: null,
  chat: true,
  preview: true,
  embed: false,
};

const record = (id: string, more: Partial<RequestRecord> = {}): RequestRecord => ({
  id,
  path: "/v1/chat/completions",
  status: 200,
  finishReason: "stop",
  errorCode: null,
  promptTokens: 3,
  completionTokens: 4,
  firstTokenMs: 1.5,
  latencyMs: 2.5,
  body: { messages: [{ role: "user", content: "Is „the shop“ open?" }], answer: "Yes 🙂" },
  ...more,
});

const target = (traffic: string, trafficDays = 30) =>
  ({
    modelVersionId: 7,
    stage: "live",
    deployment: { id: 5, profile: "lab", system: "", parameters: {}, traffic, trafficDays },
  }) as unknown as Target;

const rows = () =>
  services.database.db.select().from(requestLog).where(eq(requestLog.projectId, projectId));

it("writes each request as its deployment is set, however many come at once", async () => {
  const refused: string[] = [];
  const log = openRequestLog(services.database, (_error, id) => refused.push(id));
  log.add(grant, target("full", 3), record("full"));
  log.add(grant, target("metadata"), record("figures"));
  log.add(grant, target("off"), record("nothing"));
  const { deployment: _none, ...preview } = target("full");
  log.add(grant, { ...preview, deployment: null, stage: "preview" } as Target, record("preview"));
  for (let n = 0; n < 500; n++) log.add(grant, target("metadata"), record(`many-${n}`));
  await log.flushed();
  const kept = await rows();
  expect(refused).toEqual([]);
  expect(kept).toHaveLength(503);
  const of = (id: string) => kept.find((row) => row.id === id);
  expect(of("full")).toMatchObject({
    ...record("full"),
    deploymentId: 5,
    modelVersionId: 7,
    keyId: 1,
    userId: null,
    stage: "live",
  });
  expect(of("figures")?.body).toBeNull();
  expect(of("preview")).toMatchObject({ deploymentId: null, stage: "preview", body: null });
  const days = (id: string) => {
    const row = of(id);
    return (Number(row?.expiresAt) - Number(row?.createdAt)) / 86_400_000;
  };
  expect([days("full"), days("figures"), days("preview")].map(Math.round)).toEqual([3, 30, 7]);
});

it("loses one refused row and none of its neighbours", async () => {
  const refused: string[] = [];
  const log = openRequestLog(services.database, (_error, id) => refused.push(id));
  const ids = ["a", "b", "c", "d"];
  for (const id of ids) {
    // No column takes half a token; the first is written alone, the others together.
    log.add(grant, target("full"), record(id, id === "c" ? { promptTokens: 0.5 } : {}));
  }
  await log.flushed();
  expect(refused).toEqual(["c"]);
  const kept = new Set((await rows()).map((row) => row.id));
  expect(ids.map((id) => kept.has(id))).toEqual([true, true, false, true]);
});
