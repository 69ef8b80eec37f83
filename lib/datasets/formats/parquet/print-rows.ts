import { once } from "node:events";
import { open } from "node:fs/promises";
import { sampleBytes } from "../limits.ts";
import { firstRows } from "./limits.ts";
import { readRows } from "./row-groups.ts";
import { openTable, ParquetFault } from "./table.ts";

/**
 * A process of its own: `print-rows.ts FILE SKIP` prints a line about the table, then each row as a line of JSON; an
 * empty line for each of the first SKIP rows. Whatever a hostile file makes the decoder do, it does it to this process
 * alone. What is wrong with the file is told on the error stream, with exit code 3.
 */
async function main(path: string, skip: number): Promise<void> {
  const handle = await open(path);
  const { stdout } = process;
  const write = async (text: string) => {
    if (!stdout.write(text)) await once(stdout, "drain");
  };
  try {
    const table = await openTable(handle);
    const pieces = readRows(table, skip, firstRows);
    await write(`${JSON.stringify({ columns: table.columns, rows: table.rows })}\n`);
    for (let left = Math.min(skip, table.rows); left > 0; left -= sampleBytes) {
      await write("\n".repeat(Math.min(left, sampleBytes)));
    }
    for await (const rows of pieces) {
      let text = "";
      for (const row of rows) {
        text += `${JSON.stringify(row)}\n`;
        if (text.length < sampleBytes) continue;
        await write(text);
        text = "";
      }
      await write(text);
    }
  } finally {
    await handle.close();
  }
}

try {
  await main(process.argv[2] ?? "", Number(process.argv[3] ?? 0));
} catch (error) {
  process.stderr.write(error instanceof ParquetFault ? error.message : String(error));
  process.exitCode = error instanceof ParquetFault ? 3 : 1;
}
