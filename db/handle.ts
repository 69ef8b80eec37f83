import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
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
import { type Database, type Db, prepareQuery } from "./client.ts";
import { user } from "./schema/access.ts";

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

const inactive = () =>
  new AssayError("unauthenticated", "This account is not active. Sign in with another one.");

async function findUser(db: Db, userId: string) {
  const [row] = await db
    .select({ id: user.id, admin: user.admin })
    .from(user)
    .where(and(eq(user.id, userId), isNull(user.disabledAt)));
  if (!row) throw inactive();
  return row;
}

/** All that decides what somebody may do in one project. What is null is not there, or not any more. */
type Standing = ProjectRow & {
  /** Whose account it hangs on: the person's own, or that of the key's creator. */
  asked: string | null;
  /** The same, while that account is active. */
  userId: string | null;
  admin: boolean | null;
  role: ProjectRole | null;
  scopes: KeyScope[] | null;
};

/** One question, since it comes with every request: the project, the live and unexpired key, the account, its role. */
const standingIn = (project: SQL) =>
  prepareQuery<Standing>(sql`
    select p.id::float8 as id, p.slug, p.name, a.asked, u.id as "userId", u.admin, m.role, k.scopes
    from project p
      left join api_key k on k.id = ${sql.placeholder("key")}::bigint and k.project_id = p.id
        and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
      cross join lateral (select coalesce(k.created_by, ${sql.placeholder("user")}::text) as asked) a
      left join "user" u on u.id = a.asked and u.disabled_at is null
      left join project_member m on m.project_id = p.id and m.user_id = u.id
    where ${project} and p.deleted_at is null`);
const bySlug = standingIn(sql`p.slug = ${sql.placeholder("project")}`);
const byId = standingIn(sql`p.id = ${sql.placeholder("project")}::bigint`);

/** An instance administrator acts as owner everywhere; the creator's present role is a key's ceiling. */
function roleOf({ admin, role, scopes }: Standing, { kind }: Principal): ProjectRole | undefined {
  const own = admin ? ("owner" as const) : (role ?? undefined);
  return kind === "key" ? keyRole(scopes ?? [], own) : own;
}

async function grant(
  database: Database,
  actor: Actor,
  find: typeof bySlug,
  project: string | number,
  act: ProjectAct,
): Promise<ProjectHandle> {
  const { principal } = actor;
  if (principal.kind === "anonymous") {
    throw new AssayError("unauthenticated", "Sign in first; nothing was changed.");
  }
  const [row] = await find(database, {
    project,
    key: principal.kind === "key" ? principal.keyId : null,
    user: principal.kind === "user" ? principal.userId : null,
  });
  if (!row || row.asked === null) throw unknownProject(String(project));
  if (row.userId === null) throw inactive();
  const role = roleOf(row, principal);
  if (!role) throw unknownProject(String(project));
  if (!roleMay(role, act)) throw forbidden(act, role);
  const { id, slug, name, userId } = row;
  const found = { projectId: id, slug, name, role, userId };
  return new ProjectHandle(grantKey, { database, db: database.db, actor, ...found });
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
  return grant(database, actor, bySlug, slug, act);
}

/** As `openProject` for a run's creator, by project id: roles are read again, so a lowered role stops the work. */
export async function openProjectById(
  database: Database,
  actor: Actor,
  projectId: number,
  act: ProjectAct,
): Promise<ProjectHandle> {
  return grant(database, actor, byId, projectId, act);
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
