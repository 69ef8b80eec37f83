"use client";

import {
  Anchor,
  NumberInput,
  Paper,
  Radio,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ClientError, OutputOf } from "#app/_ui/client.ts";
import { formatNumber, formatShort } from "#app/_ui/format.ts";
import {
  architectureFields,
  type Preset,
  presetHelp,
  presets,
  type Settings,
  ways,
  withWay,
} from "./settings.ts";

type Props = {
  settings: Settings;
  onChange: (part: Partial<Settings>) => void;
  onReplace: (settings: Settings) => void;
  snapshots: OutputOf<"snapshots.list">["snapshots"];
  versions: OutputOf<"models.list">["versions"];
  error: ClientError | null;
};

/** What is learned from, how, from which base or shape, and the name of the result. */
export function SourcePart({ settings, onChange, onReplace, snapshots, versions, error }: Props) {
  const chosen = snapshots.find((one) => String(one.id) === settings.snapshot);
  return (
    <>
      <Paper p="md" component="section" aria-label="Data and name">
        <Title order={2} mb="sm">
          Data and name
        </Title>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Select
            label="Snapshot"
            description={
              chosen
                ? `${formatNumber(chosen.counts.train)} training and ${formatNumber(chosen.counts.validation)} validation rows`
                : "Frozen rows with a split"
            }
            data={snapshots.map((one) => ({ value: String(one.id), label: one.name }))}
            value={settings.snapshot}
            onChange={(snapshot) => onChange({ snapshot })}
            searchable
            allowDeselect={false}
            error={error?.fieldError("snapshot")}
          />
          <TextInput
            label="Name of the model"
            description="A model of this name gets a new version"
            value={settings.model}
            onChange={(event) => onChange({ model: event.currentTarget.value })}
            maxLength={200}
            required
            error={error?.fieldError("model")}
          />
        </SimpleGrid>
      </Paper>
      <Paper p="md" component="section" aria-label="Method">
        <Radio.Group
          label={<Title order={2}>Method</Title>}
          value={settings.way}
          onChange={(way) => {
            const known = ways.find((one) => one.value === way);
            if (known) onReplace(withWay(settings, known.value));
          }}
        >
          <Stack gap="sm" mt="sm">
            {ways.map((way) => (
              <Radio key={way.value} value={way.value} label={way.label} description={way.help} />
            ))}
          </Stack>
        </Radio.Group>
        {settings.way === "pretrain" ? (
          <Shape settings={settings} onChange={onChange} error={error} />
        ) : (
          <Base settings={settings} onChange={onChange} versions={versions} error={error} />
        )}
      </Paper>
    </>
  );
}

type PartProps = Pick<Props, "settings" | "onChange" | "error">;

function Base({ settings, onChange, versions, error }: PartProps & Pick<Props, "versions">) {
  const models = usePathname().replace(/\/train$/, "");
  const local = versions.filter((one) => one.artefactDigest !== null && one.embedding === null);
  if (local.length === 0) {
    return (
      <Text size="sm" mt="md" role="status">
        There is no version with weights here yet. Train one from scratch, or{" "}
        <Anchor component={Link} href={models} size="sm">
          register a Hugging Face folder
        </Anchor>{" "}
        first.
      </Text>
    );
  }
  return (
    <Select
      mt="md"
      label="Start from"
      description="A registered version; register a Hugging Face folder on the models page to use it here"
      data={local.map((one) => ({
        value: one.name,
        label: `${one.name}${one.parameters === null ? "" : `, ${formatShort(one.parameters)} parameters`}`,
      }))}
      value={settings.base}
      onChange={(base) => onChange({ base })}
      searchable
      required
      error={error?.fieldError("base")}
    />
  );
}

function Shape({ settings, onChange, error }: PartProps) {
  const { preset, architecture } = settings;
  return (
    <Stack gap="xs" mt="md" align="stretch">
      <SegmentedControl
        aria-label="Size"
        data={[
          { value: "tiny", label: "Tiny" },
          { value: "small", label: "Small" },
          { value: "custom", label: "Custom" },
        ]}
        value={preset}
        onChange={(value) => {
          const next = value as Preset;
          onChange({
            preset: next,
            ...(next === "custom" ? {} : { architecture: presets[next] }),
          });
        }}
      />
      <Text size="sm" c="dimmed">
        {presetHelp(preset, architecture)}
      </Text>
      {preset === "custom" && (
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
          {architectureFields.map(({ name, label, help, min, max }) => (
            <NumberInput
              key={name}
              label={label}
              description={help}
              inputWrapperOrder={["label", "input", "description", "error"]}
              min={min}
              max={max}
              allowDecimal={false}
              value={architecture[name]}
              onChange={(value) =>
                typeof value === "number" &&
                onChange({ architecture: { ...architecture, [name]: value } })
              }
              error={error?.fieldError(`architecture.${name}`)}
            />
          ))}
        </SimpleGrid>
      )}
    </Stack>
  );
}
