import { LRUCache } from "lru-cache";
import { openProjectById } from "#db/handle.ts";
import { findKey, keyChannel, noteUse } from "#lib/access/find-key.ts";
import type { EndpointGrant } from "#lib/chat/resolve-target.ts";
import { AssayError } from "#lib/core/errors.ts";
import { hashToken, readToken } from "#lib/secrets.ts";
import type { Services } from "#lib/services.ts";

export type Caller = {
  grant: EndpointGrant;
  ratePerMinute: number;
  name: string;
  /** Throws when the credential would no longer be let in, by what the database says now. */
  recheck: () => Promise<unknown>;
};

/** A revoked key lives at most this long in a cache; NOTIFY ends it sooner. */
const cacheMs = 5000;
/** How often the credentials behind running answers are looked at again: a right that is lost ends them within 5 s. */
const recheckMs = 2000;
/** What tells that a credential is no longer let in; a database that is away for a moment tells nothing. */
const losses = new Set(["unauthenticated", "forbidden", "not_found"]);
/** Requests a minute for a credential that sets no limit of its own. */
const defaultRate = 600;

const refused = () =>
  new AssayError(
    "unauthenticated",
    "Incorrect API key provided: it may be revoked, expired or mistyped. Create another in Settings.",
  );

const bearer = (authorization: string | undefined) =>
  /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? "")?.[1];

/** Resolves credentials: our own hashed keys, and five-minute tokens that pages get from the web app. */
export async function openCallers(services: Services) {
  const cache = new LRUCache<string, Caller>({ max: 5000, ttl: cacheMs });
  const running = new Set<Running>();
  const listener = await services.database.sql.listen(keyChannel, () => {
    cache.clear();
    void recheckAll(running);
  });
  const timer = setInterval(() => void recheckAll(running), recheckMs);
  timer.unref();
  return {
    /** Calls `lost` with the refusal when the caller loses its right while an answer runs; returns the release. */
    hold: (caller: Caller, lost: Running["lost"]): (() => void) => {
      const one = { caller, lost };
      running.add(one);
      return () => running.delete(one);
    },
    /** A credential that was let in within the last seconds. */
    known: (authorization: string | undefined): Caller | undefined => {
      const token = bearer(authorization);
      return token ? cache.get(hashToken(token)) : undefined;
    },
    /** Throws unauthenticated for a missing, unknown, revoked or expired credential. */
    find: async (authorization: string | undefined): Promise<Caller> => {
      const token = bearer(authorization);
      if (!token) throw refused();
      const cacheKey = hashToken(token);
      const caller = token.startsWith("page-")
        ? await pageCaller(services, token)
        : await keyCaller(services, token);
      cache.set(cacheKey, caller);
      return caller;
    },
    close: async () => {
      clearInterval(timer);
      await listener.unlisten();
    },
  };
}

export type Callers = Awaited<ReturnType<typeof openCallers>>;

type Running = { caller: Caller; lost: (refusal: AssayError) => void };

/** One question a credential, however many answers it has running. */
async function recheckAll(running: ReadonlySet<Running>): Promise<void> {
  const byName = Map.groupBy(running, (one) => one.caller.name);
  for (const open of byName.values()) {
    await open[0]?.caller.recheck().catch((cause: unknown) => {
      if (!(cause instanceof AssayError) || !losses.has(cause.code)) return;
      for (const one of open) one.lost(refused());
    });
  }
}

async function keyCaller(services: Services, token: string): Promise<Caller> {
  const { database } = services;
  const key = await findKey(database, token);
  if (!key) throw refused();
  // The creator's right is the key's ceiling: a disabled or removed creator closes it.
  const creator = {
    principal: { kind: "user" as const, userId: key.createdBy },
    door: "endpoint" as const,
  };
  const mayStill = () => openProjectById(database, creator, key.projectId, "chat.use");
  await mayStill();
  await noteUse(database, key);
  return {
    name: `key:${key.id}`,
    recheck: async () => {
      if (!(await findKey(database, token))) throw refused();
      await mayStill();
    },
    ratePerMinute: key.ratePerMinute ?? defaultRate,
    grant: {
      projectId: key.projectId,
      keyId: key.id,
      userId: null,
      chat: key.scopes.includes("chat"),
      preview: key.scopes.includes("preview"),
      embed: key.scopes.includes("embed"),
    },
  };
}

async function pageCaller(services: Services, token: string): Promise<Caller> {
  const payload = readToken(services.secrets, token);
  if (!payload || typeof payload.user !== "string" || typeof payload.project !== "number")
    throw refused();
  const actor = {
    principal: { kind: "user" as const, userId: payload.user },
    door: "endpoint" as const,
  };
  const { project } = payload;
  const mayStill = () => openProjectById(services.database, actor, project, "chat.use");
  const handle = await mayStill();
  return {
    name: `user:${payload.user}`,
    // The token's own five minutes bound when an answer may begin, not how long it takes.
    recheck: mayStill,
    ratePerMinute: defaultRate,
    grant: {
      projectId: handle.projectId,
      keyId: null,
      userId: payload.user,
      chat: true,
      preview: payload.preview === true && handle.may("play.use"),
      // No page asks the endpoint for vectors.
      embed: false,
    },
  };
}
