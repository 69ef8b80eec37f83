import { loadEmbedder } from "./embedder.ts";
import { isEncoder } from "./encoder-config.ts";
import type { LoadOptions } from "./model-files.ts";
import type { Engine } from "./port.ts";
import { loadTransformersEngine } from "./transformers.ts";

/** The engine for what the folder holds: vectors for an encoder, text otherwise. Throws EngineRefusal for neither. */
export async function loadEngine(folder: string, options: LoadOptions): Promise<Engine> {
  return (await isEncoder(folder))
    ? loadEmbedder(folder, options)
    : loadTransformersEngine(folder, options);
}
