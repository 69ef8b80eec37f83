import { availableParallelism } from "node:os";
import { env, LogLevel, Tensor } from "@huggingface/transformers";
import { type Dtype, type LoadOptions, notLoaded } from "./model-files.ts";

type Device = LoadOptions["device"];

/** Nothing outside the folder is read, and never the network. */
export function closeRuntime(): void {
  env.allowRemoteModels = false;
  env.useFSCache = false;
  // Its error log holds the tokens of the request; the error itself is thrown anyway.
  env.logLevel = LogLevel.NONE;
}

export function sessionOptions(dtype: Dtype, device: Device) {
  return {
    dtype,
    device,
    local_files_only: true,
    session_options: {
      // More threads than cores − 1 halve the speed as soon as anything else runs.
      intraOpNumThreads: Math.max(1, availableParallelism() - 1),
      interOpNumThreads: 1,
    },
  };
}

/** CUDA is an offer, never a condition: without its libraries the model runs on the processor. */
export async function loadOn<Model>(
  device: Device,
  load: (on: Device) => Promise<Model>,
): Promise<{ model: Model; device: Device }> {
  try {
    return { model: await load(device), device };
  } catch (error) {
    if (device === "cpu") throw notLoaded("its graph does not load", error);
    return { model: await load("cpu"), device: "cpu" };
  }
}

/** Whole numbers, or one number throughout, in the given shape. */
export function int64(values: readonly number[] | number, shape: number[]): Tensor {
  const data = new BigInt64Array(shape.reduce((product, size) => product * size, 1));
  if (typeof values === "number") data.fill(BigInt(values));
  else for (const [i, value] of values.entries()) data[i] = BigInt(value);
  return new Tensor("int64", data, shape);
}
