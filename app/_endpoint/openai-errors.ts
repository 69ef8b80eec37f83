import type { ErrorCode } from "#lib/core/errors.ts";
import { asAssayError } from "#lib/errors.ts";

/** How OpenAI's clients expect our codes: status and error type. One exhaustive table. */
const table: Record<ErrorCode, { status: number; type: string; code: string | null }> = {
  invalid_input: { status: 400, type: "invalid_request_error", code: null },
  unauthenticated: { status: 401, type: "invalid_request_error", code: "invalid_api_key" },
  forbidden: { status: 403, type: "invalid_request_error", code: "forbidden" },
  not_found: { status: 404, type: "invalid_request_error", code: "not_found" },
  conflict: { status: 409, type: "invalid_request_error", code: "conflict" },
  precondition_failed: { status: 400, type: "invalid_request_error", code: null },
  too_large: { status: 413, type: "invalid_request_error", code: "request_too_large" },
  unsupported_media: { status: 415, type: "invalid_request_error", code: null },
  unsupported_format: { status: 400, type: "invalid_request_error", code: null },
  rate_limited: { status: 429, type: "rate_limit_error", code: "rate_limit_exceeded" },
  unavailable: { status: 503, type: "server_error", code: "unavailable" },
  upstream_failed: { status: 502, type: "server_error", code: "upstream_failed" },
  disk_full: { status: 507, type: "server_error", code: "disk_full" },
  out_of_memory: { status: 503, type: "server_error", code: "out_of_memory" },
  cancelled: { status: 499, type: "server_error", code: "cancelled" },
  timeout: { status: 504, type: "server_error", code: "timeout" },
  blocked_by_gate: { status: 403, type: "invalid_request_error", code: "blocked_by_gate" },
  not_installed: { status: 501, type: "server_error", code: "not_installed" },
  internal: { status: 500, type: "server_error", code: "internal" },
};

export type OpenAiError = {
  status: number;
  headers: Record<string, string>;
  body: { error: { message: string; type: string; param: string | null; code: string | null } };
};

/** What was not found, in OpenAI's words: clients tell a wrong model from a wrong address by them. */
function notFound(code: ErrorCode, param: string | null): string | undefined {
  if (code !== "not_found") return undefined;
  if (param === "url") return "unknown_url";
  return param === "model" ? "model_not_found" : undefined;
}

/** Any thrown thing as OpenAI's error body; never a stack, never a cause. */
export function openAiError(cause: unknown): OpenAiError {
  const error = asAssayError(cause);
  const entry = table[error.code];
  const param = error.issues?.[0]?.path ?? null;
  return {
    status: entry.status,
    headers: error.retryAfter ? { "retry-after": String(error.retryAfter) } : {},
    body: {
      error: {
        message: error.message,
        type: entry.type,
        param,
        code: notFound(error.code, param) ?? entry.code,
      },
    },
  };
}
