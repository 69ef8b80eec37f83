import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { pagePolicy } from "#app/_door/csp.ts";
import Markdown from "#app/_ui/conversation/markdown.tsx";
import { startExport } from "#lib/datasets/start-export.ts";
import { folders } from "#lib/services.ts";
import { act, importText } from "#tests/setup/datasets.ts";
import { makePerson, request } from "#tests/setup/door.ts";
import { makeHandle, makeProject } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const shown = (text: string) => renderToStaticMarkup(createElement(Markdown, { text }));

describe("attack 7: what people and models wrote, shown on a page", () => {
  it.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![a picture](https://evil.example/pixel.png)",
    "![x](data:image/svg+xml;base64,PHN2Zz48c2NyaXB0Lz48L3N2Zz4=)",
    "[go](javascript:alert(1))",
    "[go](JaVaScRiPt&colon;alert(1))",
    "[go](data:text/html,<script>alert(1)</script>)",
    "[go](vbscript:x)",
    "<svg onload=alert(1)><use href='https://evil.example/x.svg#a'/></svg>",
    "<iframe src=https://evil.example></iframe>",
    "<style>@import 'https://evil.example/x.css'</style>",
    "<a href='x' onclick='alert(1)' style='background:url(https://evil.example/x)'>x</a>",
    "```html\n<script>alert(1)</script>\n```",
    "|a|\n|-|\n|<video src=https://evil.example/v autoplay>|",
  ])("%j runs nothing and fetches nothing", (text) => {
    // Words in between are text whatever they say; what counts are tags and their attributes.
    const html = (shown(text).match(/<[^>]+>/g) ?? []).join("");
    expect(html).not.toMatch(
      /<(script|img|svg|iframe|style|video|audio|link|object|embed|form)\b/i,
    );
    expect(html).not.toMatch(/\son\w+=|javascript:|vbscript:|src=|style=/i);
    expect(html).not.toMatch(/href="(?!https?:|#|mailto:|")/i);
  });

  it("keeps plain formatting, and names the picture it leaves out", () => {
    expect(shown("**bold** and ![a cat](https://evil.example/cat.png)")).toMatch(
      /<strong>bold<\/strong> and <span[^>]*>image: a cat<\/span>/,
    );
  });

  it("is under a policy that lets no inline script run and nothing be loaded from elsewhere", () => {
    const policy = Object.fromEntries(
      pagePolicy("N", "http://localhost:3001/v1", false)
        .split("; ")
        .map((part) => [part.split(" ")[0], part.split(" ").slice(1)]),
    );
    expect(policy["default-src"]).toEqual(["'none'"]);
    expect(policy["script-src"]).toEqual(["'self'", "'nonce-N'", "'strict-dynamic'"]);
    expect(policy["img-src"]).toEqual(["'self'", "data:", "blob:"]);
    expect(policy["connect-src"]).toEqual(["'self'", "http://localhost:3001"]);
    expect(policy["frame-ancestors"]).toEqual(["'none'"]);
    expect(policy["base-uri"]).toEqual(["'none'"]);
    expect(policy["object-src"]).toEqual(["'none'"]);
  });

  it("comes from the API as data that no browser runs", async () => {
    const owner = await makePerson(services, { email: "owner@example.test" });
    await makeProject(services, { slug: "target", owner, name: "<script>alert(1)</script>" });
    const { headers, body } = await request(services, owner, "GET /projects/target");
    expect(body.name).toBe("<script>alert(1)</script>");
    expect(headers.get("content-type")).toMatch(/^application\/json/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("sandbox");
  });
});

describe("attack 9: cells that a spreadsheet would run", () => {
  it.each(["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1"])(
    "%j is written as text, and comes back as it was",
    async (content) => {
      const handle = await makeHandle(services);
      const line = JSON.stringify({
        messages: [
          { role: "user", content },
          { role: "assistant", content: "Fine." },
        ],
      });
      await importText(services, handle, line);
      const { run } = await act(services, handle, startExport, {
        dataset: "chats",
        format: ["csv"],
      });
      const done = await runJob(services, run);
      const [file] = (done.result as { files: { name: string }[] }).files;
      const at = join(folders(services.dataDir).exports, String(run), file?.name ?? "");
      const table = await readFile(at, "utf8");
      expect(table).toMatch(/(^|,|\n)"?'+[=+\-@\t\r]/);
      expect(table).not.toMatch(/(^|,|\n)"?[=+\-@\t]/);
      const back = await makeHandle(services);
      const again = await importText(services, back, table, { fileName: "t.csv" });
      expect(again.result).toMatchObject({ added: 1, errors: 0 });
      const [row] = await back.db.execute<{ text: string }>(
        `select body->'root'->>'content' as text from conversation where project_id = ${back.projectId}`,
      );
      expect(row?.text).toBe(content);
    },
  );
});
