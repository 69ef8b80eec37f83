import { expect, type Page, test } from "@playwright/test";
import { ana, expectNoSeriousIssue, signedIn } from "#tests/setup/e2e-people.ts";

const subjects = [
  "refund of a deposit by bank transfer",
  "flat tyre on the way to the harbour",
  "helmet for a child of four",
  "lock that froze in the night",
  "lamp that went out in a tunnel",
  "tandem for a trip of two days",
];
const chat = (question: string, answer: string) =>
  JSON.stringify({
    messages: [
      { role: "user", content: question },
      { role: "assistant", content: answer },
    ],
  });
/** Words that no other row has, so that rows of one subject are alike in it alone. */
const own = (n: number) =>
  Array.from({ length: 24 }, (_, at) => `${"bdfgklmnprst"[(n + at) % 12]}o${n * 24 + at}`).join(
    " ",
  );
const lines = Array.from({ length: 24 }, (_, n) =>
  chat(
    `Case ${n}: what can be done about the ${subjects[n % subjects.length]}?`,
    `Somebody looks at it and says: ${own(n)}.`,
  ),
);
/** Two texts that a copy repeats with a word or two changed. */
const twins = [3, 8].map((n) => (lines[n] ?? "").replace("looks at it", "looks at this"));

test.describe
  .serial("a curator's day with one dataset", () => {
    let page: Page;
    test.beforeAll(async ({ browser }) => {
      page = await signedIn(browser, ana);
    });
    test.afterAll(() => page.context().close());

    const dataset = (name: string) => page.getByRole("heading", { level: 1, name, exact: true });
    const open = async (name: string) => {
      await page.goto("/p/default/datasets");
      await page.getByRole("link", { name, exact: true }).click();
      await expect(dataset(name)).toBeVisible();
    };
    const openRow = async (text: string) => {
      await page.getByRole("row").filter({ hasText: text }).first().click();
      return page.getByRole("dialog");
    };
    const edit = async (text: string, answer: string) => {
      const drawer = await openRow(text);
      await drawer.getByRole("button", { name: "Edit" }).click();
      await drawer.getByRole("textbox", { name: "Text of message 2" }).fill(answer);
      await drawer.getByRole("button", { name: "Save as new version" }).click();
      await expect(drawer.getByRole("button", { name: "Edit" })).toBeVisible();
      await expect(drawer.getByText(answer)).toBeVisible();
      await page.keyboard.press("Escape");
      await expect(drawer).toHaveCount(0);
    };

    test("she imports a file, searches it, and finds what is like a row", async () => {
      await page.goto("/p/default/datasets/import");
      const buffer = Buffer.from([...lines, ...twins].join("\n"));
      await page
        .locator('input[type="file"]')
        .setInputFiles({ name: "cases.jsonl", mimeType: "application/jsonl", buffer });
      await page.getByRole("combobox", { name: "Into dataset" }).fill("cases");
      await page.getByRole("button", { name: "Import", exact: true }).click();
      await page.getByRole("link", { name: "Open the dataset" }).click({ timeout: 60_000 });
      await expect(dataset("cases")).toBeVisible();
      await page
        .getByRole("textbox", { name: "Search in texts" })
        .fill('"refund of a deposit" -"case 6"');
      await expect(page.getByText(/^3 conversations/).first()).toBeVisible();
      await page.getByRole("textbox", { name: "Search in texts" }).fill("tunnel");
      const drawer = await openRow("tunnel");
      await drawer.getByRole("tab", { name: "More like this" }).click();
      const alike = drawer.getByRole("list", { name: "Conversations like this one" });
      await expect(alike.getByRole("listitem").first()).toContainText("lamp that went out");
      await expectNoSeriousIssue(page);
      await drawer.getByRole("link", { name: "Show all in the table" }).click();
      await expect(page).toHaveURL(/text=.*tunnel/);
      await expect(page.getByRole("row").filter({ hasText: "tunnel" })).toHaveCount(4);
    });

    test("she drops near-duplicates and looks at what went for what", async () => {
      await page.goto("/p/default/datasets/recipes/new");
      await page.getByLabel("Name of the recipe").fill("One of each");
      for (const step of [
        "HTML to text",
        "Unicode and whitespace",
        "Personal data",
        "Language",
        "Duplicates",
      ]) {
        await page.getByRole("button", { name: `Take out ${step}` }).click();
      }
      await page.getByRole("button", { name: "Add a step" }).click();
      await page.getByRole("menuitem", { name: /^Near-duplicates/ }).click();
      await page.getByRole("combobox", { name: "Rows of" }).click();
      await page.getByRole("option", { name: /^cases/ }).click();
      await page.getByRole("button", { name: "Save and run on “cases”" }).click();
      await expect(page.getByText("2 conversations went for one that is much alike")).toBeVisible({
        timeout: 60_000,
      });
      await expect(page.getByText(/looks at this/).first()).toBeVisible();
      await expectNoSeriousIssue(page);
      await page.getByRole("link", { name: "Open the dataset" }).click();
      await expect(page.getByText(/^24 conversations/).first()).toBeVisible();
    });

    test("she forks it, edits one text on both sides, and merges with the conflict decided", async () => {
      await page.getByRole("button", { name: "More for this dataset" }).click();
      await page.getByRole("menuitem", { name: "Fork" }).click();
      await page
        .getByRole("dialog")
        .getByRole("textbox", { name: "Name of the fork" })
        .fill("trial");
      await page.getByRole("dialog").getByRole("button", { name: "Fork", exact: true }).click();
      await expect(dataset("trial")).toBeVisible();
      await edit("Case 5:", "The tandem is ready on Friday.");
      await edit("Case 6:", "The deposit comes back within a week.");
      await open("cases");
      await edit("Case 5:", "The tandem is ready on Monday.");
      await page.getByRole("button", { name: "More for this dataset" }).click();
      await page.getByRole("menuitem", { name: "Merge a fork" }).click();
      await expect(page.getByRole("heading", { name: "1 of 1 conflict to decide" })).toBeVisible();
      const conflict = page.getByRole("list", { name: "Conflicts" });
      await expect(conflict.getByText("ready on Friday")).toBeVisible();
      await expect(conflict.getByText("ready on Monday")).toBeVisible();
      await expect(page.getByRole("button", { name: "Merge", exact: true })).toBeDisabled();
      await expectNoSeriousIssue(page);
      await conflict.getByText("Theirs", { exact: true }).click();
      await page.getByRole("button", { name: "Merge", exact: true }).click();
      await expect(page).toHaveURL(/\/versions$/);
      await open("cases");
      for (const [row, answer] of [
        ["Case 5:", "The tandem is ready on Friday."],
        ["Case 6:", "The deposit comes back within a week."],
      ] as const) {
        await expect(await openRow(row)).toContainText(answer);
        await page.keyboard.press("Escape");
      }
    });
  });
