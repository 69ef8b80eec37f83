import AxeBuilder from "@axe-core/playwright";
import { type Browser, expect, type Page } from "@playwright/test";

export type Person = { name: string; email: string; password: string };

/** The first administrator, made by the story's first chapter. */
export const ana: Person = {
  name: "Ana Berg",
  email: "ana@example.org",
  password: "a long pass phrase",
};
/** Joins by invitation in the second chapter. */
export const ben: Person = {
  name: "Ben Okoro",
  email: "ben@example.org",
  password: "another long phrase",
};

/** A browser of one's own, signed in through the page. */
export async function signedIn(browser: Browser, person: Person): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByRole("textbox", { name: "Password" }).fill(person.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Default" })).toBeVisible();
  return page;
}

/** Opens the list of a field and takes one of its options. */
export async function choose(page: Page, label: string, option: string | RegExp): Promise<void> {
  await page.getByRole("combobox", { name: label }).click();
  await page.getByRole("option", { name: option }).click();
}

/** Nothing that keeps people with assistive technology out. */
export async function expectNoSeriousIssue(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter((one) => one.impact === "serious" || one.impact === "critical");
  expect(serious.map((one) => `${one.id}: ${one.nodes[0]?.html}`)).toEqual([]);
}
