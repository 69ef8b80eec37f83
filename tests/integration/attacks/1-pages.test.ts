import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  assay,
  type Instance,
  makePlace,
  type Place,
  pagesAreBuilt,
  startInstance,
} from "#tests/setup/instance.ts";

const secret = "Quarterly complaints of Moss Lane";

describe.skipIf(!pagesAreBuilt)(
  "attack 1: pages, whatever the transport (skipped where the pages are not built)",
  { timeout: 120_000 },
  () => {
    let place: Place;
    let instance: Instance;
    beforeAll(async () => {
      place = await makePlace({
        ASSAY_ADMIN_EMAIL: "ada@example.test",
        ASSAY_ADMIN_PASSWORD: "a long enough password",
      });
      instance = await startInstance(place);
      const made = await assay(place, ["datasets", "create", secret, "--json"]);
      expect(made.stderr + made.stdout).toContain(secret);
    }, 120_000);
    afterAll(async () => {
      await instance?.end();
      place?.remove();
    });

    const forged = {
      "x-middleware-subrequest": "proxy:proxy:proxy:proxy:proxy",
      "x-middleware-next": "1",
      "x-address": "/sign-in",
      "x-nonce": "x",
      "x-forwarded-host": "localhost",
    };
    const ways: [string, RequestInit, string?][] = [
      ["HTML", {}],
      ["server components", { headers: { rsc: "1", "next-router-prefetch": "1" } }],
      ["data", { headers: { rsc: "1", "next-router-state-tree": "%5B%22%22%5D" } }, "?_rsc=1"],
      [
        "a posted action",
        {
          method: "POST",
          headers: { "next-action": "0".repeat(42), "content-type": "text/plain" },
          body: "[]",
        },
      ],
      ["HEAD", { method: "HEAD" }],
      ["forged framework headers", { headers: forged }],
      ["forged framework headers on server components", { headers: { ...forged, rsc: "1" } }],
      ["a forged cookie", { headers: { cookie: "assay-3000.session_token=x.y" } }],
    ];
    const paths = [
      "/p/default",
      "/p/default/datasets",
      "/p/default/settings/members",
      "/p/default/settings/audit",
      "/p/default/models",
      "/p/default/promote",
      "/p/%64efault/datasets",
      "/p/default/./datasets",
      "/%70/default/datasets",
      "/p/default%2fdatasets",
    ];

    it.each(ways)("%s gives nobody a page of a project", async (_, init, query = "") => {
      for (const path of paths) {
        const answer = await fetch(instance.url + path + query, { redirect: "manual", ...init });
        const text = await answer.text();
        const label = `${path} ${answer.status} ${text.slice(0, 300)}`;
        expect(text, label).not.toContain(secret);
        expect(text, label).not.toContain("ada@example.test");
        expect(text, label).not.toMatch(/\bat .*\.[jt]s:\d+/);
        // A streamed page may have begun before its data is refused; what counts is that none is in it.
        if (answer.status >= 300 && answer.status < 400) {
          expect(answer.headers.get("location"), label).toMatch(/^(http:\/\/localhost:\d+)?\//);
        }
      }
    });

    it("a person who signed in sees it, so the pages above had something to give", async () => {
      const origin = { origin: instance.url, "content-type": "application/json" };
      const signed = await fetch(`${instance.url}/api/auth/sign-in`, {
        method: "POST",
        headers: origin,
        body: JSON.stringify({ email: "ada@example.test", password: "a long enough password" }),
      });
      const cookie = signed.headers
        .getSetCookie()
        .map((one) => one.split(";")[0])
        .join("; ");
      const answer = await fetch(`${instance.url}/p/default/datasets`, { headers: { cookie } });
      expect(await answer.text()).toContain(secret);
    });
  },
);
