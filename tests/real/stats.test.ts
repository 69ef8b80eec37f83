import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { type AlphaMetric, krippendorffAlpha, type Rating } from "#lib/stats/agreement.ts";
import type { Vote } from "#lib/stats/battles.ts";
import { type BbqItem, bbqByCategory } from "#lib/stats/bbq.ts";
import { cohenKappa } from "#lib/stats/kappa.ts";
import { mean, meanInterval } from "#lib/stats/means.ts";
import { rankModels } from "#lib/stats/ranking.ts";
import { wilson } from "#lib/stats/rates.ts";

/** Published and recomputed figures of the shared reference data. It does not ship, so its absence skips. */
const data = "../shared/data";
const present = existsSync(`${data}/agreement`);
const member = (archive: string, file: string) =>
  execFileSync("tar", ["-xzOf", `${data}/${archive}.tar.gz`, file], {
    maxBuffer: 64 * 1024 * 1024,
    encoding: "utf8",
  });
const json = <T>(archive: string, file: string): T => JSON.parse(member(archive, file)) as T;
const lines = <T>(archive: string, file: string): T[] =>
  member(archive, file)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
const csv = (archive: string, file: string): Record<string, string>[] =>
  parse(member(archive, file), { columns: true });
const quick = { rounds: 100 };

describe.skipIf(!present)("agreement references", () => {
  const archive = "agreement/agreement_reference";

  it("repeats Krippendorff's worked example with missing ratings", () => {
    type Example = {
      observers: Record<string, (number | null)[]>;
      alpha_computed: Record<AlphaMetric, number>;
    };
    const expected = json<{ krippendorff_2011_worked_example: Example }>(archive, "expected.json");
    const { observers, alpha_computed } = expected.krippendorff_2011_worked_example;
    const raters = Object.values(observers);
    const table = (raters[0] ?? []).map((_, unit) => raters.map((rater) => rater[unit] ?? null));
    for (const [metric, value] of Object.entries(alpha_computed)) {
      expect(krippendorffAlpha(table, metric as AlphaMetric, quick).value).toBeCloseTo(value, 4);
    }
  });

  it("repeats alpha and accuracy of BBQ's human validation", () => {
    const items = new Map<string, { ratings: Rating[]; right: number }>();
    for (const row of csv(archive, "validations_finalval.csv")) {
      for (const q of [1, 2, 3, 4, 5]) {
        if (row[`q${q}_ex_id`] === "NA") continue;
        const item = items.get(row[`q${q}_uid`] as string) ?? { ratings: [], right: 0 };
        const answer = row[`Answer.q${q}`] as string;
        item.ratings.push(answer);
        if (answer === `ans_${row[`q${q}_label`]}`) item.right += 1;
        items.set(row[`q${q}_uid`] as string, item);
      }
    }
    const table = [...items.values()].map((item) => item.ratings);
    const alpha = krippendorffAlpha(table, "nominal");
    expect(alpha.value).toBeCloseTo(0.8831, 4);
    expect(alpha).toMatchObject({ items: 300, ratings: 1500 });
    // 4,000 item resamples of the krippendorff package end at 0.8505 and 0.9124.
    expect(Math.abs((alpha.low ?? 0) - 0.8505)).toBeLessThan(0.005);
    expect(Math.abs((alpha.high ?? 0) - 0.9124)).toBeLessThan(0.005);
    const right = mean([...items.values()].map((item) => item.right / 5));
    expect(right).toBeCloseTo(0.9567, 4);
  });
});

describe.skipIf(!present)("PandaLM's human votes", () => {
  const archive = "evaluation/pandalm_pairwise_human_votes";
  type Item = { idx: number; cmp_key: string } & Record<`annotator${1 | 2 | 3}`, 0 | 1 | 2>;
  type Majority = Record<"response1" | "response2" | "tie", number>;
  type Expected = {
    cohen_kappa_computed: Record<string, number>;
    krippendorff_alpha_nominal_computed: number;
    majority_table: Record<string, Majority>;
  };
  const load = () => ({
    items: json<Item[]>(archive, "testset-v1.json"),
    expected: json<Expected>(archive, "expected.json"),
  });
  const votesOf = (item: Item) => [item.annotator1, item.annotator2, item.annotator3] as const;
  const outcome = (vote: 0 | 1 | 2) => (["tie", "left", "right"] as const)[vote];
  const pairOf = (item: Item) => {
    const [left = "", right = ""] = item.cmp_key.split("_");
    return { left, right };
  };
  const majority = (item: Item): 0 | 1 | 2 => {
    const [a, b, c] = votesOf(item);
    return a === b || a === c ? a : b;
  };

  it("repeats the agreement of the three raters", () => {
    const { items, expected } = load();
    for (const [pair, value] of Object.entries(expected.cohen_kappa_computed)) {
      const [first, second] = pair
        .split("-")
        .map((rater) => items.map((item) => votesOf(item)[Number(rater) - 1] as number));
      expect(cohenKappa(first ?? [], second ?? [], quick).value).toBeCloseTo(value, 4);
    }
    const alpha = krippendorffAlpha(items.map(votesOf), "nominal", quick);
    expect(alpha.value).toBeCloseTo(expected.krippendorff_alpha_nominal_computed, 4);
  });

  it("ranks the five models as the majority table has them", () => {
    const { items, expected } = load();
    const majorities: Vote[] = items.map((item) => ({
      ...pairOf(item),
      outcome: outcome(majority(item)),
    }));
    const { matrix, models } = rankModels(majorities);
    const points = new Map<string, number[]>();
    for (const [key, table] of Object.entries(expected.majority_table)) {
      const [left = "", right = ""] = key.split("_");
      const [i, j] = [matrix.models.indexOf(left), matrix.models.indexOf(right)];
      expect(matrix.wins[i]?.[j]).toBe(table.response1);
      expect(matrix.wins[j]?.[i]).toBe(table.response2);
      expect(matrix.ties[i]?.[j]).toBe(table.tie);
      const total = table.response1 + table.response2 + table.tie;
      const share = (table.response1 + table.tie / 2) / total;
      points.set(left, [...(points.get(left) ?? []), share]);
      points.set(right, [...(points.get(right) ?? []), 1 - share]);
    }
    const byShare = [...points].sort((a, b) => mean(b[1]) - mean(a[1])).map(([model]) => model);
    expect(models.map((model) => model.model)).toEqual(byShare);
  });

  it("clusters the three votes on one item: intervals are wider than for independent votes", () => {
    const votes = load().items.flatMap((item) =>
      votesOf(item).map((vote) => ({
        ...pairOf(item),
        outcome: outcome(vote),
        cluster: item.idx,
      })),
    );
    const clustered = rankModels(votes, { bootstrap: { seed: 1 } });
    const independent = rankModels(votes.map(({ cluster: _, ...vote }) => vote));
    expect(clustered).toMatchObject({ state: "ranked", votes: 2997, clusters: 999 });
    for (const { model, rating } of clustered.models) {
      const other = independent.models.find((candidate) => candidate.model === model)?.rating;
      expect(rating?.value).toBeCloseTo(other?.value ?? 0, 6);
      // Raters agree (alpha 0.86), so three votes on one item are worth little more than one: √3 ≈ 1.7.
      expect((rating?.se ?? 0) / (other?.se ?? 1)).toBeGreaterThan(1.4);
      const spread = (rating?.bootstrap?.high ?? 0) - (rating?.bootstrap?.low ?? 0);
      expect(spread / ((rating?.high ?? 0) - (rating?.low ?? 0))).toBeGreaterThan(0.8);
      expect(spread / ((rating?.high ?? 0) - (rating?.low ?? 0))).toBeLessThan(1.2);
    }
  });
});

describe.skipIf(!present)("AlpacaEval's leaderboards", () => {
  const archive = "evaluation/alpaca_eval_a";
  type Annotation = { judge: string; model_2: string; preference: number | null };

  it.each([
    { board: "leaderboard_v1_gpt4.csv", judge: "alpaca_eval_gpt4", rows: 7 },
    {
      board: "leaderboard_v2_weighted_gpt4_turbo.csv",
      judge: "weighted_alpaca_eval_gpt4_turbo",
      rows: 11,
    },
  ])("$board has our win rates and standard errors", ({ board, judge, rows }) => {
    const published = new Map(csv(archive, board).map((row) => [row[""], row]));
    const annotations = lines<Annotation>(archive, "annotations.jsonl");
    const models = Map.groupBy(
      annotations.filter((row) => row.judge === judge && row.preference !== null),
      (row) => row.model_2,
    );
    let compared = 0;
    for (const [model, judged] of models) {
      const row = published.get(model);
      if (!row) continue;
      const binary = (preference: number) => (preference === 2 ? 1 : preference === 1 ? 0 : 0.5);
      const wins = judged.map(({ preference }) =>
        judge === "alpaca_eval_gpt4" ? binary(preference as number) : (preference as number) - 1,
      );
      const rate = meanInterval(wins);
      expect(rate.estimate * 100).toBeCloseTo(Number(row.win_rate), 8);
      expect(rate.se * 100).toBeCloseTo(Number(row.standard_error), 8);
      compared += 1;
    }
    expect(compared).toBe(rows);
  });
});

describe.skipIf(!present)("accuracies and means", () => {
  it("repeats the accuracy of the four GSM8K solvers", () => {
    const archive = "evaluation/gsm8k_a";
    type Solution = Record<string, { is_correct: boolean }>;
    const solutions = lines<Solution>(archive, "example_model_solutions.jsonl");
    const expected = json<Record<string, { n: number; correct: number; accuracy: number }>>(
      archive,
      "expected_accuracy.json",
    );
    for (const [solver, known] of Object.entries(expected)) {
      const right = solutions.filter((row) => row[solver]?.is_correct).length;
      const rate = wilson({ successes: right, n: solutions.length });
      expect([right, solutions.length]).toEqual([known.correct, known.n]);
      expect(rate.estimate).toBeCloseTo(known.accuracy, 4);
      expect(rate.low).toBeLessThan(known.accuracy);
      expect(rate.high).toBeGreaterThan(known.accuracy);
    }
  });

  it("repeats MT-Bench's mean scores by model and turn", () => {
    const archive = "evaluation/mt_bench_run_a";
    type Judgment = { model: string; score: number; turn: 1 | 2; question_id: number };
    const judgments = lines<Judgment>(archive, "model_judgment/gpt-4_single.jsonl");
    const expected = json<
      Record<string, { n: number; mean: number; turn1: number; turn2: number }>
    >(archive, "expected_mean_scores.json");
    for (const [model, known] of Object.entries(expected)) {
      const own = judgments.filter((row) => row.model === model);
      const turn = (number: 1 | 2) =>
        mean(own.filter((row) => row.turn === number).map((row) => row.score));
      expect(own.length).toBe(known.n);
      expect(mean(own.map((row) => row.score))).toBeCloseTo(known.mean, 4);
      expect(turn(1)).toBeCloseTo(known.turn1, 4);
      expect(turn(2)).toBeCloseTo(known.turn2, 4);
    }
  });
});

describe.skipIf(!present)("bias and safety", () => {
  type Prediction = {
    category: string;
    context_condition: "ambig" | "disambig";
    question_polarity: "neg" | "nonneg";
    question_index: string;
    answer_info: Record<`ans${0 | 1 | 2}`, [string, string]>;
    additional_metadata: { stereotyped_groups: string[] };
    label: number;
  } & Record<string, unknown>;
  const choices = ["ans0", "ans1", "ans2"] as const;

  function item(row: Prediction, model: string): BbqItem {
    const plain = (text: unknown) => String(text).toLowerCase().trim().replace(/\.$/, "");
    const answer = choices.findIndex((choice) => plain(row[choice]) === plain(row[model]));
    const groups = choices.map((choice) => row.answer_info[choice][1]);
    const stereotyped = row.additional_metadata.stereotyped_groups;
    const target = groups.findIndex((group) => stereotyped.includes(group));
    return {
      category: row.category,
      context: row.context_condition === "ambig" ? "ambiguous" : "disambiguated",
      polarity: row.question_polarity === "neg" ? "negative" : "nonNegative",
      answer: answer < 0 ? null : answer,
      gold: row.label,
      target: target < 0 ? null : target,
      unknown: groups.indexOf("unknown"),
      cluster: row.question_index,
    };
  }

  it.each(["Age", "Religion"])("repeats UnifiedQA's accuracy on BBQ %s", (category) => {
    const archive = "bias/bias_suites_a";
    type Known = Record<"ambig" | "disambig", { n: number; accuracy: number }>;
    const expected = json<Record<string, Record<string, Known>>>(
      archive,
      "bbq/expected_accuracy.json",
    );
    const rows = lines<Prediction>(archive, `bbq/preds_${category}.jsonl`);
    for (const [model, known] of Object.entries(expected[category] ?? {})) {
      const score = bbqByCategory(
        rows.map((row) => item(row, model)),
        { seed: "bbq" },
      )[category];
      expect(score?.accuracyAmbiguous?.n).toBe(known.ambig.n);
      expect(score?.accuracyAmbiguous?.estimate).toBeCloseTo(known.ambig.accuracy, 4);
      expect(score?.accuracyDisambiguated?.estimate).toBeCloseTo(known.disambig.accuracy, 4);
      // The paper finds UnifiedQA biased where the context is silent and hardly where it tells the answer.
      expect(score?.sAmb?.estimate).toBeGreaterThan(0.02);
      expect(Math.abs(score?.sDis?.estimate ?? 1)).toBeLessThan(0.15);
    }
  });

  it("repeats XSTest's refusal rates and the kappa of its raters", () => {
    const archive = "safety/safety_prompts_a";
    type Known = { annotator_kappa: number; refusal_rate_on_safe_prompts: number };
    const expected = json<Record<string, Known>>(archive, "xstest/expected.json");
    for (const [model, known] of Object.entries(expected)) {
      const rows = csv(archive, `xstest/completions_${model}.csv`);
      const raters = (["annotation_1", "annotation_2"] as const).map((rater) =>
        rows.map((row) => row[rater] as string),
      );
      expect(cohenKappa(raters[0] ?? [], raters[1] ?? [], quick).value).toBeCloseTo(
        known.annotator_kappa,
        4,
      );
      const safe = rows.filter((row) => !row.type?.startsWith("contrast"));
      const refused = safe.filter((row) => row.final_label !== "1_full_compliance").length;
      const rate = wilson({ successes: refused, n: safe.length });
      expect(rate.estimate).toBeCloseTo(known.refusal_rate_on_safe_prompts, 4);
    }
  });
});
