import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { audit } from "../access/audit.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { parseJson } from "../core/parse-json.ts";
import { requireSource, sourcePath } from "../datasets/start-import.ts";
import { defineOperation } from "../operation.ts";
import { isShipped, keepSuite } from "./keep-suites.ts";
import { suiteOutput, suiteView } from "./read-suites.ts";
import { readSuiteText } from "./suite-text.ts";
import { bbqSuite } from "./suites/bbq.ts";
import { crowsPairsSuite } from "./suites/crows-pairs.ts";
import { promptSetSuite } from "./suites/prompt-set.ts";
import { parseSuite, type Suite } from "./suites/suite.ts";

/** A suite is read into memory as a whole. */
const largest = 64 * 2 ** 20;

export const suiteFormats = ["suite", "crows-pairs", "bbq", "prompts"] as const;
type Format = (typeof suiteFormats)[number];

type Head = { id: string; title: string; licence: string };

/** What a file is, from its name and its first characters. */
export function detectSuiteFormat(fileName: string, text: string): Format {
  if (/\.csv$/i.test(fileName)) return "crows-pairs";
  const start = text.slice(0, 4000);
  if (start.includes('"assay.suite/1"')) return "suite";
  if (start.includes('"context_condition"')) return "bbq";
  if (/\.jsonl$/i.test(fileName)) return "prompts";
  return "suite";
}

/** Reads a file of one of the formats as a suite. Throws `invalid_input` with the place that is wrong. */
export function readSuite(format: Format, text: string, head: Head): Suite {
  switch (format) {
    case "crows-pairs":
      return crowsPairsSuite(text, head);
    case "bbq":
      return bbqSuite(text.split(/\r?\n/), head);
    case "prompts":
      return promptSetSuite(jsonLines(text), head);
    case "suite":
      return parseSuite(jsonOf(text, "The file is not one JSON object."));
  }
}

/** Each line that is not blank with its number in the file. */
function jsonLines(text: string): { line: number; value: unknown }[] {
  return text
    .split(/\r?\n/)
    .flatMap((line, index) =>
      line.trim() === ""
        ? []
        : [{ line: index + 1, value: jsonOf(line, `Line ${index + 1} is not JSON.`) }],
    );
}

function jsonOf(text: string, problem: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new AssayError("invalid_input", `${problem} Nothing was stored.`, { cause });
  }
}

const slug = (name: string) =>
  name
    .toLowerCase()
    .replace(/\.[a-z0-9]+$/, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64) || "suite";

/** Stores an uploaded suite in the project; the same content again is the same suite. */
export const importSuite = defineOperation({
  name: "suites.import",
  summary:
    "Import a suite: CrowS-Pairs CSV, BBQ lines, prompts with expected words, or assay.suite/1",
  method: "POST",
  path: "/projects/{project}/suites",
  input: z.strictObject({
    project: slugSchema,
    source: idSchema.meta({ file: true, description: "The file; uploaded first" }),
    format: z.enum(suiteFormats).optional().meta({ description: "Detected when absent" }),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "Small letters, digits and hyphens.")
      .optional()
      .meta({ description: "Name of the suite; the file's own when absent" }),
    title: z.string().min(1).max(200).optional(),
    licence: z.string().min(1).max(200).default("not stated"),
  }),
  output: suiteOutput,
  allow: { project: "suite.write" },
  positionals: ["source"],
  run: async ({ handle, services }, input) => {
    const file = await requireSource(handle, input.source);
    const path = await sourcePath(services, file);
    if ((await stat(path)).size > largest) {
      throw new AssayError("too_large", "A suite may have 64 MB. Split it. Nothing was stored.");
    }
    const text = readSuiteText(await readFile(path));
    const format = input.format ?? detectSuiteFormat(file.fileName, text);
    const id = input.name ?? (format === "bbq" ? "bbq" : slug(file.fileName));
    const title = input.title ?? file.fileName.slice(0, 200);
    const suite = readSuite(format, text, { id, title, licence: input.licence });
    if (isShipped(suite.id)) {
      throw new AssayError(
        "conflict",
        `“${suite.id}” is a suite that ships with Assay. Give yours another name. Nothing was stored.`,
      );
    }
    return handle.transaction(async (tx) => {
      const row = await keepSuite(tx, suite, false);
      await audit(
        tx.db,
        tx.actor,
        "suites.import",
        { suite: row.slug, digest: row.digest },
        { projectId: tx.projectId },
      );
      return suiteView(row);
    });
  },
});
