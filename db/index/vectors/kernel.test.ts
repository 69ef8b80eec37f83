import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import wabt from "wabt";

it("is what its text says", async () => {
  const read = (name: string) => readFileSync(new URL(name, import.meta.url));
  const { parseWat } = await wabt();
  const parsed = parseWat("kernel.wat", read("kernel.wat").toString(), { simd: true });
  parsed.validate();
  expect(Buffer.from(parsed.toBinary({}).buffer).equals(read("kernel.wasm"))).toBe(true);
});
