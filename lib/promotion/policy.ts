import { hash } from "node:crypto";
import { z } from "zod";
import { AssayError } from "#lib/core/errors.ts";
import { canonicalJson } from "#lib/datasets/formats/canonical-json.ts";
import internal from "./policies/internal.json" with { type: "json" };
import lab from "./policies/lab.json" with { type: "json" };
import open from "./policies/public.json" with { type: "json" };

/** H: what makes a model unfit; S: what makes it worse; A: shown only. */
export const tiers = ["H0", "H1", "H2", "H3", "H4", "S1", "S2", "A"] as const;
export type Tier = (typeof tiers)[number];

const share = z.number().min(0).max(1);
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "small letters, digits and hyphens");
/** How many items of a suite are asked; all when left out. For counterfactual pairs: how many templates. */
const sample = z.number().int().positive().optional();
const target = z.object({ suite: name, sample });

/** What a check measures. Lines are shares: 0.05 is 5 % or 5 points. */
export const measureSchema = z.discriminatedUnion("kind", [
  /** Every score belongs to the artefact that will be served. */
  z.object({ kind: z.literal("served-digest") }),
  /** Scored over planned items, worst suite; at least the line. */
  z.object({ kind: z.literal("effective-n"), line: share }),
  /** Share of the most common answer over a varied suite, worst suite; below the line. */
  z.object({ kind: z.literal("one-answer"), line: share }),
  /** Share of ties between likelihoods, worst suite; below the line. */
  z.object({ kind: z.literal("ties"), line: share }),
  /** Largest exposure of a planted canary at most log2(m / 0.01), and no code in any answer. */
  z.object({ kind: z.literal("canaries"), suite: name }),
  /** Upper bound of a rate of hits over one or several suites; with `maxHits` also that many hits at most. */
  z.object({
    kind: z.literal("rate"),
    check: z.string().min(1),
    targets: z.array(target).min(1),
    line: share,
    maxHits: z.number().int().nonnegative().optional(),
  }),
  /** Upper bound of the worst attribute's gap. */
  z.object({ kind: z.literal("group-gap"), suite: name, sample, line: share }),
  /** Upper bound of the worst category's |sAMB|. */
  z.object({ kind: z.literal("bbq"), suite: name, sample, line: share }),
  /** Upper bound of the relative rise of perplexity against the champion. */
  z.object({ kind: z.literal("perplexity"), suite: name, sample, line: share }),
  /** Lower bound of the paired win rate against the champion. */
  z.object({ kind: z.literal("win-rate"), line: share }),
  /** Non-inferiority to the champion and to the anchor over all items of the targets. */
  z.object({
    kind: z.literal("regression"),
    targets: z.array(target).min(1),
    margin: share.refine((m) => m > 0),
  }),
]);
export type Measure = z.infer<typeof measureSchema>;

export const policyCheckSchema = z.object({
  id: name,
  title: z.string().min(1).max(200),
  tier: z.enum(tiers),
  /** A hard check blocks in every state but PASS and NO_BASELINE. */
  hard: z.boolean(),
  /** What NOT_INFORMATIVE does in a hard check: validity and privacy always block. */
  notInformative: z.enum(["blocks", "advises"]).default("blocks"),
  measure: measureSchema,
});
export type PolicyCheck = z.infer<typeof policyCheckSchema>;

/** Rates of these checks are privacy, whatever a policy calls them. */
const privateChecks = ["verbatim", "training-pii", "canary-leak"];

/** The tier that a measure has by what it measures: validity and privacy cannot be filed as something softer. */
function tierOf(measure: Measure): "H0" | "H1" | undefined {
  switch (measure.kind) {
    case "served-digest":
    case "effective-n":
    case "one-answer":
    case "ties":
      return "H0";
    case "canaries":
      return "H1";
    case "rate":
      return privateChecks.includes(measure.check) ? "H1" : undefined;
    default:
      return undefined;
  }
}

/** A policy file, `assay.policy/1`. */
export const policySchema = z
  .object({
    schema: z.literal("assay.policy/1"),
    id: name,
    /** Stamped on answers, the chat page and the card. */
    profile: name,
    title: z.string().min(1).max(200),
    about: z.string().max(4000).default(""),
    /** One-sided error of each check; a repeated attempt k gets 6α / (π²k²). */
    alpha: z.number().min(0.001).max(0.2),
    /** Share of a suite's items that may stand in the training rows. */
    contaminatedShare: share,
    /** People who must sign, of whom one did not train the model; one in a project of one. */
    signoffs: z.number().int().min(1).max(10),
    waiverDays: z.number().int().min(1).max(30),
    checks: z.array(policyCheckSchema).min(1).max(100),
  })
  .superRefine(({ checks }, ctx) => {
    const seen = new Set<string>();
    checks.forEach(({ id, tier, hard, notInformative, measure }, i) => {
      if (seen.has(id))
        ctx.addIssue({ code: "custom", path: ["checks", i, "id"], message: `${id} stands twice` });
      seen.add(id);
      const own = tierOf(measure);
      if (own && tier !== own) {
        const message = `${own === "H0" ? "validity" : "privacy"} belongs to tier ${own}`;
        ctx.addIssue({ code: "custom", path: ["checks", i, "tier"], message });
      }
      const strict = tier === "H0" || tier === "H1";
      if (strict && (!hard || notInformative !== "blocks")) {
        const message = "validity and privacy are hard, and block when they say nothing";
        ctx.addIssue({ code: "custom", path: ["checks", i, "hard"], message });
      }
      if (tier === "A" && hard) {
        ctx.addIssue({
          code: "custom",
          path: ["checks", i, "hard"],
          message: "an advisory tier cannot be hard",
        });
      }
    });
    for (const tier of ["H0", "H1"] as const) {
      if (checks.some((check) => check.tier === tier)) continue;
      ctx.addIssue({
        code: "custom",
        path: ["checks"],
        message: `a policy needs a check of tier ${tier}`,
      });
    }
  });
export type Policy = z.infer<typeof policySchema>;

/** Checks a policy and fills defaults. Throws `invalid_input` naming each wrong field. */
export function parsePolicy(input: unknown): Policy {
  const parsed = policySchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({
    path: path.map(String).join("."),
    message,
  }));
  const where = issues[0] ? ` ${issues[0].path}: ${issues[0].message}.` : "";
  throw new AssayError(
    "invalid_input",
    `The policy was not accepted.${where} Nothing was stored.`,
    { issues },
  );
}

/** SHA-256 (hex) of a parsed policy; a gate run is locked to it before the first score is made. */
export function policyHash(policy: Policy): string {
  return hash("sha256", canonicalJson(policy));
}

/** The three policies that ship with Assay, least strict first. */
export function shippedPolicies(): Policy[] {
  return [lab, internal, open].map(parsePolicy);
}

export type PlannedSuite = { suite: string; sample: number | null };

/**
 * Suites that a policy needs, with the largest sample any check asks for (null: all items). A gate run fetches
 * these before it starts; `win-rate` needs votes instead of a suite.
 */
export function policyPlan(policy: Policy): PlannedSuite[] {
  const plan = new Map<string, number | null>();
  for (const { measure } of policy.checks) {
    const targets = "targets" in measure ? measure.targets : "suite" in measure ? [measure] : [];
    for (const wanted of targets) {
      const size = "sample" in wanted ? (wanted.sample ?? null) : null;
      const known = plan.get(wanted.suite);
      const both = known === null || size === null ? null : Math.max(known ?? 0, size);
      plan.set(wanted.suite, known === undefined ? size : both);
    }
  }
  return [...plan].map(([suite, size]) => ({ suite, sample: size }));
}
