import { randomBytes } from "node:crypto";

/**
 * Content-Security-Policy of a page: scripts and style elements by nonce only, nothing from other origins except
 * the streams of this instance's own endpoint. Style attributes stay allowed: Mantine sets CSS variables in them,
 * and they cannot run code or load anything.
 */
export function pagePolicy(nonce: string, endpointUrl: string, development: boolean): string {
  const endpoint = new URL(endpointUrl).origin;
  // React's development build evals for its error overlay, and hot reload puts styles in without a nonce.
  const scripts = development ? " 'unsafe-eval'" : "";
  const styles = development ? "'self' 'unsafe-inline'" : `'self' 'nonce-${nonce}'`;
  const sockets = development ? " ws:" : "";
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${scripts}`,
    `style-src ${styles}`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self' ${endpoint}${sockets}`,
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join("; ");
}

/** An API answer is data: nothing in it may run, load or be framed. */
export const dataPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** Stand on every answer, whoever gives it. */
export const safeHeaders = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
};

export const newNonce = () => randomBytes(16).toString("base64");
