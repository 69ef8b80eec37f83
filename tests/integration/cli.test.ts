import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  assay,
  type Instance,
  makePlace,
  type Place,
  pagesAreBuilt,
  startInstance,
} from "#tests/setup/instance.ts";
import { bundleMain, bundleSources, isBundled } from "../../scripts/cli-bundle.mjs";

const chat = (n: number) =>
  JSON.stringify({
    messages: [
      { role: "user", content: `Question ${n}` },
      { role: "assistant", content: `Answer ${n}` },
    ],
  });

describe("the command line without an instance", () => {
  let place: Place;
  beforeAll(async () => {
    place = await makePlace();
    mkdirSync(place.dataDir);
  });
  afterAll(() => place.remove());

  it("says so, with exit code 3", async () => {
    const { code, stdout, stderr } = await assay(place, ["status"]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(/^Assay is not running on .*npm run up.*\n$/);
  });

  it("says so as one JSON object, too", async () => {
    const { code, stdout } = await assay(place, ["status", "--json"]);
    expect({ code, code2: JSON.parse(stdout).error.code }).toEqual({
      code: 3,
      code2: "unavailable",
    });
  });

  it("knows a killed supervisor from a running one", async () => {
    const gone = {
      supervisorPid: 2 ** 22 + 1,
      databaseUrl: "postgres://127.0.0.1:9/x",
      processes: {},
    };
    const rest = { modelServerUrl: "x", publicUrl: "x", endpointUrl: "x", startedAt: "x" };
    const file = join(place.dataDir, "runtime.json");
    writeFileSync(file, JSON.stringify({ ...gone, ...rest }));
    expect((await assay(place, ["status"])).code).toBe(3);
    rmSync(file);
  });

  it.each([[["--help"]], [["datasets", "--help"]], [["import", "--help"]], [["up", "--help"]]])(
    "helps: %j",
    async (args) => {
      const { code, stdout } = await assay(place, args);
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: assay`);
    },
  );

  it.each([[["bogus"]], [["status", "--bogus"]], [["datasets", "bogus"]]])(
    "refuses what it does not know with exit code 2: %j",
    async (args) => {
      const { code, stdout } = await assay(place, args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      const asked = await assay(place, [...args, "--json"]);
      expect({ code: asked.code, error: JSON.parse(asked.stdout).error.code }).toEqual({
        code: 2,
        error: "invalid_input",
      });
    },
  );

  it("names what is missing", async () => {
    const { code, stderr } = await assay(place, ["import"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Missing: FILE, --dataset\./);
  });

  it.skipIf(!pagesAreBuilt)("is one bundle, and its sources once one of them changed", async () => {
    /** Which of the two main files a command loads, by what Node itself counts. */
    async function loaded(round: string) {
      const coverage = join(place.dataDir, round);
      const { code } = await assay(place, ["--help"], { NODE_V8_COVERAGE: coverage });
      expect(code).toBe(0);
      const counted = readdirSync(coverage).map((name) =>
        readFileSync(join(coverage, name), "utf8"),
      );
      return {
        bundle: counted.join().includes(bundleMain),
        sources: counted.join().includes("_cli/main.ts"),
      };
    }
    expect(isBundled()).toBe(true);
    expect(await loaded("fresh")).toEqual({ bundle: true, sources: false });
    const known = readFileSync(bundleSources, "utf8");
    const [[file, size, changed], ...others] = JSON.parse(known);
    writeFileSync(bundleSources, JSON.stringify([[file, size, changed - 1], ...others]));
    try {
      expect(isBundled()).toBe(false);
      expect(await loaded("stale")).toEqual({ bundle: false, sources: true });
    } finally {
      writeFileSync(bundleSources, known);
    }
  });
});

describe.skipIf(!pagesAreBuilt)(
  "the command line on an instance (skipped where the pages are not built)",
  () => {
    let place: Place;
    let instance: Instance;
    let file: string;
    beforeAll(async () => {
      place = await makePlace({
        ASSAY_ADMIN_EMAIL: "ada@example.test",
        ASSAY_ADMIN_PASSWORD: "a long enough password",
      });
      instance = await startInstance(place);
      file = join(dirname(place.dataDir), "chats.jsonl");
      writeFileSync(file, [chat(1), chat(2), "no json", chat(2)].join("\n"));
    });
    afterAll(async () => {
      await instance.end();
      place.remove();
    });

    const json = async (args: string[], more: Record<string, string> = {}) => {
      const ran = await assay(place, [...args, "--json"], more);
      return { ...ran, value: JSON.parse(ran.stdout) };
    };

    it("shows the state of everything", async () => {
      const { code, value } = await json(["status"]);
      expect(code).toBe(0);
      expect(value).toMatchObject({ state: "ready", url: instance.url });
    });

    it("gives the flags behind a command of a group to that command, where the group is a command, too", async () => {
      const { code, value } = await json(["gate", "list", "--project", "default"]);
      expect({ code, value }).toEqual({ code: 0, value: { gates: [] } });
      const other = await json(["gate", "list", "--project", "nowhere"]);
      expect({ code: other.code, error: other.value.error.code }).toEqual({
        code: 5,
        error: "not_found",
      });
    });

    it("imports, waits, and prints one object; progress goes to standard error", async () => {
      const { code, value, stderr } = await json(["import", file, "--dataset", "first"]);
      expect(code).toBe(0);
      expect(value).toMatchObject({
        dataset: "first",
        version: 1,
        format: "messages",
        read: 4,
        added: 2,
        duplicates: 1,
        errors: 1,
      });
      const lines = stderr
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(lines.at(-1)).toMatchObject({ state: "succeeded", unit: "records" });
    });

    it("adds nothing when the same file comes again", async () => {
      const { value } = await json(["import", file, "--dataset", "first"]);
      expect(value).toMatchObject({ added: 0 });
    });

    it("takes a file name from where the user stands", async () => {
      const given = { INIT_CWD: dirname(file) };
      const { code } = await json(["import", "chats.jsonl", "--dataset", "second"], given);
      expect(code).toBe(0);
    });

    it("does not wait when it is told so, and can wait later", async () => {
      const { value } = await json(["import", file, "--dataset", "third", "--detach"]);
      expect(value).toEqual({ run: expect.any(Number) });
      const watched = await json(["runs", "watch", String(value.run)]);
      expect(watched.value).toMatchObject({ dataset: "third", added: 2 });
    });

    it("refuses a file that cannot be read before it makes a run or a dataset", async () => {
      const bad = join(dirname(file), "bad.jsonl");
      writeFileSync(bad, Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x01, 0x02]));
      const { code, value, stderr } = await json(["import", bad, "--dataset", "fourth"]);
      expect(code).not.toBe(0);
      expect(value.error.message).toMatch(/compressed|damaged|gzip/i);
      expect(stderr).toContain(value.error.message);
      const { datasets } = (await json(["datasets", "list"])).value;
      expect(datasets.map((one: { name: string }) => one.name)).not.toContain("fourth");
    });

    it("names a file that is not there, an unknown project and an unknown user", async () => {
      expect((await assay(place, ["import", "/nowhere", "--dataset", "x"])).code).toBe(5);
      expect((await assay(place, ["datasets", "list", "--project", "nowhere"])).code).toBe(5);
      expect((await assay(place, ["datasets", "list", "--as", "no@example.test"])).code).toBe(5);
    });

    it("refuses bad files and names with a code and a sentence, and leaves every count as it was", async () => {
      const folder = dirname(file);
      const put = (name: string, bytes: string | Uint8Array) => {
        writeFileSync(join(folder, name), bytes);
        return join(folder, name);
      };
      const counts = async () => JSON.stringify((await json(["datasets", "list"])).value.datasets);
      const whole = gzipSync(Array.from({ length: 200 }, (_, n) => chat(n)).join("\n"));
      // There already, when the tests above ran.
      await assay(place, ["datasets", "create", "first"]);
      const before = await counts();
      const cases: [string[], number, RegExp][] = [
        [["import", folder, "--dataset", "first"], 2, /folder|directory|not a file/i],
        [["import", put("empty.jsonl", ""), "--dataset", "first"], 2, /empty/],
        [["import", put("a.zip", "PK\u0003\u0004xxxx"), "--dataset", "first"], 2, /ZIP/],
        [["import", put("cut.gz", whole.subarray(0, 14)), "--dataset", "first"], 2, /gzip/],
        [
          [
            "import",
            put("wide.jsonl", Buffer.from(`\ufeff${chat(1)}`, "utf16le")),
            "--dataset",
            "first",
          ],
          2,
          /UTF-8/,
        ],
        [["import", file, "--dataset", "../../etc/passwd"], 2, /dataset/],
        [["import", file, "--dataset", "x".repeat(4096)], 2, /dataset/],
        [["datasets", "create", "a/b"], 2, /name/],
        [["datasets", "create", "first"], 6, /already|taken|there is/i],
        [["suites", "import", put("s.csv", "a,b\n1,2\n")], 2, /sent_more/],
        [["gate", "--deployment", "nothing", "--model", "nothing@1"], 5, /deployment|model/],
      ];
      for (const [args, code, words] of cases) {
        const ran = await assay(place, [...args, "--json"]);
        const label = `${args.join(" ").slice(0, 200)}: ${ran.stdout} ${ran.stderr}`;
        expect(ran.code, label).toBe(code);
        expect(JSON.parse(ran.stdout).error.message, label).toMatch(words);
        expect(ran.stderr + ran.stdout, label).not.toMatch(/\.ts:\d+|node_modules|at async/);
      }
      expect(await counts()).toBe(before);
    }, 240_000);

    it("writes its acts to the audit log as the person they were done for", async () => {
      const { value } = await json(["audit", "list"]);
      const entries: { act: string; door: string; actor: string }[] = value.entries;
      expect(entries.find((entry) => entry.act === "import")).toMatchObject({ door: "cli" });
      const verified = await json(["audit", "verify"]);
      expect(verified.value).toMatchObject({ ok: true });
    });

    it("acts on another instance with a key", async () => {
      const { value: key } = await json([
        "key",
        "create",
        "--scope",
        "write",
        "--project",
        "default",
      ]);
      expect(key).toMatchObject({ key: expect.stringMatching(/^ak_/), scopes: ["write"] });
      const remote = {
        ASSAY_URL: instance.url,
        ASSAY_API_KEY: key.key,
        ASSAY_DATA_DIR: "/nonexistent",
      };
      const imported = await json(["import", file, "--dataset", "fifth"], remote);
      expect(imported.value).toMatchObject({ dataset: "fifth", added: 2 });
      const listed = await json(["datasets", "list"], remote);
      expect(listed.value.datasets.map((one: { name: string }) => one.name)).toContain("fifth");

      const reader = (await json(["key", "create", "--scope", "read"])).value.key;
      const refused = await json(["datasets", "create", "sixth"], {
        ...remote,
        ASSAY_API_KEY: reader,
      });
      expect(refused).toMatchObject({ code: 4, value: { error: { code: "forbidden" } } });
      const wrong = await assay(place, ["datasets", "list"], {
        ...remote,
        ASSAY_API_KEY: "ak_wrong",
      });
      expect(wrong.code).toBe(4);
      const keyless = await assay(place, ["datasets", "list"], { ASSAY_URL: instance.url });
      expect(keyless).toMatchObject({ code: 2, stderr: expect.stringContaining("ASSAY_API_KEY") });
    });
  },
);
