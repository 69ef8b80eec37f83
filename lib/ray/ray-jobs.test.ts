import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeEach, expect, it } from "vitest";
import { endOf, openRayJobs } from "./ray-jobs.ts";

/** Stands for a cluster where the real one (tests/integration/ray-recipes.test.ts) cannot be made to answer so. */
let answers: Record<string, [number, string]>;
let asked: IncomingMessage[];
const server = createServer((request, response) => {
  asked.push(request);
  const [status, text] = answers[`${request.method} ${request.url}`] ?? [404, ""];
  response.writeHead(status).end(text);
}).listen(0, "127.0.0.1");
await once(server, "listening");
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/behind`;
const jobs = openRayJobs({ url, token: "a token" });
beforeEach(() => {
  answers = {};
  asked = [];
});
afterAll(async () => {
  await jobs.close();
  server.close();
});

it("a job that is there already is not an error, and every call carries the token", async () => {
  answers["POST /behind/api/jobs/"] = [500, "already exists"];
  answers["GET /behind/api/jobs/a-1"] = [200, '{"status": "RUNNING", "message": null, "more": 1}'];
  await jobs.submit("a-1", "true");
  expect(asked.map((one) => one.headers.authorization)).toEqual([
    "Bearer a token",
    "Bearer a token",
  ]);
});

it("a job that was not taken is, and a job that nobody knows is none", async () => {
  answers["POST /behind/api/jobs/"] = [500, "No available agent"];
  await expect(jobs.submit("a-1", "true")).rejects.toMatchObject({ code: "unavailable" });
  expect(await jobs.read("a-1")).toBeUndefined();
  await jobs.stop("a-1");
});

it("a wrong token is said to be wrong, once and for all", async () => {
  answers["GET /behind/api/jobs/a-1"] = [401, ""];
  await expect(jobs.read("a-1")).rejects.toMatchObject({
    code: "precondition_failed",
    message: expect.stringContaining("ASSAY_RAY_TOKEN"),
  });
});

it("a cluster that is away is unavailable", async () => {
  const away = openRayJobs({ url: "http://127.0.0.1:9", token: undefined });
  await expect(away.read("a-1")).rejects.toMatchObject({ code: "unavailable" });
  await away.close();
});

it("the end of a log is its last lines without colours and empty ones", () => {
  const log = Array.from({ length: 20 }, (_, n) => `\u001b[31mline ${n}\u001b[0m\n\n`).join("");
  expect(endOf(log)).toHaveLength(12);
  expect(endOf(log).at(-1)).toBe("line 19");
  expect(endOf("x".repeat(1000))[0]).toHaveLength(300);
});
