import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { ana, expectNoSeriousIssue, signedIn } from "#tests/setup/e2e-people.ts";

const sample = fileURLToPath(new URL("../../sample/support.jsonl", import.meta.url));

test.describe
  .serial("what conversations are about", () => {
    let page: Page;
    test.beforeAll(async ({ browser }) => {
      page = await signedIn(browser, ana);
    });
    test.afterAll(() => page.context().close());

    const count = async () => {
      const words = await page
        .getByRole("status")
        .filter({ hasText: /conversation/ })
        .first()
        .textContent();
      return Number((words ?? "").replace(/\D/g, ""));
    };

    test("she imports the sample and asks for a map of its topics", async () => {
      await page.goto("/p/default/datasets/import");
      await page.locator('input[type="file"]').setInputFiles(sample);
      await page.getByRole("combobox", { name: "Into dataset" }).fill("mapped");
      await page.getByRole("button", { name: "Import", exact: true }).click();
      await page.getByRole("link", { name: "Open the dataset" }).click({ timeout: 60_000 });
      await page.getByRole("link", { name: "Topics" }).click();
      await page.getByRole("button", { name: "Map the topics" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Start" }).click();
      const topics = page.getByRole("list", { name: "Topics" });
      await expect(topics.getByRole("button").nth(10)).toBeVisible({ timeout: 120_000 });
      await expect(topics.getByRole("button", { name: /gift/i })).toBeVisible();
      await expectNoSeriousIssue(page);
    });

    test("she is told that the server does not answer, for as long as it does not", async () => {
      const body = JSON.stringify({ error: { code: "unavailable", message: "Not just now." } });
      await page.route("**/api/**", (route) =>
        route.fulfill({ status: 503, contentType: "application/json", body }),
      );
      await page.reload();
      const told = page.getByText("Not just now.");
      await expect(told).toBeVisible({ timeout: 20_000 });
      // Without a stream of events pages ask again by themselves, every five seconds.
      const until = Date.now() + 7000;
      while (Date.now() < until) {
        expect(await told.isVisible()).toBe(true);
        await page.waitForTimeout(50);
      }
      await page.unrouteAll();
      await page.getByRole("button", { name: "Try again" }).click();
      await expect(page.getByRole("button", { name: /gift/i })).toBeVisible();
    });

    test("each page that gets no answer says so, and asks again when she wishes", async () => {
      const mapped = new URL(page.url()).pathname;
      const dataset = mapped.slice(0, mapped.lastIndexOf("/"));
      const base = "/p/default";
      for (const path of [
        ...[dataset, `${dataset}/statistics`, `${dataset}/versions`],
        ...["datasets/recipes/new", "models", "models/train", "evaluate", "chat", "monitor"].map(
          (place) => `${base}/${place}`,
        ),
      ]) {
        // Their stream of events stays, or they would ask again by themselves.
        await page.route("**/api/projects/**", (route) => route.abort());
        await page.goto(path);
        const told = page.getByRole("alert").filter({ hasText: "Assay does not answer" });
        await expect(told.first()).toBeVisible({ timeout: 20_000 });
        // Nothing looks as if it were still coming, and nothing that failed is without a way on.
        await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
        await page.unrouteAll({ behavior: "ignoreErrors" });
        for (let left = await told.count(); left > 0; left--) {
          await told.first().getByRole("button", { name: "Try again" }).click();
          await expect(told).toHaveCount(left - 1);
        }
      }
      await page.goto(mapped);
      await expect(page.getByRole("button", { name: /gift/i })).toBeVisible();
    });

    test("she chooses a topic by the keyboard, and draws a lasso with the mouse", async () => {
      await page.getByRole("button", { name: /gift/i }).press("Enter");
      const part = page.getByRole("region", { name: "Chosen part of the map" });
      await expect(part).toContainText("in topic “Gift");
      await part.getByRole("button", { name: "Clear" }).click();
      const plot = page.getByRole("img", { name: /^Map of/ });
      const box = (await plot.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
      await page.mouse.move(...at(0.2, 0.1));
      await page.mouse.down();
      for (const [x, y] of [
        [0.55, 0.1],
        [0.55, 0.6],
        [0.2, 0.6],
        [0.2, 0.15],
      ] as const) {
        await page.mouse.move(...at(x, y), { steps: 6 });
      }
      await page.mouse.up();
      await expect(part).toContainText("in an area of the map");
      await expect(part.getByRole("status")).toHaveText(/^[\d,]+ conversations$/);
    });

    test("she opens those rows, tags all of them, and takes the tags back", async () => {
      const inside = await count();
      expect(inside).toBeGreaterThan(50);
      await page.getByRole("link", { name: "Show these rows" }).click();
      await expect(page.getByText("In an area")).toBeVisible();
      await expect.poll(count).toBe(inside);
      await page.getByRole("row").nth(1).getByRole("checkbox").check();
      await page.getByRole("button", { name: /Select all/ }).click();
      await page.getByRole("button", { name: "Tags", exact: true }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("combobox", { name: "Add" }).fill("from the map");
      await dialog.getByRole("combobox", { name: "Add" }).press("Enter");
      await dialog.getByRole("button", { name: "Change tags" }).click();
      const filters = page.getByRole("region", { name: "Filters" });
      await expect(filters.getByText("from the map")).toBeVisible();
      await page.getByRole("button", { name: "Undo" }).click();
      await expect(filters.getByText("from the map")).toHaveCount(0);
      await expectNoSeriousIssue(page);
    });
  });
