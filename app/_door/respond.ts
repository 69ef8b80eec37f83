import type { Logger } from "pino";
import type { ErrorCode } from "#lib/core/errors.ts";
import { asAssayError } from "#lib/errors.ts";
import { dataPolicy, safeHeaders } from "./csp.ts";

/** The one table from error code to HTTP status. */
export const httpStatus: Record<ErrorCode, number> = {
  invalid_input: 422,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media: 415,
  unsupported_format: 415,
  rate_limited: 429,
  unavailable: 503,
  upstream_failed: 502,
  disk_full: 507,
  out_of_memory: 503,
  cancelled: 409,
  timeout: 504,
  blocked_by_gate: 409,
  not_installed: 503,
  internal: 500,
};

/** Seconds after which a retry makes sense, where the error itself does not know. */
const retryAfter: Partial<Record<ErrorCode, number>> = { rate_limited: 10, unavailable: 2 };

const baseHeaders = {
  "cache-control": "no-store",
  "content-security-policy": dataPolicy,
  "content-type": "application/json",
  ...safeHeaders,
};

/** An answer of the API before it is sent, by Next or by the server itself. */
export type Answer = { status: number; headers: Record<string, string>; body: string };

export const jsonAnswer = (
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): Answer => ({ status, headers: { ...baseHeaders, ...headers }, body: JSON.stringify(value) });

export const responseOf = ({ body, status, headers }: Answer): Response =>
  new Response(body, { status, headers });

export function jsonResponse(value: unknown, status = 200, headers: HeadersInit = {}): Response {
  const response = responseOf(jsonAnswer(value, status));
  for (const [name, content] of new Headers(headers)) response.headers.append(name, content);
  return response;
}

/** Any thrown thing as `{error: {code, message, issues?}}`; stack, cause and detail go to the log only. */
export function errorAnswer(thrown: unknown, log: Logger): Answer {
  const error = asAssayError(thrown);
  const status = httpStatus[error.code];
  if (status >= 500) log.error({ err: error, detail: error.detail }, error.code);
  else log.debug({ code: error.code, detail: error.detail }, error.message);
  const wait = error.retryAfter ?? retryAfter[error.code];
  const body = {
    error: {
      code: error.code,
      message: error.message,
      ...(error.issues?.length ? { issues: error.issues.slice(0, 20) } : {}),
    },
  };
  return jsonAnswer(body, status, wait === undefined ? {} : { "retry-after": String(wait) });
}

export const errorResponse = (thrown: unknown, log: Logger): Response =>
  responseOf(errorAnswer(thrown, log));
