import { EngineRefusal } from "../engine/port.ts";
import type { ModelPool } from "./pool.ts";
import { parse, promptList, schemas } from "./requests.ts";

/**
 * Answers /v1/embeddings. Token ids are taken as they are: those that /tokenize gives for a text have the text's vector.
 * @throws BadParameter, EngineRefusal for a model that writes text and for a text that is too long
 */
export async function embedTexts(pool: ModelPool, body: unknown, signal: AbortSignal) {
  const { model, input, encoding_format, dimensions, truncate_prompt_tokens } = parse(
    schemas.embeddings,
    body,
  );
  const prompts = promptList(input, true);
  return pool.use(model, signal, async (run, info) => {
    if (info.embeddings && dimensions !== undefined && dimensions !== info.dimensions) {
      throw new EngineRefusal(
        "invalid_input",
        `This model's vectors have ${info.dimensions} dimensions and cannot be made ${dimensions}. Leave dimensions out.`,
        { param: "dimensions" },
      );
    }
    const { vectors = [], promptTokens } = await run({
      type: "embed",
      prompts,
      cut: truncate_prompt_tokens !== undefined,
    });
    return {
      object: "list" as const,
      model,
      data: vectors.map((vector, index) => ({
        object: "embedding" as const,
        index,
        embedding: encoding_format === "base64" ? base64(vector) : Array.from(vector),
      })),
      usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
    };
  });
}

/** float32, little end first, as OpenAI's clients read it. */
function base64(vector: Float32Array): string {
  const bytes = Buffer.allocUnsafe(vector.length * 4);
  for (const [i, value] of vector.entries()) bytes.writeFloatLE(value, i * 4);
  return bytes.toString("base64");
}
