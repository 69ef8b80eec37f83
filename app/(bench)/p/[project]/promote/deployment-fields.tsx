"use client";

import { Fieldset, Group, NumberInput, Select, Stack, Text, Textarea } from "@mantine/core";
import type { ClientError } from "#app/_ui/client.ts";
import { useOperation } from "#app/_ui/use-operation.ts";
import type { Sampling } from "#lib/core/sampling.ts";
import { ParameterFields } from "../playground/parameters.tsx";

export type Traffic = "off" | "metadata" | "full";

/** What creating and editing a deployment have in common. `days` is "" while its field is empty. */
export type DeploymentForm = {
  policy: string | null;
  system: string;
  parameters: Sampling;
  traffic: Traffic;
  days: number | "";
};

const trafficChoices: { value: Traffic; label: string }[] = [
  { value: "off", label: "Nothing" },
  { value: "metadata", label: "Figures without text" },
  { value: "full", label: "Figures and text" },
];

/** Hints stand below, so that inputs side by side are level. */
const below: ("label" | "input" | "description" | "error")[] = [
  "label",
  "input",
  "description",
  "error",
];

type Props = {
  project: string;
  value: DeploymentForm;
  onChange: (change: Partial<DeploymentForm>) => void;
  disabled?: boolean;
  /** What the server refused; what it says about the decoding is shown beside it. */
  error: ClientError | null;
};

/** Policy, system prompt, decoding and kept traffic of a deployment. */
export function DeploymentFields({ project, value, onChange, disabled = false, error }: Props) {
  const policies = useOperation("policies.list", { project });
  const refused = error?.issues.find(({ path }) => path.startsWith("parameters"));
  const list = policies.data?.policies ?? [];
  // Its name stands in for its title until that is known.
  const choices = list.map(({ name, title }) => ({ value: name, label: title }));
  if (choices.length === 0 && value.policy)
    choices.push({ value: value.policy, label: value.policy });
  return (
    <Stack>
      <Select
        inputWrapperOrder={below}
        label="Policy"
        description={list.find(({ name }) => name === value.policy)?.about}
        data={choices}
        error={policies.error?.message}
        value={value.policy}
        onChange={(policy) => onChange({ policy })}
        allowDeselect={false}
        disabled={disabled}
      />
      <Textarea
        label="System prompt"
        description="Part of what the gate measures"
        value={value.system}
        onChange={(event) => onChange({ system: event.currentTarget.value })}
        disabled={disabled}
        autosize
        minRows={2}
        maxRows={16}
      />
      <Fieldset legend="Decoding" disabled={disabled}>
        <Stack gap="xs">
          <Text size="xs" c="dimmed">
            Part of what the gate measures, and what every request gets that does not ask for
            something else. An empty field is the engine's own default; temperature 0 answers the
            same each time.
          </Text>
          <ParameterFields
            value={value.parameters}
            onChange={(parameters) => onChange({ parameters })}
          />
          {refused && (
            <Text size="sm" c="red" role="alert">
              {`${refused.path.replace("parameters.", "")}: ${refused.message}`}
            </Text>
          )}
        </Stack>
      </Fieldset>
      <Group grow align="flex-start">
        <Select
          label="Keep of traffic"
          data={trafficChoices}
          value={value.traffic}
          onChange={(traffic) => onChange({ traffic: traffic as Traffic })}
          allowDeselect={false}
          disabled={disabled}
        />
        <NumberInput
          label="For days"
          value={value.days}
          onChange={(days) => onChange({ days: typeof days === "number" ? days : "" })}
          min={1}
          max={3650}
          allowDecimal={false}
          disabled={disabled}
        />
      </Group>
    </Stack>
  );
}
