import { describe, expect, it } from "vitest";
import { isRight, piiQuality, scoreLabelled } from "./pii.ts";
import { madeCases } from "./pii-made.ts";

describe("personal data in made texts", () => {
  /** National spellings of fewer than seven digits, or ungrouped, are left alone; see `findPhones`. */
  const floor = (title: string) => (title.includes("national spelling") ? 0.92 : 1);

  it.each(madeCases())("$title", ({ title, cases }) => {
    const wrong = cases.filter((one) => !isRight(one));
    const right = 1 - wrong.length / cases.length;
    expect(right, wrong.map(({ text }) => text).join("\n")).toBeGreaterThanOrEqual(floor(title));
    expect(cases.length).toBeGreaterThan(10);
  });

  it("counts what is missed, what is too much and what is cut short", () => {
    const label = (entity_type: string, start_position: number, end_position: number) => ({
      ...{ entity_type, start_position, end_position },
    });
    const texts = [
      { full_text: "ann@example.org", spans: [label("EMAIL_ADDRESS", 0, 15)] },
      { full_text: "bob@example.org", spans: [label("EMAIL_ADDRESS", 0, 3)] },
      { full_text: "carl at example", spans: [label("EMAIL_ADDRESS", 0, 15)] },
      { full_text: "dora@example.org", spans: [label("EMAIL_ADDRESS", 4, 16)] },
    ];
    expect(scoreLabelled(texts).email).toEqual({ truth: 4, found: 3, right: 3, seen: 3, exact: 1 });
    const unlabelled = texts.map(({ full_text }) => ({ full_text, spans: [] }));
    expect(scoreLabelled(unlabelled).email).toMatchObject({ truth: 0, found: 3, right: 0 });
  });

  it("is a section in Markdown", async () => {
    expect(await piiQuality()).toMatch(/^## Personal data\n[\s\S]+\| IPv4 \| 200 of 200 \| – \|/);
  });
});
