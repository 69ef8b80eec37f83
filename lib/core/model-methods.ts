/** How a model version came to be, in words. */
export const methodWords: Readonly<Record<string, string>> = {
  pretrain: "From scratch",
  "sft-full": "Fine-tuned",
  "sft-lora": "Fine-tuned, LoRA",
  imported: "Registered folder",
  upstream: "Other server",
};
