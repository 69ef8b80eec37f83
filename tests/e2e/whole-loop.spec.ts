import { expect, type Page, test } from "@playwright/test";
import { ana, ben, choose, expectNoSeriousIssue, signedIn } from "#tests/setup/e2e-people.ts";

const home = "/p/default";
/** The version that goes live. */
let trained = "willow@1";
/** Models that are trained for it, at most: the gate may well block the first. */
const mostModels = 3;

/** Trains a version of “willow” from scratch on the clean rows; gives its name when it is registered. */
async function train(page: Page, number: number): Promise<string> {
  await page.goto(`${home}/models/train`);
  await choose(page, "Snapshot", /support v2/);
  await page.getByLabel("Name of the model").fill("willow");
  await page.getByLabel("Seed", { exact: true }).fill(String(number));
  await page.getByRole("button", { name: "Start training" }).click();
  await expect(page).toHaveURL(/\/runs\/\d+/);
  const name = `willow@${number}`;
  await expect(page.getByText(name).first()).toBeVisible({ timeout: 280_000 });
  return name;
}

/** Gates a version for the deployment that is open; whether it passed. The page of the gate run stays open. */
async function gateVersion(page: Page, version: string): Promise<boolean> {
  await page.getByRole("button", { name: "Gate a version" }).click();
  await choose(page, "Model version", version);
  await page.getByRole("dialog").getByRole("button", { name: "Start" }).click();
  await expect(page).toHaveURL(/promote\/gates\/\d+/);
  await expect(page.getByRole("table", { name: "Checks" })).toBeVisible({ timeout: 280_000 });
  const head = page.getByRole("heading", { level: 1 }).locator("..");
  await expect(head).toContainText(/Pass|Blocked/);
  return /Pass/.test((await head.textContent()) ?? "");
}

/** Labels every item of the task that waits, by keyboard; `rate` gives 1 to 5 for the first, second, … item. */
async function labelAll(page: Page, rate: (item: number) => number): Promise<number> {
  await page.goto(`${home}/label`);
  await page.getByRole("link", { name: "Label answers" }).first().click();
  const text = page.getByRole("region", { name: "Text to judge" });
  const done = page.getByRole("heading", { name: "You have done all of yours" });
  for (let item = 0; ; item++) {
    await expect(text.or(done)).toBeVisible();
    if (await done.isVisible()) return item;
    const before = await text.textContent();
    await page.keyboard.press(String(rate(item)));
    await expect(page.getByRole("radio", { name: String(rate(item)) })).toBeChecked();
    await page.keyboard.press("Enter");
    await expect(async () => {
      expect(
        (await done.isVisible()) || (await text.textContent({ timeout: 500 })) !== before,
      ).toBe(true);
    }).toPass();
  }
}

/** Votes on every pair that waits, by keyboard: for the side that speaks of the shop in whole sentences. */
async function voteAll(page: Page, comparison: string): Promise<number> {
  await page.goto(comparison);
  await page.getByRole("link", { name: "Start voting" }).click();
  const pair = page.getByRole("region", { name: "Pair" });
  const done = page.getByRole("heading", { name: "You have voted on all of yours" });
  for (let votes = 0; ; votes++) {
    await expect(pair.or(done)).toBeVisible();
    if (await done.isVisible()) return votes;
    const before = await pair.textContent();
    // Nothing in a pair says which model wrote which answer.
    expect(/willow@|helper@/.test(await page.getByRole("main").innerHTML())).toBe(false);
    const left = (await page.getByRole("article", { name: "Left" }).textContent()) ?? "";
    const right = (await page.getByRole("article", { name: "Right" }).textContent()) ?? "";
    const sense = (answer: string) =>
      (answer.match(/\b[a-z]{3,}\b/g)?.length ?? 0) - answer.length / 40;
    await page.keyboard.press(sense(left) >= sense(right) ? "ArrowLeft" : "ArrowRight");
    await expect(async () => {
      expect(
        (await done.isVisible()) || (await pair.textContent({ timeout: 500 })) !== before,
      ).toBe(true);
    }).toPass();
  }
}

test.describe
  .serial("two people take a model through the whole loop", () => {
    let anaPage: Page;
    let benPage: Page;
    let dataset = "";
    let comparison = "";
    let gate = "";

    test.beforeAll(async ({ browser }) => {
      anaPage = await signedIn(browser, ana);
    });
    test.afterAll(async () => {
      await anaPage.context().close();
      await benPage?.context().close();
    });

    test("Ana invites Ben, who joins by his link", async ({ browser }) => {
      await anaPage.goto(`${home}/settings/members`);
      await anaPage.getByRole("button", { name: "Invite" }).first().click();
      const dialog = anaPage.getByRole("dialog");
      await dialog.getByLabel("E-mail").fill(ben.email);
      await dialog.getByLabel("Role").selectOption("maintainer");
      await dialog.getByRole("button", { name: "Invite", exact: true }).click();
      const link = await dialog.getByLabel("Invitation link").inputValue();
      benPage = await (await browser.newContext()).newPage();
      await benPage.goto(link);
      await benPage.getByLabel("Name").fill(ben.name);
      await benPage.getByRole("textbox", { name: "Password" }).fill(ben.password);
      await benPage.getByRole("button", { name: "Create account" }).click();
      await expect(benPage.getByRole("heading", { level: 1, name: "Default" })).toBeVisible();
    });

    test("Ana cleans the dataset with a recipe, which makes a new version", async () => {
      await anaPage.goto(`${home}/datasets`);
      await anaPage.getByRole("link", { name: "support", exact: true }).click();
      await expect(anaPage.getByRole("heading", { level: 1, name: "support" })).toBeVisible();
      dataset = new URL(anaPage.url()).pathname;
      await anaPage.getByRole("link", { name: "Clean" }).click();
      await anaPage.getByRole("link", { name: "New recipe" }).first().click();
      await anaPage.getByLabel("Name of the recipe").fill("tidy");
      const steps = [
        "HTML to text",
        "Unicode and whitespace",
        "Personal data",
        "Language",
        "Duplicates",
      ];
      for (const [index, step] of steps.entries()) {
        await expect(anaPage.getByText(`${index + 1}. ${step}`)).toBeVisible();
      }
      await anaPage.getByRole("button", { name: "Take out Language" }).click();
      await expect(anaPage.getByText("4. Duplicates")).toBeVisible();
      await anaPage.getByRole("button", { name: "Add a step" }).click();
      await anaPage.getByRole("menuitem", { name: /^Language/ }).click();
      await expect(anaPage.getByText("5. Language")).toBeVisible();
      await expect(anaPage.getByRole("list", { name: "Rows that change" })).toBeVisible();
      await expectNoSeriousIssue(anaPage);
      await anaPage.getByRole("button", { name: /^Save and run on/ }).click();
      await anaPage.getByRole("link", { name: "Open the dataset" }).click({ timeout: 60_000 });
      await expect(anaPage.getByText(/version 2/).first()).toBeVisible();
    });

    test("both label the same texts, and Ana decides where they differ", async () => {
      await anaPage.goto(`${home}/label/schemas/new`);
      await anaPage.getByRole("textbox", { name: "Name", exact: true }).fill("Helpfulness");
      await anaPage.getByLabel("Guidelines").fill("5 solves the customer's problem, 1 does not.");
      await anaPage
        .getByRole("textbox", { name: "Question", exact: true })
        .fill("How helpful is this?");
      await anaPage.getByRole("button", { name: "Make schema" }).click();
      await expect(anaPage).toHaveURL(/label\/new/);
      await anaPage.getByRole("textbox", { name: "Name" }).fill("answers");
      await anaPage.getByLabel("At most this many items").fill("5");
      await anaPage.getByRole("button", { name: "Make task" }).click();
      await expect(anaPage.getByRole("heading", { level: 1, name: "answers" })).toBeVisible();
      const task = anaPage.url();
      expect(await labelAll(anaPage, (item) => 1 + item)).toBe(5);
      expect(await labelAll(benPage, (item) => (item === 0 ? 5 : 1 + item))).toBe(5);
      await anaPage.goto(task);
      await expect(anaPage.getByText("10 of 10")).toBeVisible();
      await expectNoSeriousIssue(anaPage);
      await anaPage.getByRole("link", { name: /^Decide \d+ difference/ }).click();
      const decision = anaPage.getByRole("region", { name: "Decision" });
      for (;;) {
        const left = anaPage.getByText("Everything is decided");
        await expect(decision.or(left).first()).toBeVisible();
        if (await left.isVisible()) break;
        const open = (await anaPage.getByText(/still open/).textContent()) ?? "";
        await decision.getByRole("button", { name: "Take this answer" }).first().click();
        await decision.getByRole("button", { name: "Decide", exact: false }).last().click();
        await expect(anaPage.getByText(open)).toBeHidden();
      }
    });

    test("Ana freezes the clean version and trains a model on it", async () => {
      await anaPage.goto(dataset);
      await anaPage.getByRole("button", { name: "Freeze snapshot" }).click();
      await anaPage
        .getByRole("dialog")
        .getByRole("button", { name: "Freeze", exact: true })
        .click();
      // Its name stands in the dialog, too, before it is frozen.
      await expect(anaPage).toHaveURL(/\/snapshots$/);
      await expect(anaPage.getByText("support v2").first()).toBeVisible();
      trained = await train(anaPage, 1);
    });

    test("both models answer the test questions, and the raters compare them blind", async () => {
      await anaPage.goto(`${home}/playground/runs/new`);
      await choose(anaPage, "Snapshot", /support v2/);
      await anaPage.getByLabel("At most this many prompts").fill("20");
      await anaPage.getByLabel("Temperature").first().fill("0");
      await anaPage.getByRole("button", { name: "Start run" }).click();
      await expect(anaPage).toHaveURL(/playground\/runs\/\d+/);
      await anaPage.getByRole("link", { name: "Compare blind" }).click({ timeout: 120_000 });
      await anaPage.getByRole("textbox", { name: "Name", exact: true }).fill("which is better");
      await anaPage.getByRole("button", { name: "Make pairs" }).click();
      await expect(
        anaPage.getByRole("heading", { level: 1, name: "which is better" }),
      ).toBeVisible();
      comparison = anaPage.url();
      const [byAna, byBen] = [
        await voteAll(anaPage, comparison),
        await voteAll(benPage, comparison),
      ];
      expect(byAna).toBeGreaterThan(14);
      expect(byBen).toBe(byAna);
      await anaPage.goto(comparison);
      await anaPage.getByRole("button", { name: "End the voting" }).click();
      await anaPage.getByRole("dialog").getByRole("button", { name: "End the voting" }).click();
      await expect(anaPage.getByRole("dialog")).toBeHidden();
      await expect(anaPage.getByText(trained).first()).toBeVisible();
      await expectNoSeriousIssue(anaPage);
    });

    test("Ana measures the model and Ben triages a finding", async () => {
      await anaPage.goto(`${home}/evaluate`);
      await anaPage.getByRole("button", { name: "Evaluate a model" }).first().click();
      const dialog = anaPage.getByRole("dialog");
      await dialog.getByRole("combobox", { name: "Model versions" }).click();
      await anaPage.getByRole("option", { name: trained }).click();
      await anaPage.keyboard.press("Escape");
      await dialog.getByLabel("Items of each suite").fill("20");
      await dialog.getByRole("button", { name: "Evaluate", exact: true }).click();
      await expect(anaPage.getByText("done").first()).toBeVisible({ timeout: 200_000 });
      await anaPage.getByRole("tab", { name: "Results" }).click();
      await expect(anaPage.getByRole("table").first()).toBeVisible();
      await benPage.goto(`${home}/evaluate?tab=findings`);
      await benPage.getByRole("button", { name: "Decide" }).first().click();
      const finding = benPage.getByRole("dialog");
      await finding.getByLabel("Reason").fill("Seen: it asks back.");
      await finding.getByRole("button", { name: /Keep|Save|Decide/ }).click();
      await expect(finding).toBeHidden();
    });

    test("the gate measures it under the lab policy, and two people sign", async () => {
      test.setTimeout(1_200_000);
      await anaPage.goto(`${home}/promote`);
      await anaPage.getByRole("button", { name: "New deployment" }).first().click();
      const dialog = anaPage.getByRole("dialog");
      await dialog.getByLabel("Name").fill("desk");
      await choose(anaPage, "Policy", /^Lab/);
      await choose(anaPage, "Keep of traffic", "Figures and text");
      await dialog.getByRole("button", { name: "Create" }).click();
      await expect(anaPage.getByRole("heading", { level: 1, name: "desk" })).toBeVisible();
      // So small a model may learn to refuse by the words of a question: then it is blocked, and another seed is tried.
      let passed = await gateVersion(anaPage, trained);
      for (let number = 2; !passed && number <= mostModels; number++) {
        trained = await train(anaPage, number);
        await anaPage.goto(`${home}/promote/desk`);
        passed = await gateVersion(anaPage, trained);
      }
      expect(passed).toBe(true);
      gate = anaPage.url();
      await expectNoSeriousIssue(anaPage);
      const promote = anaPage.getByRole("button", { name: "Promote" });
      await expect(promote).toHaveAttribute("aria-disabled", "true");
      await anaPage.getByRole("button", { name: "Sign", exact: true }).click();
      await expect(anaPage.getByRole("region", { name: "Signatures" })).toContainText(ana.name);
      await expect(promote).toHaveAttribute("aria-disabled", "true");
      await benPage.goto(gate);
      await benPage.getByLabel("Comment").fill("Read the answers.");
      await benPage.getByRole("button", { name: "Sign", exact: true }).click();
      await expect(benPage.getByRole("region", { name: "Signatures" })).toContainText(ben.name);
    });

    test("it is promoted, answers in the chat, and says who answers", async () => {
      await anaPage.goto(gate);
      await anaPage.getByRole("button", { name: "Promote" }).click();
      await expect(anaPage.getByText("Live", { exact: true }).first()).toBeVisible();
      await benPage.goto(`${home}/chat`);
      await benPage.getByLabel("Message").fill("What would it cost to rent a tandem for one day?");
      await benPage.getByRole("button", { name: "Send" }).click();
      const answer = benPage.getByRole("article", { name: "Answer" });
      await expect(answer).toContainText(/forty/, { timeout: 30_000 });
      await expect(answer).toContainText(trained);
      await expect(benPage.getByText("profile lab")).toBeVisible();
      await expectNoSeriousIssue(benPage);
    });

    test("Ben's correction is reviewed by Ana and becomes a pair with its lineage", async () => {
      await benPage.getByRole("button", { name: "Edit the answer" }).click();
      await benPage
        .getByLabel("The answer as it should be")
        .fill("A tandem costs forty euros a day. Come by!");
      await benPage.getByRole("button", { name: "Send feedback" }).click();
      await expect(benPage.getByText("You gave feedback")).toBeVisible();
      await anaPage.goto(`${home}/monitor/feedback`);
      await anaPage.getByRole("button", { name: "Accept as pair" }).first().click();
      await expect(anaPage.getByText("Accepted into the dataset")).toBeVisible();
      await anaPage.goto(`${home}/datasets`);
      await anaPage.getByRole("link", { name: "feedback", exact: true }).click();
      await expect(anaPage.getByText(/1 conversation · version 1/)).toBeVisible();
      await anaPage.getByRole("row").nth(1).click();
      await anaPage.getByRole("button", { name: "More for this conversation" }).click();
      await anaPage.getByRole("menuitem", { name: "What learned from it" }).click();
      await expect(anaPage).toHaveURL(/lineage\/conversation/);
      await expect(anaPage.getByText(trained).first()).toBeVisible();
      await expectNoSeriousIssue(anaPage);
      await anaPage.goto(`${home}/monitor`);
      await expect(anaPage.getByText(trained).first()).toBeVisible();
      await expectNoSeriousIssue(anaPage);
    });

    test("an emergency stop silences it, and resuming lets it answer again", async () => {
      await anaPage.goto(`${home}/promote/desk`);
      await anaPage.getByRole("button", { name: "Stop now" }).click();
      const dialog = anaPage.getByRole("dialog");
      await dialog.getByLabel("Reason").fill("A drill");
      await dialog.getByRole("button", { name: "Stop now" }).click();
      await expect(anaPage.getByText("Stopped", { exact: true }).first()).toBeVisible();
      await benPage.getByLabel("Message").fill("Are you there?");
      await benPage.getByRole("button", { name: "Send" }).click();
      await expect(benPage.getByRole("alert", { name: "The answer did not come" })).toContainText(
        /stopped/i,
      );
      await anaPage.getByRole("button", { name: "Resume" }).click();
      await anaPage.getByRole("dialog").getByLabel("Reason").fill("The drill is over");
      await anaPage.getByRole("dialog").getByRole("button", { name: "Resume" }).click();
      await expect(anaPage.getByText("Live", { exact: true }).first()).toBeVisible();
      await benPage.getByRole("button", { name: /again/ }).click();
      await expect(benPage.getByRole("article", { name: "Answer" })).toHaveCount(2, {
        timeout: 30_000,
      });
    });
  });
