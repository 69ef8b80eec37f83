import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { run } from "#db/schema/runs.ts";
import { chat, feedback, gateRun, score, suite } from "#db/schema/trust.ts";
import { startExport } from "#lib/datasets/start-export.ts";
import { tagVersion } from "#lib/datasets/tag-version.ts";
import { createLabelSchema } from "#lib/labels/label-schemas.ts";
import { createLabelTask } from "#lib/labels/label-tasks.ts";
import { nextItems } from "#lib/labels/work-item.ts";
import type { Operation } from "#lib/operation.ts";
import { operations } from "#lib/operations.ts";
import { saveSession } from "#lib/playground/sessions.ts";
import { createDeployment } from "#lib/promotion/deployments.ts";
import { act, freeze, importText, rowIds } from "#tests/setup/datasets.ts";
import { type Credential, makePerson, request } from "#tests/setup/door.ts";
import { makeHandle, makeProject } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { registerStub } from "#tests/setup/stub-model.ts";

const services = await testServices();
const { db } = services.database;
const all: readonly Operation[] = operations;
const line = JSON.stringify({ messages: [{ role: "user", content: "When do you open?" }] });

/** What stands in project A, by the name that addresses use for it. */
let ids: Record<string, string | number>;
let snapshotName: string;
let carriers: [string, Credential][];
let ana: Awaited<ReturnType<typeof makePerson>>;

async function only(query: ReturnType<typeof sql>): Promise<number> {
  const [row] = await db.execute<{ id: number }>(query);
  if (!row) throw new Error("nothing was inserted");
  return Number(row.id);
}

beforeAll(async () => {
  ana = await makePerson(services, { email: "ana@example.test" });
  const ben = await makePerson(services, { email: "ben@example.test" });
  const place = await makeProject(services, { slug: "project-a", owner: ana });
  await makeProject(services, { slug: "project-b", owner: ben });
  const a = await makeHandle(services, { project: place, user: ana });
  const projectId = a.projectId;
  const text = [line, line.replace("open", "close"), line.replace("open", "rest")].join("\n");
  const imported = await importText(services, a, text);
  const dataset = Number(imported.result?.datasetId);
  const [conversation = 0] = await rowIds(a, dataset);
  const frozen = await freeze(services, a, { dataset, name: "frozen" });
  snapshotName = frozen.name;
  await act(services, a, tagVersion, { dataset, version: 1, tag: "gold" });
  const exported = await act(services, a, startExport, { dataset });
  await runJob(services, exported.run);
  const schema = await act(services, a, createLabelSchema, {
    name: "quality",
    questions: [{ id: "why", type: "text", title: "Why?" }],
  });
  const task = await act(services, a, createLabelTask, {
    name: "t",
    schema: schema.id,
    dataset,
  });
  const { items } = await act(services, a, nextItems, { task: task.task });
  const version = await registerStub(a, "shop", "a".repeat(64));
  const deployment = await act(services, a, createDeployment, { name: "chat", policy: "lab" });
  const key = await request(services, ana, "POST /projects/project-a/keys", { scope: ["read"] });
  const ofA = sql`${projectId}`;
  const [infer] = await db
    .insert(run)
    .values({
      projectId,
      kind: "infer",
      title: "Infer",
      input: {},
      needs: { device: "any", memoryMb: 1 },
    })
    .returning({ id: run.id });
  const [kept] = await db
    .insert(suite)
    .values({
      projectId,
      slug: "own",
      title: "Own",
      kind: "generation",
      digest: "d",
      items: 1,
      body: {},
    })
    .returning({ id: suite.id });
  const scored = { projectId, runId: 1, suiteId: kept?.id ?? 0, modelVersionId: version.id };
  const [item] = await db
    .insert(score)
    .values({ ...scored, item: "1", check: "pii", value: 1, detail: {} })
    .returning({ id: score.id });
  const [gate] = await db
    .insert(gateRun)
    .values({
      projectId,
      deploymentId: await only(sql`select id from deployment where project_id = ${ofA}`),
      modelVersionId: version.id,
      artefactDigest: "a".repeat(64),
      policyId: 1,
      policyHash: "h",
      suiteDigests: {},
      seed: 1,
      attempt: 1,
      verdict: "PASS",
      checks: [],
    })
    .returning({ id: gateRun.id });
  const [given] = await db
    .insert(feedback)
    .values({ projectId, messages: [], answer: "x", kind: "down", pii: [] })
    .returning({ id: feedback.id });
  const chatId = randomUUID();
  await db
    .insert(chat)
    .values({ id: chatId, projectId, deploymentId: 1, userId: ana.id, title: "t" });
  const { id: session } = await act(services, a, saveSession, {
    title: "t",
    state: {
      system: "",
      history: [],
      prompt: "",
      variables: {},
      template: null,
      parameters: {},
      columns: [{ id: "a", model: "shop@1", messages: [] }],
      conversation: null,
      reference: null,
    },
  });
  ids = {
    dataset,
    conversation,
    version: 1,
    tag: "gold",
    run: imported.id,
    infer: infer?.id ?? 0,
    schema: schema.id,
    task: task.task,
    item: await only(sql`select id from label_item where task_id = ${task.task} limit 1`),
    slot: items[0]?.slot ?? 0,
    revision: items[0]?.revision ?? 1,
    recipe:
      await only(sql`with made as (insert into recipe (project_id, name) values (${ofA}, 'r') returning id)
      insert into recipe_revision (recipe_id, number, steps, digest)
      select id, 1, '[{"step":"whitespace","params":{}}]', 'd' from made returning recipe_id as id`),
    view: await only(sql`insert into saved_view (dataset_id, name, filter, sort)
      values (${dataset}, 'late', '{}', '{"by":"added","descending":false}') returning id`),
    map: await only(sql`
      insert into topic_map (project_id, dataset_id, version, run_id, method, filter, settings, facts, rows, topics)
      values (${ofA}, ${dataset}, 1, 1, 'lexical', '{}', '{"topics":2,"seed":1}',
        '{"sampled":0,"vocabulary":0,"silhouette":null}', 0, 0) returning id`),
    prompt: await only(
      sql`insert into prompt_template (project_id, name) values (${ofA}, 'p') returning id`,
    ),
    comparison:
      await only(sql`insert into comparison (project_id, name, run_ids, model_version_ids, seed)
      values (${ofA}, 'c', '{1}', '{1,2}', 1) returning id`),
    upstream: await only(sql`insert into upstream (project_id, name, base_url, host)
      values (${ofA}, 'u', 'https://models.example.test/v1', 'models.example.test') returning id`),
    model: await only(sql`select id from model where project_id = ${ofA}`),
    modelVersion: version.id,
    source: await only(sql`select id from source where project_id = ${ofA}`),
    suite: "own",
    score: item?.id ?? 0,
    policy: "own",
    deployment: deployment.name,
    gate: gate?.id ?? 0,
    feedback: given?.id ?? 0,
    chat: chatId,
    session,
    key: Number(key.body.id),
    user: ana.id,
    kind: "conversation",
    id: conversation,
  };
  const own = await request(services, ben, "POST /projects/project-b/keys", { scope: ["manage"] });
  carriers = [
    ["cookie", ben],
    ["key", { key: String(own.body.key) }],
  ];
});

const text = { role: "user", content: "x" };
const steps = [{ step: "whitespace", params: {} }];

/** A body that would be done at once on an object of one's own. */
const bodies: Record<string, () => object> = {
  "member.set": () => ({ role: "viewer" }),
  "datasets.update": () => ({ name: "stolen" }),
  "conversations.edit": () => ({
    body: { kind: "chat", root: { ...text, replies: [] } },
  }),
  "versions.tag": () => ({ version: 1, move: true }),
  "datasets.fork": () => ({ name: "stolen" }),
  "datasets.embed": () => ({ model: "shop@1" }),
  "datasets.merge": () => ({ from: ids.dataset, ours: 1, theirs: 1 }),
  "conversations.tag": () => ({ filter: {}, add: ["stolen"] }),
  "views.save": () => ({ name: "stolen" }),
  "views.update": () => ({ name: "stolen" }),
  "recipes.update": () => ({ revision: 1, name: "stolen" }),
  "recipes.restore": () => ({ number: 1 }),
  "recipes.preview": () => ({ steps }),
  "recipes.run": () => ({ recipe: ids.recipe }),
  "labels.set-task-state": () => ({ state: "closed" }),
  "labels.draft": () => ({ revision: ids.revision, draft: {} }),
  "labels.submit": () => ({
    revision: ids.revision,
    answers: [{ question: "why", value: "because" }],
  }),
  "labels.skip": () => ({ revision: ids.revision, reason: "x" }),
  "labels.adjudicate": () => ({ item: ids.item, question: "why", value: "x" }),
  "compare.vote": () => ({ token: randomUUID(), choice: "left" }),
  "compare.export": () => ({ dataset: "stolen" }),
  "feedback.review": () => ({ decision: "reject" }),
  "chats.append": () => ({ role: "user", content: "x" }),
  "upstreams.change": () => ({ name: "stolen" }),
  "upstreams.probe": () => ({ upstreamModel: "m" }),
  "upstreams.register": () => ({ upstreamModel: "m", model: "stolen" }),
  "findings.triage": () => ({ state: "resolved", reason: "x" }),
  "findings.triage-many": () => ({ scores: [ids.score], state: "resolved", reason: "x" }),
  "deployments.update": () => ({ traffic: "full" }),
  "gate.waive": () => ({ check: "toxicity", reason: "x".repeat(30), owner: "ben" }),
  promote: () => ({ gate: ids.gate, reason: "x".repeat(30) }),
  rollback: () => ({ reason: "x".repeat(30) }),
  "deployments.stop": () => ({ reason: "x".repeat(30) }),
  // Ids that travel in the body.
  import: () => ({ source: ids.source, dataset: "stolen" }),
  "imports.preview": () => ({ source: ids.source }),
  snapshot: () => ({ dataset: ids.dataset }),
  "labels.create-task": () => ({ name: "t", schema: ids.schema, dataset: ids.dataset }),
  infer: () => ({ models: ["shop@1"], snapshot: snapshotName }),
  "compare.create": () => ({ name: "c", run: ids.infer }),
  train: () => ({ snapshot: snapshotName, model: "stolen" }),
  "training.preview": () => ({ snapshot: snapshotName }),
  evaluate: () => ({ models: ["shop@1"] }),
  gate: () => ({ deployment: ids.deployment, model: "shop@1" }),
  "chats.create": () => ({ deployment: ids.deployment, title: "t" }),
  "suites.import": () => ({ source: ids.source, format: "crows-pairs" }),
};

/** Query fields without which a question is refused before it is looked at. */
const queries: Record<string, () => string> = {
  "versions.diff": () => "?from=1&to=1",
  "merges.preview": () => `?from=${ids.dataset}`,
  "merges.conflicts": () => `?from=${ids.dataset}`,
  "conversations.place": () => "?to=end",
  "recipes.diff": () => "?from=1&to=1",
  "models.delete": () => "?confirm=shop",
};

/** Ids of models stand for a version; the address calls both `version`. */
const idFor = (operation: Operation, name: string) =>
  name === "version" && operation.name.startsWith("models.") ? ids.modelVersion : ids[name];

const pathNames = (operation: Operation) =>
  [...operation.path.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? "");

const addressOf = (operation: Operation, project: string) =>
  operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === "project" ? project : String(idFor(operation, name)),
  ) + (queries[operation.name]?.() ?? "");

/** Signing is for people alone, so a key is refused before the gate is looked for. */
const personsOnly = ["gate.sign"];

/** Acts that name something of A, in the address or in the body. */
const naming = all.filter(
  (one) =>
    "project" in one.allow &&
    (pathNames(one).length > 1 || one.name in bodies) &&
    // What a project's people have is one table for all: the answer says that ana is no member here.
    !["policies.show"].includes(one.name),
);

async function rows(): Promise<string> {
  const tables = await db.execute<{ name: string }>(sql`
    select table_name as name from information_schema.tables where table_schema = 'public'
      and table_type = 'BASE TABLE' and table_name not in ('audit_entry', 'session', 'api_key') order by 1`);
  const seen: string[] = [];
  for (const { name } of tables) {
    const [row] = await db.execute<{ digest: string }>(sql`
      select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from ${sql.identifier(name)} t`);
    seen.push(`${name} ${row?.digest}`);
  }
  return seen.join("\n");
}

describe("attack 2: ids of another project", () => {
  it("has something of A for every address, so that no act is left out", () => {
    for (const operation of naming) {
      for (const name of pathNames(operation).filter((one) => one !== "project")) {
        expect(idFor(operation, name), `${operation.name} {${name}}`).toBeTruthy();
      }
    }
    expect(naming.length).toBeGreaterThan(75);
  });

  it("are found by A's own people, so that a refusal below is one for being foreign", async () => {
    const wrong: string[] = [];
    // The stand-ins of a model and a suite are empty, for anybody.
    const empty = ["models.files", "suites.show"];
    const asked = naming.filter((one) => one.method === "GET" && !empty.includes(one.name));
    for (const operation of asked) {
      const line = `GET ${addressOf(operation, "project-a")}`;
      const { status, body } = await request(services, ana, line);
      // An upstream that does not answer was found all the same.
      if (status === 404 || status === 422) wrong.push(`${operation.name} ${JSON.stringify(body)}`);
    }
    expect(wrong).toEqual([]);
  });

  it.each(["cookie", "key"])("are not found by B's %s, and nothing changes", async (carrier) => {
    const who = carriers.find(([name]) => name === carrier)?.[1];
    const before = await rows();
    const wrong: string[] = [];
    for (const operation of naming) {
      const body = bodies[operation.name]?.();
      const write = operation.method === "POST" || operation.method === "PUT";
      const answer = await request(
        services,
        who,
        `${operation.method} ${addressOf(operation, "project-b")}`,
        write ? (body ?? {}) : undefined,
      );
      const wanted = carrier === "key" && personsOnly.includes(operation.name) ? 403 : 404;
      const { status, body: said } = answer;
      if (status !== wanted || /project-a|When do you|example\.test/.test(JSON.stringify(said))) {
        wrong.push(`${operation.name} ${status} ${JSON.stringify(said).slice(0, 200)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(await rows()).toBe(before);
  });
});
