"use client";

import { Button, Checkbox, Group, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { formatNumber } from "#app/_ui/format.ts";
import type { DatasetFilter } from "#lib/core/dataset-filter.ts";
import classes from "./dataset.module.css";
import { MapChips } from "./map-chips.tsx";
import { isFiltered, type ListFilter, toggleValue } from "./search.ts";
import { useDraft } from "./use-draft.ts";

type Facets = OutputOf<"datasets.facets">["facets"];
type Props = {
  project: string;
  dataset: number;
  filter: DatasetFilter;
  facets: Facets | undefined;
  onChange: (filter: DatasetFilter) => void;
};

const groups: { name: ListFilter; label: string }[] = [
  { name: "kind", label: "Kind" },
  { name: "role", label: "Has role" },
  { name: "lang", label: "Language" },
  { name: "source", label: "Source" },
  { name: "tag", label: "Tag" },
  { name: "finding", label: "Findings" },
  { name: "label", label: "Label state" },
];

const words: Record<string, string> = {
  none: "none",
  any: "any finding",
  "in-progress": "in progress",
};

/** Every condition with the exact number of rows behind each value. */
export function FilterPanel({ project, dataset, filter, facets, onChange }: Props) {
  return (
    <Stack gap="md" component="section" aria-label="Filters" className={classes.filters}>
      <Group justify="space-between" h={22}>
        <Text fw={650} size="sm">
          Filters
        </Text>
        {isFiltered(filter) && (
          <Button size="compact-xs" variant="subtle" onClick={() => onChange({})}>
            Clear all
          </Button>
        )}
      </Group>
      <MapChips {...{ project, dataset, filter, onChange }} />
      <RangeFilter label="Turns" name="turns" filter={filter} onChange={onChange} />
      <RangeFilter label="Tokens" name="tokens" filter={filter} onChange={onChange} />
      {groups.map(({ name, label }) => (
        <FacetGroup
          key={name}
          name={name}
          label={label}
          values={withChosen(facets?.[name] ?? [], filter[name])}
          filter={filter}
          onChange={onChange}
        />
      ))}
    </Stack>
  );
}

/** A chosen value stays visible when no row has it. */
function withChosen(values: Facets[string], chosen: readonly string[] = []) {
  const known = new Set(values.map((one) => one.value));
  return [
    ...values,
    ...chosen.filter((one) => !known.has(one)).map((value) => ({ value, count: 0 })),
  ];
}

type GroupProps = {
  name: ListFilter;
  label: string;
  values: Facets[string];
  filter: DatasetFilter;
  onChange: (filter: DatasetFilter) => void;
};

/** Values shown before “more”. */
const few = 6;

function FacetGroup({ name, label, values, filter, onChange }: GroupProps) {
  const [all, setAll] = useState(false);
  if (values.length === 0) return null;
  const chosen: readonly string[] = filter[name] ?? [];
  const shown = all
    ? values
    : values.filter((one, index) => index < few || chosen.includes(one.value));
  return (
    <fieldset className={classes.facet}>
      <legend>{label}</legend>
      {shown.map(({ value, count }) => (
        <Group key={value} gap={8} wrap="nowrap" justify="space-between">
          <Checkbox
            size="xs"
            label={
              <span className={classes.facetValue} dir="auto" title={value}>
                {words[value] ?? value}
              </span>
            }
            checked={chosen.includes(value)}
            onChange={() => onChange(toggleValue(filter, name, value))}
          />
          <Text size="xs" c="dimmed" className="tabular">
            {formatNumber(count)}
          </Text>
        </Group>
      ))}
      {values.length > few && (
        <Button size="compact-xs" variant="subtle" w="fit-content" onClick={() => setAll(!all)}>
          {all ? "Fewer" : `${formatNumber(values.length - few)} more`}
        </Button>
      )}
    </fieldset>
  );
}

type RangeProps = Pick<Props, "filter" | "onChange"> & { label: string; name: "turns" | "tokens" };

function RangeFilter({ label, name, filter, onChange }: RangeProps) {
  return (
    <fieldset className={classes.facet}>
      <legend>{label}</legend>
      <Group gap={6} wrap="nowrap">
        {(["Min", "Max"] as const).map((end) => (
          <RangeEnd
            key={end}
            label={`${label}, ${end === "Min" ? "at least" : "at most"}`}
            placeholder={end === "Min" ? "from" : "to"}
            value={filter[`${name}${end}`] ?? ""}
            onChange={(value) => {
              const { [`${name}${end}` as const]: _, ...rest } = filter;
              onChange(value === "" ? rest : { ...rest, [`${name}${end}`]: Number(value) });
            }}
          />
        ))}
      </Group>
    </fieldset>
  );
}

type EndProps = {
  label: string;
  placeholder: string;
  value: number | string;
  onChange: (value: number | string) => void;
};

/** A text of more tokens than this does not exist here. */
const mostDigits = 8;

function RangeEnd({ label, placeholder, value, onChange }: EndProps) {
  const [draft, setDraft] = useDraft(value, onChange, 400);
  return (
    <TextInput
      size="xs"
      aria-label={label}
      placeholder={placeholder}
      inputMode="numeric"
      value={draft}
      onChange={(event) => {
        const digits = event.currentTarget.value.replace(/\D/g, "").slice(0, mostDigits);
        setDraft(digits === "" ? "" : Number(digits));
      }}
    />
  );
}
