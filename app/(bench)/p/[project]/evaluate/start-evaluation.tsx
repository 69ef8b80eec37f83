"use client";

import { Group, MultiSelect, NumberInput, Text } from "@mantine/core";
import { useState } from "react";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";

type Props = { project: string; opened: boolean; onClose: () => void; onStarted: () => void };

/** Chooses model versions and suites and queues their evaluation. */
export function StartEvaluation({ project, opened, onClose, onStarted }: Props) {
  const models = useOperation("models.list", { project }, { enabled: opened });
  const suites = useOperation("suites.list", { project }, { enabled: opened });
  const [chosen, setChosen] = useState<string[]>([]);
  const [on, setOn] = useState<string[]>([]);
  const [sample, setSample] = useState<number | string>("");
  const [seed, setSeed] = useState<number | string>(1);
  const act = useAct("evaluate", {
    done: "The evaluation is queued",
    refresh: ["runs.list"],
    onDone: onStarted,
  });
  const versions = (models.data?.versions ?? []).filter((one) => one.embedding === null);
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title="Evaluate a model"
      size="lg"
      act="Evaluate"
      busy={act.isPending}
      disabled={chosen.length === 0}
      onSubmit={() =>
        act.mutate({
          project,
          models: chosen,
          suites: on,
          seed: Number(seed),
          ...(sample === "" ? {} : { sample: Number(sample) }),
        })
      }
    >
      <MultiSelect
        label="Model versions"
        placeholder={models.isPending ? "Loading" : chosen.length === 0 ? "Choose" : ""}
        error={models.error?.message}
        data={versions.map(({ name }) => name)}
        value={chosen}
        onChange={setChosen}
        searchable
        maxValues={10}
        required
      />
      <MultiSelect
        label="Suites"
        description="All that ship with Assay when none is chosen"
        error={suites.error?.message}
        data={(suites.data?.suites ?? []).map(({ slug, title }) => ({
          value: slug,
          label: title,
        }))}
        value={on}
        onChange={setOn}
        searchable
        clearable
      />
      <Group grow>
        <NumberInput
          label="Items of each suite"
          description="All when empty"
          value={sample}
          onChange={setSample}
          min={1}
          allowDecimal={false}
        />
        <NumberInput
          label="Seed"
          description="Equal seeds ask the same items"
          value={seed}
          onChange={setSeed}
          min={0}
          allowDecimal={false}
        />
      </Group>
      <Text size="sm" c="dimmed">
        Answers are decoded greedily. What was measured in the same way before is taken over.
      </Text>
    </FormDialog>
  );
}
