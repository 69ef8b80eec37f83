import { writeFileSync } from "node:fs";
import { leakQuality } from "./quality/leaks.ts";
import { nearDuplicateQuality } from "./quality/near-duplicates.ts";
import { piiQuality } from "./quality/pii.ts";

/** `npm run quality`: measures what the app finds against ground truth and writes docs/quality.md. */
const sections: readonly (() => Promise<string>)[] = [
  piiQuality,
  nearDuplicateQuality,
  leakQuality,
];

const head = `# Quality

Written by \`npm run quality\`, never by hand: what the app finds, against ground truth. The reference data
(\`shared/data\`) does not ship; a section without it says so.
`;

const texts: string[] = [];
for (const section of sections) texts.push((await section()).trimEnd());
writeFileSync(
  new URL("../docs/quality.md", import.meta.url),
  `${[head.trimEnd(), ...texts].join("\n\n")}\n`,
);
console.log(texts.join("\n\n"));
