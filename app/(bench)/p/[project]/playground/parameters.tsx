"use client";

import { NumberInput, SimpleGrid, TagsInput } from "@mantine/core";
import type { Sampling } from "#lib/core/sampling.ts";

type NumberName = Exclude<keyof Sampling, "stop">;
type Field = {
  name: NumberName;
  label: string;
  min: number;
  max: number;
  step: number;
  whole?: boolean;
};

/** Bounds as in lib/core/sampling.ts; an empty field is the engine's own default. */
const fields: Field[] = [
  { name: "temperature", label: "Temperature", min: 0, max: 2, step: 0.1 },
  { name: "max_tokens", label: "Max tokens", min: 1, max: 8192, step: 16, whole: true },
  { name: "top_p", label: "Top p", min: 0.01, max: 1, step: 0.05 },
  { name: "top_k", label: "Top k", min: 0, max: 100_000, step: 10, whole: true },
  { name: "repetition_penalty", label: "Repetition penalty", min: 0.1, max: 10, step: 0.1 },
  { name: "frequency_penalty", label: "Frequency penalty", min: -2, max: 2, step: 0.1 },
  { name: "presence_penalty", label: "Presence penalty", min: -2, max: 2, step: 0.1 },
  { name: "seed", label: "Seed", min: 0, max: 2 ** 31 - 1, step: 1, whole: true },
];

type Props = {
  value: Sampling;
  onChange: (value: Sampling) => void;
  columns?: number;
  /** What an empty temperature stands for, where that is not the engine's own. */
  temperature?: string;
};

/** Parameters of a generation. */
export function ParameterFields({ value, onChange, columns = 2, temperature }: Props) {
  const set = (name: keyof Sampling, next: Sampling[keyof Sampling]) => {
    const { [name]: _, ...rest } = value;
    onChange(next === undefined ? rest : { ...rest, [name]: next });
  };
  return (
    <SimpleGrid cols={columns} spacing="xs">
      {fields.map(({ name, label, whole, ...range }) => (
        <NumberInput
          key={name}
          label={label}
          size="xs"
          placeholder={(name === "temperature" && temperature) || "Default"}
          {...range}
          allowDecimal={!whole}
          decimalScale={3}
          clampBehavior="blur"
          value={value[name] ?? ""}
          onChange={(next) => set(name, typeof next === "number" ? next : undefined)}
        />
      ))}
      <TagsInput
        label="Stop at"
        description="Up to 4 texts; \n is a line break"
        size="xs"
        maxTags={4}
        maxLength={100}
        splitChars={[]}
        placeholder={value.stop?.length ? "" : "Type and press Enter"}
        value={(value.stop ?? []).map((one) => one.replaceAll("\n", "\\n"))}
        onChange={(next) =>
          set("stop", next.length > 0 ? next.map((one) => one.replaceAll("\\n", "\n")) : undefined)
        }
        style={{ gridColumn: "1 / -1" }}
      />
    </SimpleGrid>
  );
}
