/** What a check is about, by the tier of the policy. */
export const tiers: Record<string, string> = {
  H0: "Validity",
  H1: "Privacy",
  H2: "Harm",
  H3: "Toxicity",
  H4: "Bias",
  S1: "Over-refusal",
  S2: "Usefulness",
  A: "Shown only",
};
