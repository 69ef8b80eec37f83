import { beforeAll, describe, expect, it } from "vitest";
import { keyRole, type ProjectRole, projectRoles, roleMay } from "#lib/core/acts.ts";
import type { Operation } from "#lib/operation.ts";
import { operations } from "#lib/operations.ts";
import { type Credential, makePerson, request } from "#tests/setup/door.ts";
import { addMember, makeProject, type TestProject } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const all: readonly Operation[] = operations;

type Who = {
  name: string;
  credential: Credential;
  admin?: boolean;
  role?: ProjectRole;
  key?: true;
};

let target: TestProject;
let everyone: Who[];

/** Ids that name nothing: whoever may act gets no further than 404 or 422. */
function lineOf(operation: Operation, project: string): string {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === "project" ? project : "999999999",
  );
  return `${operation.method} ${path}`;
}

const ask = (operation: Operation, who: Who, project = target.slug) =>
  request(
    services,
    who.credential,
    lineOf(operation, project),
    operation.method === "GET" || operation.method === "DELETE" ? undefined : {},
  );

/** Acts of a person's own judgement: a key with the right role is refused all the same. */
const personsOnly = ["gate.sign"];

/** What the matrix says, written down a second time and by other means than the code's. */
function expected(operation: Operation, who: Who): "pass" | 401 | 403 | 404 {
  const { allow } = operation;
  if ("nobody" in allow) return "pass";
  if (!who.credential) return 401;
  if ("project" in allow) {
    if (!who.role) return 404;
    if (who.key && personsOnly.includes(operation.name)) return 403;
    return roleMay(who.role, allow.project) ? "pass" : 403;
  }
  if (who.key) return 403;
  return "signedIn" in allow || who.admin ? "pass" : 403;
}

beforeAll(async () => {
  const owner = await makePerson(services, { email: "owner@example.test" });
  target = await makeProject(services, { slug: "target", owner });
  const stranger = await makePerson(services, { email: "stranger@example.test" });
  const foreign = await makeProject(services, { slug: "foreign", owner: stranger });
  const admin = await makePerson(services, { email: "admin@example.test", admin: true });
  everyone = [
    { name: "nobody", credential: undefined },
    { name: "stranger", credential: stranger },
    { name: "owner", credential: owner, role: "owner" },
    { name: "administrator", credential: admin, role: "owner", admin: true },
  ];
  for (const role of projectRoles.filter((one) => one !== "owner")) {
    const person = await makePerson(services, { email: `${role}@example.test` });
    await addMember(services, target, person, role);
    everyone.push({ name: role, credential: person, role });
  }
  const makeKey = async (by: Credential, project: string, scope: string[]) =>
    (await request(services, by, `POST /projects/${project}/keys`, { scope })).body.key as string;
  for (const scope of ["chat", "preview", "read", "write", "manage"] as const) {
    const key = await makeKey(owner, "target", [scope]);
    const role = keyRole([scope], "owner");
    everyone.push({
      name: `key ${scope}`,
      credential: { key },
      key: true,
      ...(role ? { role } : {}),
    });
  }
  const foreignKey = await makeKey(stranger, foreign.slug, ["manage"]);
  everyone.push({ name: "key of another project", credential: { key: foreignKey }, key: true });
});

describe("attack 1: the list of acts", () => {
  it("opens these acts to everybody, and no other", () => {
    const open = all.filter((one) => "nobody" in one.allow).map((one) => one.name);
    expect(open.sort()).toEqual(["invite.accept", "password.reset", "setup"]);
  });

  it("has one name and one address for each act, and names the project where an act belongs to one", () => {
    expect(new Set(all.map((one) => one.name)).size).toBe(all.length);
    expect(
      new Set(all.map((one) => `${one.method} ${one.path.replace(/\{\w+\}/g, "{}")}`)).size,
    ).toBe(all.length);
    for (const one of all) {
      if ("project" in one.allow) expect(one.path, one.name).toMatch(/^\/projects\/\{project\}/);
      if ("nobody" in one.allow) expect(one.allow.nobody.length).toBeGreaterThan(10);
    }
  });
});

describe.each(all.map((one) => [one.name, one] as const))("attack 1: %s", (_, operation) => {
  it("answers every role and carrier as the matrix says", async () => {
    for (const who of everyone) {
      const { status, body } = await ask(operation, who);
      const want = expected(operation, who);
      const label = `${operation.name} for ${who.name}: ${body.error?.message ?? "done"}`;
      if (want === "pass") {
        expect([401, 403], label).not.toContain(status);
        expect(body.error?.message ?? "", label).not.toMatch(/^There is no project/);
        expect(status, label).not.toBe(500);
      } else {
        expect(status, label).toBe(want);
        expect(JSON.stringify(body)).not.toMatch(/\.ts:\d+|node_modules|at async/);
      }
    }
  });
});

describe("attack 1: a project that does not exist", () => {
  it("looks the same as one of others", async () => {
    const operation = all.find((one) => one.name === "project.show") as Operation;
    const stranger = everyone.find((one) => one.name === "stranger") as Who;
    const [foreign, unknown] = [
      await ask(operation, stranger),
      await ask(operation, stranger, "nothing"),
    ];
    expect(unknown.status).toBe(404);
    expect(foreign.body.error.message.replace("target", "nothing")).toBe(
      unknown.body.error.message,
    );
  });
});
