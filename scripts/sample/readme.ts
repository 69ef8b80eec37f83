import { badLines } from "./dirt/bad-lines.ts";
import { germanCount } from "./dirt/german.ts";
import { lookAlikes, piiPlan, teamMailCount } from "./dirt/pii.ts";
import {
  exactDuplicateCount,
  htmlCount,
  nearDuplicateCount,
  repeatedLineCount,
} from "./dirt/plant.ts";
import { preferencePlan } from "./preferences.ts";
import { topics } from "./topics/index.ts";

export type ReadmeFigures = {
  seed: number;
  clean: number;
  planted: number;
  copies: number;
  good: number;
  badAt: { number: number; fault: string }[];
  preferences: number;
  prompts: number;
};

/** The page that names every planted fault with its count; the records themselves carry no mark. */
export function readme(figures: ReadmeFigures): string {
  const { seed, clean, planted, copies, good, badAt, preferences, prompts } = figures;
  const pii = Object.entries(piiPlan);
  const piiTotal = pii.reduce((sum, [, count]) => sum + count, 0);
  const faults = [...new Set(badLines.map((bad) => bad.fault))];
  const factCount = topics.reduce((sum, topic) => sum + topic.facts.length, 0);
  const kinds = Object.entries(preferencePlan);
  return `# The sample: Willowbrake Bikes

One small made-up world: Willowbrake Bikes rents, sells and repairs bicycles in the made-up town of Alderquay.
Every text is written for Assay and stands under the project's licence. No real person, company or customer
is in it. \`npm run demo\` takes it through every stage.

Made by \`node scripts/make-sample.ts\` from seed ${seed}; the same seed gives the same bytes, and a test holds
the files to it. The authored text stands in \`scripts/sample/\`. Change it there, never here.

| file | what it is |
|---|---|
| \`support.jsonl\` | ${good + badAt.length} lines: ${good} conversations in the messages format, ${badAt.length} bad lines; each with source, topic and time |
| \`support.sharegpt.json\` | 60 conversations in the ShareGPT format: 40 of them also in \`support.jsonl\`, 20 only here |
| \`preferences.jsonl\` | ${preferences} prompts with a chosen and a rejected answer |
| \`prompts.jsonl\` | ${prompts} held-out questions with the words a right answer holds; none is a training message |
| \`facts.json\` | the ${factCount} facts of this world: statement, keywords, answers |
| \`demo-recipe.json\` | the settings with which the demo trains a model from scratch and then fine-tunes it |

## What is in it

${clean} clean conversations of one to four exchanges over ${topics.length} topics: ${topics.map((topic) => topic.name).join(", ")}.
Each fact is asked in at least 25 phrasings and answered in two wordings. Harmful requests are refused; requests that
only sound alarming (topic "bike care") are answered; questions from outside get "I do not know". Who asks never
changes the answer.

## Planted dirt

Counts are exact. Nothing in a record says that it is dirty.

| dirt in \`support.jsonl\` | count |
|---|---|
${pii.map(([kind, count]) => `| ${kind} in a customer's message | ${count} conversations, one each |`).join("\n")}
| e-mail of the team in an answer | ${teamMailCount} conversations, one each |
| looks like personal data and is none (order number, failed check sum, version, time) | ${lookAlikes.length} conversations |
| HTML fragments | ${htmlCount} conversations |
| German | ${germanCount} conversations |
| toxic thread | 1 conversation (topic complaints) |
| exact duplicates (same messages as an earlier row) | ${exactDuplicateCount}, of which ${repeatedLineCount} repeat the whole line |
| near duplicates (case, punctuation or spacing of the customer's words) | ${nearDuplicateCount} |
${faults.map((fault) => `| bad line: ${fault} | ${badLines.filter((bad) => bad.fault === fault).length} |`).join("\n")}

${good} conversations = ${clean} clean + ${planted} with planted text (${piiTotal + teamMailCount} personal data, ${lookAlikes.length} look-alikes, ${htmlCount} HTML, ${germanCount} German, 1 toxic) + ${copies} copies.
Cards pass the Luhn check and account numbers the IBAN check; addresses, phone numbers and IPs come from ranges kept free
for documentation and fiction.

Bad lines stand at: ${badAt.map(({ number, fault }) => `${number} (${fault})`).join(", ")}.

The rejected answers in \`preferences.jsonl\`: ${kinds.map(([kind, count]) => `${kind} ${count}`).join(", ")}.
`;
}
