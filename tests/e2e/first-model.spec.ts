import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { ana, choose, expectNoSeriousIssue } from "#tests/setup/e2e-people.ts";

const sample = fileURLToPath(new URL("../../sample/support.jsonl", import.meta.url));

test.describe
  .serial("from a file of conversations to an answer", () => {
    let page: Page;
    test.beforeAll(async ({ browser }) => {
      page = await (await browser.newContext()).newPage();
    });
    test.afterAll(() => page.context().close());

    test("the first administrator opens the one-time link", async () => {
      await page.goto(process.env.ASSAY_E2E_SETUP_URL ?? "/setup");
      await page.getByLabel("Name").fill(ana.name);
      await page.getByLabel("E-mail").fill(ana.email);
      await page.getByRole("textbox", { name: "Password" }).fill(ana.password);
      await page.getByRole("button", { name: "Create account" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Default" })).toBeVisible();
      await expectNoSeriousIssue(page);
    });

    test("the link works once", async ({ browser }) => {
      const other = await browser.newPage();
      await other.goto(process.env.ASSAY_E2E_SETUP_URL ?? "/setup");
      await expect(other.getByRole("button", { name: "Create account" })).toHaveCount(0);
      await other.close();
    });

    test("she imports the sample and sees what was read", async () => {
      await page.getByRole("link", { name: "Datasets" }).first().click();
      await expect(page.getByRole("heading", { level: 1, name: "Datasets" })).toBeVisible();
      await page.getByRole("link", { name: "Import conversations" }).first().click();
      await expect(page.getByText("Drop a file here").first()).toBeVisible();
      await page.locator('input[type="file"]').setInputFiles(sample);
      await page.getByRole("combobox", { name: "Into dataset" }).fill("support");
      await page.getByRole("button", { name: "Import", exact: true }).click();
      await page.getByRole("link", { name: "Open the dataset" }).click({ timeout: 60_000 });
      await expect(page.getByRole("heading", { level: 1, name: "support" })).toBeVisible();
      await expect(page.getByText(/3,385 conversations/).first()).toBeVisible();
      await expectNoSeriousIssue(page);
    });

    test("she finds rows and reads one", async () => {
      await page.getByPlaceholder(/Words/).fill("tandem");
      await expect(page).toHaveURL(/tandem/);
      const row = page
        .getByRole("row")
        .filter({ hasText: /tandem/i })
        .first();
      await row.click();
      await expect(page.getByRole("dialog")).toContainText(/tandem/i);
      await page.keyboard.press("Escape");
      await page.getByPlaceholder(/Words/).fill("");
    });

    test("she freezes a snapshot", async () => {
      await page.getByRole("button", { name: "Freeze snapshot" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Freeze", exact: true }).click();
      await page.getByRole("link", { name: "Snapshots" }).click();
      await expect(page.getByText("support v1").first()).toBeVisible();
    });

    test("she trains a small model and watches it end", async () => {
      await page.goto("/p/default/models/train");
      await choose(page, "Snapshot", /support v1/);
      await page.getByLabel("Name of the model").fill("helper");
      await page.getByLabel("Steps", { exact: true }).fill("30");
      await page.getByRole("button", { name: "Start training" }).click();
      await expect(page).toHaveURL(/\/runs\/\d+/);
      await expect(page.getByText("helper@1").first()).toBeVisible({ timeout: 240_000 });
      await expectNoSeriousIssue(page);
    });

    test("she asks it in the playground, and the answer streams from the endpoint", async () => {
      await page.goto("/p/default/playground");
      await page.getByLabel("Prompt", { exact: true }).fill("When do you open?");
      await page.getByRole("button", { name: "Ask", exact: true }).click();
      await expect(page.getByRole("button", { name: "Answer again" })).toBeVisible({
        timeout: 60_000,
      });
    });
  });
