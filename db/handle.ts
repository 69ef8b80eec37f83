import { and, eq, isNull, sql } from "drizzle-orm";
import {
  type InstanceAct,
  type KeyScope,
  keyRole,
  type ProjectAct,
  type ProjectRole,
  projectActs,
  roleMay,
} from "../lib/core/acts.ts";
import { AssayError } from "../lib/core/errors.ts";
import type { Database, Db } from "./client.ts";
import { apiKey, project, projectMember, user } from "./schema/access.ts";

/** Who asks, as the door established it. Roles are never part of it: they are read here, each time. */
export type Principal =
  | { kind: "user"; userId: string }
  | { kind: "key"; keyId: number }
  | { kind: "anonymous" };

/** Through which door the request came; written to the audit log. */
export type Door = "web" | "api" | "cli" | "endpoint" | "worker" | "system";

export type Actor = { principal: Principal; door: Door };

export function actorName(actor: Actor): string {
  const p = actor.principal;
  if (actor.door === "system") return "system";
  return p.kind === "user" ? `user:${p.userId}` : p.kind === "key" ? `key:${p.keyId}` : "anonymous";
}

type ProjectRow = { id: number; slug: string; name: string };

const grantKey = Symbol("grant");

/**
 * The right to read and write one project, checked when it was made. Every query of project data takes one,
 * and there is no other way to get one than `openProject` and `openProjectForRun`: access is checked in the data layer.
 */
export class ProjectHandle {
  readonly database: Database;
  readonly db: Db;
  readonly projectId: number;
  readonly slug: string;
  readonly name: string;
  readonly role: ProjectRole;
  readonly userId: string;
  readonly actor: Actor;

  constructor(
    key: typeof grantKey,
    given: Pick<
      ProjectHandle,
      "database" | "db" | "projectId" | "slug" | "name" | "role" | "userId" | "actor"
    >,
  ) {
    if (key !== grantKey) throw new TypeError("A ProjectHandle is made by openProject.");
    this.database = given.database;
    this.db = given.db;
    this.projectId = given.projectId;
    this.slug = given.slug;
    this.name = given.name;
    this.role = given.role;
    this.userId = given.userId;
    this.actor = given.actor;
  }

  /** Whether this person may also do `act`; for showing or hiding a control. */
  may(act: ProjectAct): boolean {
    return roleMay(this.role, act);
  }

  /** Refuses with `forbidden` unless this person may do `act`. */
  require(act: ProjectAct): void {
    if (!this.may(act)) throw forbidden(act, this.role);
  }

  /** The same right inside one transaction. */
  transaction<T>(work: (handle: ProjectHandle) => Promise<T>): Promise<T> {
    return this.db.transaction((tx) => work(new ProjectHandle(grantKey, { ...this, db: tx })));
  }
}

/** The right to act on the instance. */
export class InstanceHandle {
  readonly database: Database;
  readonly db: Db;
  readonly userId: string;
  readonly admin: boolean;
  readonly actor: Actor;

  constructor(
    key: typeof grantKey,
    given: Pick<InstanceHandle, "database" | "db" | "userId" | "admin" | "actor">,
  ) {
    if (key !== grantKey) throw new TypeError("An InstanceHandle is made by openInstance.");
    this.database = given.database;
    this.db = given.db;
    this.userId = given.userId;
    this.admin = given.admin;
    this.actor = given.actor;
  }

  transaction<T>(work: (handle: InstanceHandle) => Promise<T>): Promise<T> {
    return this.db.transaction((tx) => work(new InstanceHandle(grantKey, { ...this, db: tx })));
  }
}

function forbidden(act: string, role: ProjectRole | undefined): AssayError {
  const needed = (projectActs as Record<string, ProjectRole>)[act] ?? "administrator";
  return new AssayError(
    "forbidden",
    `Your role${role ? ` (${role})` : ""} does not allow this; it needs ${needed}. Nothing was changed. Ask an owner of the project.`,
    { detail: { act, role } },
  );
}

const unknownProject = (slug: string) =>
  new AssayError(
    "not_found",
    `There is no project “${slug.slice(0, 80)}” that you can open. Check the address, or ask its owner to invite you.`,
  );

async function findUser(db: Db, userId: string) {
  const [row] = await db
    .select({ id: user.id, admin: user.admin })
    .from(user)
    .where(and(eq(user.id, userId), isNull(user.disabledAt)));
  if (!row) {
    throw new AssayError(
      "unauthenticated",
      "This account is not active. Sign in with another one.",
    );
  }
  return row;
}

async function memberRole(db: Db, projectId: number, userId: string) {
  const [row] = await db
    .select({ role: projectMember.role })
    .from(projectMember)
    .where(and(eq(projectMember.projectId, projectId), eq(projectMember.userId, userId)));
  return row?.role as ProjectRole | undefined;
}

/** A member's role; an instance administrator acts as owner everywhere. */
async function userRole(db: Db, projectId: number, userId: string) {
  const person = await findUser(db, userId);
  return person.admin ? ("owner" as const) : memberRole(db, projectId, userId);
}

/** The live, unexpired key with its creator's present role as the ceiling. */
async function resolveKey(db: Db, keyId: number, projectId: number) {
  const [key] = await db
    .select()
    .from(apiKey)
    .where(
      and(
        eq(apiKey.id, keyId),
        eq(apiKey.projectId, projectId),
        isNull(apiKey.revokedAt),
        sql`(expires_at is null or expires_at > now())`,
      ),
    );
  if (!key) return undefined;
  const creatorRole = await userRole(db, projectId, key.createdBy);
  return { userId: key.createdBy, role: keyRole(key.scopes as KeyScope[], creatorRole) };
}

async function resolveRole(db: Db, principal: Principal, row: ProjectRow) {
  if (principal.kind === "user") {
    return { userId: principal.userId, role: await userRole(db, row.id, principal.userId) };
  }
  if (principal.kind === "key") return resolveKey(db, principal.keyId, row.id);
  return undefined;
}

async function grant(
  database: Database,
  actor: Actor,
  row: ProjectRow | undefined,
  slug: string,
  act: ProjectAct,
): Promise<ProjectHandle> {
  if (actor.principal.kind === "anonymous") {
    throw new AssayError("unauthenticated", "Sign in first; nothing was changed.");
  }
  const found = row && (await resolveRole(database.db, actor.principal, row));
  if (!row || !found?.role) throw unknownProject(slug);
  if (!roleMay(found.role, act)) throw forbidden(act, found.role);
  return new ProjectHandle(grantKey, {
    database,
    db: database.db,
    projectId: row.id,
    slug: row.slug,
    name: row.name,
    role: found.role,
    userId: found.userId,
    actor,
  });
}

/**
 * Grants `act` on a project.
 * @throws unauthenticated without a live account, not_found without a role there, forbidden when the role is too low.
 */
export async function openProject(
  database: Database,
  actor: Actor,
  slug: string,
  act: ProjectAct,
): Promise<ProjectHandle> {
  const [row] = await database.db
    .select({ id: project.id, slug: project.slug, name: project.name })
    .from(project)
    .where(and(eq(project.slug, slug), isNull(project.deletedAt)));
  return grant(database, actor, row, slug, act);
}

/** As `openProject` for a run's creator, by project id: roles are read again, so a lowered role stops the work. */
export async function openProjectById(
  database: Database,
  actor: Actor,
  projectId: number,
  act: ProjectAct,
): Promise<ProjectHandle> {
  const [row] = await database.db
    .select({ id: project.id, slug: project.slug, name: project.name })
    .from(project)
    .where(and(eq(project.id, projectId), isNull(project.deletedAt)));
  return grant(database, actor, row, String(projectId), act);
}

/** Grants an instance act to an administrator, or plain sign-in when `act` is undefined. */
export async function openInstance(
  database: Database,
  actor: Actor,
  act: InstanceAct | undefined,
): Promise<InstanceHandle> {
  if (actor.principal.kind !== "user") {
    throw actor.principal.kind === "key"
      ? new AssayError(
          "forbidden",
          "This needs a signed-in person, not a key; nothing was changed. Sign in to do it.",
        )
      : new AssayError("unauthenticated", "Sign in first; nothing was changed.");
  }
  const person = await findUser(database.db, actor.principal.userId);
  if (act && !person.admin) throw forbidden(act, undefined);
  return new InstanceHandle(grantKey, {
    database,
    db: database.db,
    userId: person.id,
    admin: person.admin,
    actor,
  });
}
