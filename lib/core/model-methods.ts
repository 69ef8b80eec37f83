/** How the vectors of a text's tokens become one, in words. */
export const poolingWords = {
  mean: "mean of the tokens",
  cls: "the first token",
  max: "largest of the tokens",
} as const;

/** How a model version came to be, in words. */
export const methodWords: Readonly<Record<string, string>> = {
  pretrain: "From scratch",
  "sft-full": "Fine-tuned",
  "sft-lora": "Fine-tuned, LoRA",
  imported: "Registered folder",
  upstream: "Other server",
};
