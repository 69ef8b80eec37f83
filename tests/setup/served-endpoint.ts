import OpenAI, { APIError } from "openai";
import { afterAll, expect } from "vitest";
import { buildEndpoint } from "#app/_endpoint/server.ts";
import type { ProjectHandle } from "#db/handle.ts";
import { createKey } from "#lib/access/keys.ts";
import type { KeyScope } from "#lib/core/acts.ts";
import { act } from "./datasets.ts";
import { makeHandle } from "./factories.ts";
import { servedServices } from "./served-model.ts";

/** The endpoint before a real model server, a project, and the official client with a key of any scope. */
export async function servedEndpoint() {
  const services = await servedServices();
  const app = await buildEndpoint(services);
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  afterAll(() => app.close());
  const handle = await makeHandle(services);
  const key = (scope: KeyScope[], of: ProjectHandle = handle, ratePerMinute?: number) =>
    act(services, of, createKey, { name: "k", scope, ...(ratePerMinute && { ratePerMinute }) });
  const client = async (scope: KeyScope[], of?: ProjectHandle, ratePerMinute?: number) => {
    const apiKey = (await key(scope, of, ratePerMinute)).key;
    return new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
  };
  return { services, url, handle, key, client };
}

/** The error that the official client throws for what the endpoint refuses. */
export async function refusal(work: Promise<unknown>): Promise<InstanceType<typeof APIError>> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(APIError);
  return error as InstanceType<typeof APIError>;
}
