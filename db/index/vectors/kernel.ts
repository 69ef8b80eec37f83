import { readFileSync } from "node:fs";

/** The inner loops of `kernel.wat`; pointers are bytes in their memory. */
export type Kernel = {
  scan(
    codes: number,
    factors: number,
    blocks: number,
    pairs: number,
    tables: number,
    out: number,
    step: number,
    bias: number,
  ): void;
  dots(vectors: number, rows: number, n: number, d: number, query: number, out: number): void;
};

let compiled: WebAssembly.Module | undefined;

/** Makes the loops run over `memory`. Compiled once a process, on first use. */
export function kernelOver(memory: WebAssembly.Memory): Kernel {
  compiled ??= new WebAssembly.Module(readFileSync(new URL("kernel.wasm", import.meta.url)));
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as Kernel;
}
