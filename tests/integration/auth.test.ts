import { randomBytes } from "node:crypto";
import { desc, eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { apiKey, auditEntry, oneTimeLink, user } from "#db/schema/access.ts";
import { verifyInstanceAudit } from "#lib/access/audit-log.ts";
import { createLink } from "#lib/access/links.ts";
import { signIn } from "#lib/access/sign-in.ts";
import { hashToken } from "#lib/secrets.ts";
import { cookieOf, makePerson, request, testPassword } from "#tests/setup/door.ts";
import { addMember, makeProject, makeUser, type TestProject } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const { db } = services.database;
type Person = Awaited<ReturnType<typeof makePerson>>;
let admin: Person;
let target: TestProject;

const tokenIn = (link: unknown) => new URL(String(link)).searchParams.get("token") ?? "";
const latest = async () =>
  (await db.select().from(auditEntry).orderBy(desc(auditEntry.id)).limit(1))[0];
const works = async (cookie: string) =>
  (await request(services, { cookie }, "GET /account")).status === 200;

describe("the first administrator", () => {
  const person = { name: "First", email: "First@Example.test", password: testPassword };

  it("is made once by the one-time link, and owns the project default", async () => {
    const { address } = await createLink(db, services.publicUrl, "first-admin", {});
    const token = tokenIn(address);
    const weak = await request(services, undefined, "POST /setup", {
      ...person,
      token,
      password: "short",
    });
    expect([weak.status, weak.body.error.issues?.[0]?.path]).toEqual([422, "password"]);

    const racers = await Promise.all(
      [1, 2, 3].map(() => request(services, undefined, "POST /setup", { ...person, token })),
    );
    expect(racers.map((one) => one.status).sort()).toEqual([200, 404, 404]);
    expect((await db.select().from(user)).map((one) => [one.email, one.admin])).toEqual([
      ["first@example.test", true],
    ]);
    const cookie = await cookieOf(services, person.email);
    const { body } = await request(services, { cookie }, "GET /projects");
    expect(body.projects).toMatchObject([{ slug: "default", role: "owner" }]);
  });

  it("cannot be made again, not even with a fresh link", async () => {
    const { address } = await createLink(db, services.publicUrl, "first-admin", {});
    const again = await request(services, undefined, "POST /setup", {
      ...person,
      email: "second@example.test",
      token: tokenIn(address),
    });
    expect([again.status, again.body.error.code]).toEqual([409, "conflict"]);
    // The refusal did not use it up half-way.
    expect(
      await db
        .select()
        .from(oneTimeLink)
        .where(eq(oneTimeLink.tokenHash, hashToken(tokenIn(address)))),
    ).toMatchObject([{ usedAt: null }]);
  });

  it("leaves no plain token behind", async () => {
    const rows = JSON.stringify(await db.select().from(oneTimeLink));
    expect(rows).not.toMatch(/"[A-Za-z0-9_-]{43}"/);
  });
});

describe("with people", () => {
  beforeAll(async () => {
    admin = await makePerson(services, { email: "admin@example.test", admin: true });
    target = await makeProject(services, { slug: "target", owner: admin });
  });

  describe("sign-in", () => {
    it("is audited, right or wrong, without the address", async () => {
      const person = await makePerson(services, { email: "ina@example.test" });
      expect(await latest()).toMatchObject({
        act: "sign-in",
        outcome: "done",
        actor: `user:${person.id}`,
      });
      const wrong = { email: "ina@example.test", password: "wrong" };
      await expect(signIn(services, wrong, new Headers())).rejects.toMatchObject({
        code: "unauthenticated",
      });
      const entry = await latest();
      expect(entry).toMatchObject({ act: "sign-in", outcome: "denied" });
      expect(JSON.stringify(entry)).not.toContain("ina@example.test");
    });

    it("says the same of an unknown account as of a wrong password", async () => {
      const message = async (email: string) =>
        signIn(services, { email, password: "wrong" }, new Headers()).catch(
          (e: Error) => e.message,
        );
      expect(await message("nobody@example.test")).toBe(await message("admin@example.test"));
    });

    it("waits after eight failures, also for the right password", async () => {
      await makePerson(services, { email: "guessed@example.test" });
      const attempt = (password: string) =>
        signIn(services, { email: "guessed@example.test", password }, new Headers()).catch(
          (e) => e,
        );
      for (let i = 0; i < 8; i++) expect((await attempt("wrong")).code).toBe("unauthenticated");
      const refused = await attempt(testPassword);
      expect(refused.code).toBe("rate_limited");
      expect(refused.retryAfter).toBeGreaterThan(0);
      // Others are not held up.
      expect(await cookieOf(services, "admin@example.test")).toContain("assay-3000");
    });

    it("does not mix up two instances on one host", async () => {
      const other = { ...services, publicUrl: "http://localhost:3100" };
      expect(await cookieOf(other, "admin@example.test")).toMatch(/^assay-3100\./);
    });

    it("sets a cookie that scripts and other sites do not get", async () => {
      const [cookie] = await signIn(
        services,
        { email: "admin@example.test", password: testPassword },
        new Headers(),
      );
      expect(cookie).toMatch(/HttpOnly/i);
      expect(cookie).toMatch(/SameSite=Lax/i);
      const https = { ...services, publicUrl: "https://assay.example.test" };
      const [secure] = await signIn(
        https,
        { email: "admin@example.test", password: testPassword },
        new Headers(),
      );
      expect(secure).toMatch(/Secure/i);
    });
  });

  describe("a disabled account", () => {
    it("is out at once: session, key, sign-in; enabling lets it in again", async () => {
      const person = await makePerson(services, { email: "leaver@example.test" });
      await addMember(services, target, person, "maintainer");
      const made = await request(services, person, "POST /projects/target/keys", {
        scope: ["read"],
      });
      const key = String(made.body.key);
      expect((await request(services, { key }, "GET /projects/target")).status).toBe(200);

      const done = await request(services, admin, `POST /users/${person.id}/disable`, {});
      expect(done.body).toMatchObject({ disabled: true });
      expect(await works(person.cookie)).toBe(false);
      expect((await request(services, { key }, "GET /projects/target")).status).toBe(401);
      await expect(cookieOf(services, person.email)).rejects.toMatchObject({
        code: "unauthenticated",
      });

      await request(services, admin, `POST /users/${person.email}/enable`, {});
      expect(await works(await cookieOf(services, person.email))).toBe(true);
    });

    it("is never the last administrator's", async () => {
      await request(services, admin, "POST /users/first@example.test/admin", { admin: false });
      const refused = await request(services, admin, `POST /users/${admin.id}/disable`, {});
      expect([refused.status, refused.body.error.code]).toEqual([409, "conflict"]);
    });

    it("two administrators cannot disable each other at once", async () => {
      const second = await makePerson(services, {
        email: "second-admin@example.test",
        admin: true,
      });
      const both = await Promise.all([
        request(services, admin, `POST /users/${second.id}/disable`, {}),
        request(services, second, `POST /users/${admin.id}/disable`, {}),
      ]);
      const left = await db.select().from(user).where(eq(user.admin, true));
      expect(left.filter((one) => one.disabledAt === null)).toHaveLength(1);
      expect(both.map((one) => one.status)).toContain(200);
      // Whoever is left is the administrator of the following tests.
      if (left.find((one) => one.id === admin.id)?.disabledAt) {
        await request(services, second, `POST /users/${admin.id}/enable`, {});
        admin.cookie = await cookieOf(services, admin.email);
      }
    });
  });

  describe("passwords", () => {
    it("change with the present one, and end every session", async () => {
      const person = await makePerson(services, { email: "changer@example.test" });
      const other = await cookieOf(services, person.email);
      const wrong = await request(services, person, "POST /account/password", {
        current: "wrong",
        password: "another long one",
      });
      expect([wrong.status, wrong.body.error.issues?.[0]?.path]).toEqual([422, "current"]);
      expect(await works(other)).toBe(true);
      const right = { current: testPassword, password: "another long one" };
      expect((await request(services, person, "POST /account/password", right)).status).toBe(200);
      expect([await works(person.cookie), await works(other)]).toEqual([false, false]);
      expect(await works(await cookieOf(services, person.email, "another long one"))).toBe(true);
    });

    it("are set anew by an administrator's link, once", async () => {
      const person = await makePerson(services, { email: "forgetful@example.test" });
      const { body } = await request(services, admin, `POST /users/${person.id}/reset-link`, {});
      const stray = await request(services, admin, `POST /users/${person.id}/reset-link`, {});
      const given = { token: tokenIn(body.link), password: "a third long one" };
      expect((await request(services, undefined, "POST /password/reset", given)).status).toBe(200);
      expect(await works(person.cookie)).toBe(false);
      expect(await works(await cookieOf(services, person.email, given.password))).toBe(true);
      const [entry] = await db
        .select()
        .from(auditEntry)
        .where(eq(auditEntry.act, "password.reset"))
        .orderBy(desc(auditEntry.id));
      expect(entry?.target).toMatchObject({ user: person.id, by: admin.id });
      expect((await request(services, undefined, "POST /password/reset", given)).status).toBe(404);
      // Another link that was open when the password changed opens nothing any more.
      const late = { token: tokenIn(stray.body.link), password: "a fourth long one" };
      expect((await request(services, undefined, "POST /password/reset", late)).status).toBe(404);
    });

    it("one kind of link does not open another's page", async () => {
      const { body } = await request(services, admin, `POST /users/${admin.id}/reset-link`, {});
      const token = tokenIn(body.link);
      const invite = { token, name: "X", password: testPassword };
      expect((await request(services, undefined, "POST /invites/accept", invite)).status).toBe(404);
      const forged = { token: randomBytes(32).toString("base64url"), password: testPassword };
      expect((await request(services, undefined, "POST /password/reset", forged)).status).toBe(404);
    });
  });

  describe("invitations", () => {
    it("make an account with the role, once", async () => {
      const { body } = await request(services, admin, "POST /projects/target/invites", {
        email: "New.Person@example.test",
        role: "rater",
      });
      const given = { token: tokenIn(body.link), name: "New person", password: testPassword };
      const [a, b] = await Promise.all([
        request(services, undefined, "POST /invites/accept", given),
        request(services, undefined, "POST /invites/accept", given),
      ]);
      expect([a.status, b.status].sort()).toEqual([200, 404]);
      const cookie = await cookieOf(services, "new.person@example.test");
      const shown = await request(services, { cookie }, "GET /projects/target");
      expect(shown.body).toMatchObject({ role: "rater" });
    });

    it("add a known person at once, and a member not twice", async () => {
      const known = await makePerson(services, { email: "known@example.test" });
      const invite = { email: known.email, role: "viewer" };
      const first = await request(services, admin, "POST /projects/target/invites", invite);
      expect(first.body).toMatchObject({ link: null, role: "viewer" });
      expect((await request(services, admin, "POST /projects/target/invites", invite)).status).toBe(
        409,
      );
    });

    it("cannot be widened by the invited", async () => {
      const { body } = await request(services, admin, "POST /projects/target/invites", {
        email: "greedy@example.test",
        role: "viewer",
      });
      const answer = await request(services, undefined, "POST /invites/accept", {
        token: tokenIn(body.link),
        name: "Greedy",
        password: testPassword,
        role: "owner",
        admin: true,
      });
      expect(answer.status).toBe(422);
      expect(answer.body.error.issues?.[0]?.path).toContain("role");
    });
  });

  describe("members", () => {
    it("keep one owner, also when two leave at once", async () => {
      const [one, two] = [await makeUser(services), await makeUser(services)];
      const home = await makeProject(services, { slug: "two-owners", owner: one });
      await addMember(services, home, two, "owner");
      const remove = (id: string) =>
        request(services, admin, `DELETE /projects/two-owners/members/${id}`);
      const both = await Promise.all([remove(one.id), remove(two.id)]);
      expect(both.map((answer) => answer.status).sort()).toEqual([200, 409]);
      const lower = both[0]?.status === 200 ? two : one;
      const down = await request(services, admin, `PUT /projects/two-owners/members/${lower.id}`, {
        role: "viewer",
      });
      expect(down.status).toBe(409);
    });

    it("lose what a lowered role no longer allows, with the next request", async () => {
      const person = await makePerson(services, { email: "lowered@example.test" });
      await addMember(services, target, person, "maintainer");
      expect((await request(services, person, "GET /projects/target/keys")).status).toBe(200);
      await request(services, admin, `PUT /projects/target/members/${person.id}`, {
        role: "viewer",
      });
      expect((await request(services, person, "GET /projects/target/keys")).status).toBe(403);
    });
  });

  describe("keys", () => {
    it("are shown once, kept as a hash, and never reach beyond project, scope, creator and end", async () => {
      const person = await makePerson(services, { email: "maker@example.test" });
      await addMember(services, target, person, "maintainer");
      const make = async (body: object) =>
        (await request(services, person, "POST /projects/target/keys", body)).body;
      const made = await make({ name: "all", scope: ["manage"], days: 1 });
      expect(made).toEqual({
        id: expect.any(Number),
        key: expect.stringMatching(/^ak_[\w-]{43}$/),
        scopes: ["manage"],
        expires: expect.any(String),
      });
      const key = String(made.key);
      const [row] = await db
        .select()
        .from(apiKey)
        .where(eq(apiKey.id, Number(made.id)));
      expect(JSON.stringify(row)).not.toContain(key);
      const listed = await request(services, person, "GET /projects/target/keys");
      expect(JSON.stringify(listed.body)).not.toContain(key);
      expect(JSON.stringify(listed.body)).not.toContain(row?.hash);

      // manage, by a maintainer: not an owner's act.
      expect((await request(services, { key }, "PUT /projects/target", { name: "X" })).status).toBe(
        403,
      );
      expect((await request(services, { key }, "GET /projects/two-owners")).status).toBe(404);
      await db
        .update(apiKey)
        .set({ expiresAt: new Date(Date.now() - 1000) })
        .where(eq(apiKey.id, Number(made.id)));
      expect((await request(services, { key }, "GET /projects/target")).status).toBe(401);
    });

    it("are refused as soon as they are revoked, and cannot be revoked from outside", async () => {
      const made = (
        await request(services, admin, "POST /projects/target/keys", { scope: ["read"] })
      ).body;
      const key = String(made.key);
      const foreign = await request(services, admin, `DELETE /projects/two-owners/keys/${made.id}`);
      expect(foreign.status).toBe(404);
      expect((await request(services, { key }, "GET /projects/target")).status).toBe(200);
      expect(
        (await request(services, admin, `DELETE /projects/target/keys/${made.id}`)).status,
      ).toBe(200);
      const refused = await request(services, { key }, "GET /projects/target");
      expect([refused.status, refused.body.error.code]).toEqual([401, "unauthenticated"]);
    });
  });

  describe("deleting a project", () => {
    it("asks for its name, closes it for people and keys, and frees the name", async () => {
      await request(services, admin, "POST /projects", { name: "Short lived" });
      const made = await request(services, admin, "POST /projects/short-lived/keys", {
        scope: ["read"],
      });
      const { body } = await request(services, admin, "GET /projects/short-lived/dependents");
      expect(body.dependents).toMatchObject([
        { kind: "API keys in use", count: 1, blocking: false },
      ]);
      const wrong = await request(services, admin, "DELETE /projects/short-lived?confirm=other");
      expect(wrong.status).toBe(422);
      const right = await request(
        services,
        admin,
        "DELETE /projects/short-lived?confirm=short-lived",
      );
      expect(right.body).toEqual({ deleted: "short-lived" });
      expect((await request(services, admin, "GET /projects/short-lived")).status).toBe(404);
      const key = String(made.body.key);
      expect((await request(services, { key }, "GET /projects/short-lived")).status).toBe(401);
      expect(
        (await request(services, admin, "POST /projects", { name: "Short lived" })).status,
      ).toBe(200);
    });
  });

  describe("the audit log", () => {
    it("pages by keyset, shows names, and stays with its project", async () => {
      const first = await request(services, admin, "GET /audit?limit=3");
      const entries = first.body.entries as { id: number; name: string | null }[];
      expect(entries).toHaveLength(3);
      const next = await request(services, admin, `GET /audit?limit=3&cursor=${first.body.next}`);
      expect((next.body.entries as { id: number }[])[0]?.id).toBe((entries[2]?.id ?? 0) - 1);
      const own = await request(services, admin, "GET /projects/two-owners/audit");
      const acts = (own.body.entries as { act: string }[]).map((one) => one.act);
      expect(new Set(acts)).toEqual(new Set(["member.remove", "key.revoke"]));
    });

    it("verifies, and notices entries cut after a verification", async () => {
      expect(await verifyInstanceAudit(services)).toMatchObject({ ok: true });
      await db.execute("alter table audit_entry disable trigger user");
      await db.execute("delete from audit_entry where id = (select max(id) from audit_entry)");
      await db.execute("alter table audit_entry enable trigger user");
      expect(await verifyInstanceAudit(services)).toMatchObject({
        ok: false,
        reason: "The newest entries were cut.",
      });
    });
  });
});
