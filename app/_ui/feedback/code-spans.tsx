import { Code } from "@mantine/core";

/** A sentence whose parts between back-quotes, such as names of fields, are set as code; one left open stays as it is. */
export function CodeSpans({ text }: { text: string }) {
  const parts = text.split("`");
  if (parts.length % 2 === 0) return text;
  return parts.map((part, index) =>
    index % 2 === 1 ? <Code key={`${index} ${part}`}>{part}</Code> : part,
  );
}
