import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { EngineRefusal } from "./port.ts";

/** Most exact first, with the file suffix that transformers.js gives each. */
const files = [
  ["fp32", ""],
  ["fp16", "_fp16"],
  ["q8", "_quantized"],
  ["q4", "_q4"],
] as const;
export const dtypes = files.map(([dtype]) => dtype);
export type Dtype = (typeof files)[number][0];

export type LoadOptions = {
  /** `cuda` falls back to the processor where its libraries are missing. */
  device: "cpu" | "cuda";
  /** Undefined: the most exact file there is. */
  dtype: Dtype | undefined;
};

/** The graph to load from an artefact folder. Throws EngineRefusal when there is none. */
export async function chooseFile(
  folder: string,
  wanted: Dtype | undefined,
): Promise<{ dtype: Dtype; bytes: number }> {
  for (const [dtype, suffix] of files) {
    if (wanted !== undefined && wanted !== dtype) continue;
    const file = await stat(join(folder, "onnx", `model${suffix}.onnx`)).catch(missing);
    if (file) return { dtype, bytes: file.size };
  }
  throw notLoaded(`it has no onnx/model*.onnx${wanted ? ` with dtype ${wanted}` : ""}`);
}

/** For `catch`: a file that is not there reads as undefined, any other trouble is thrown on. */
export function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
}

/** A JSON file of an artefact folder; undefined when it is not there. Throws EngineRefusal for broken JSON. */
export async function readJson(folder: string, name: string): Promise<unknown> {
  const text = await readFile(join(folder, name), "utf8").catch(missing);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notLoaded(`its ${name} is not valid JSON`, cause);
  }
}

export function notLoaded(reason: string, cause?: unknown): EngineRefusal {
  return new EngineRefusal(
    "unsupported_format",
    `The model was not loaded: ${reason}. Export it again, or choose another version.`,
    { cause },
  );
}
