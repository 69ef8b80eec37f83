import type { Actor } from "#db/handle.ts";
import { authOf } from "#lib/access/auth.ts";
import { findKey, noteUse } from "#lib/access/find-key.ts";
import { AssayError } from "#lib/core/errors.ts";
import type { Services } from "#lib/services.ts";

/** What carried the credential decides once: a request with an Authorization header never falls back to its cookie. */
export type Identity = { carrier: "cookie" | "key" | "none"; actor: Actor };

const anonymous: Identity = {
  carrier: "none",
  actor: { principal: { kind: "anonymous" }, door: "web" },
};

/** Who asks. @throws unauthenticated for an Authorization header that opens nothing. */
export async function identify(services: Services, headers: Headers): Promise<Identity> {
  const authorization = headers.get("authorization");
  if (authorization !== null) return identifyKey(services, authorization);
  if (!headers.get("cookie")) return anonymous;
  const found = await authOf(services).api.getSession({ headers });
  if (!found) return anonymous;
  return {
    carrier: "cookie",
    actor: { principal: { kind: "user", userId: found.user.id }, door: "web" },
  };
}

async function identifyKey(services: Services, authorization: string): Promise<Identity> {
  const token = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization)?.[1];
  const key = token && (await findKey(services.database, token));
  if (!key) {
    throw new AssayError(
      "unauthenticated",
      "This API key is not valid: it may be revoked, expired or mistyped. Nothing was changed; create another in Settings.",
    );
  }
  await noteUse(services.database, key);
  return {
    carrier: "key",
    actor: { principal: { kind: "key", keyId: key.id }, door: "api" },
  };
}

/** Addresses that pages of this instance are served from; loopback has several names. */
export function ownOrigins(publicUrl: string): string[] {
  const own = new URL(publicUrl);
  const names = ["localhost", "127.0.0.1", "[::1]"];
  if (!names.includes(own.hostname)) return [own.origin];
  const port = own.port ? `:${own.port}` : "";
  return names.map((name) => `${own.protocol}//${name}${port}`);
}

/**
 * A browser sends cookies with requests that other sites start: a write by cookie must come from our own pages.
 * @throws forbidden
 */
export function checkOrigin(services: Services, headers: Headers): void {
  const origin = headers.get("origin");
  const own =
    origin === null
      ? headers.get("sec-fetch-site") === "same-origin"
      : ownOrigins(services.publicUrl).includes(origin);
  if (!own) {
    throw new AssayError(
      "forbidden",
      `This request did not come from a page of ${services.publicUrl}. Nothing was changed; open Assay under that address, or use an API key.`,
      { detail: { origin } },
    );
  }
}
