"use client";

import { Group, Modal, NumberInput, Select, Text, TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { DialogForm } from "#app/_ui/feedback/dialog-form.tsx";
import { plural } from "#app/_ui/format.ts";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import type { Dataset } from "./dataset-header.tsx";
import { isFiltered } from "./search.ts";
import { useSearch } from "./use-search.ts";

type Props = { project: string; dataset: Dataset; opened: boolean; onClose: () => void };

/** Freezes what the page shows now: version, filter, split, seed. */
export default function SnapshotDialog({ opened, onClose, ...rest }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Freeze a snapshot" size="md">
      {opened && <SnapshotForm {...rest} onClose={onClose} />}
    </Modal>
  );
}

const parts = [
  { name: "train", label: "Train" },
  { name: "validation", label: "Validation" },
  { name: "test", label: "Test" },
] as const;

const leakActs = [
  { value: "leave-out", label: "Leave them out" },
  { value: "keep", label: "Keep them: above 5 % a score is contaminated" },
  { value: "refuse", label: "Freeze nothing, and say how many" },
] as const;

function SnapshotForm({ project, dataset, onClose }: Omit<Props, "opened">) {
  const router = useRouter();
  const { search } = useSearch();
  const [name, setName] = useState("");
  const [split, setSplit] = useState({ train: 90, validation: 5, test: 5 });
  const [seed, setSeed] = useState(0);
  const [leaks, setLeaks] = useState<(typeof leakActs)[number]["value"]>("leave-out");
  const version = search.version ?? dataset.version;
  const { filter } = search;
  const count = useOperation("datasets.facets", { project, dataset: dataset.id, version, filter });
  const freeze = useAct("snapshot", {
    notify: false,
    done: (made) => {
      if (made.run !== null) {
        return `These are many rows, so run ${made.run} freezes them; look under Runs.`;
      }
      const out = made.leaks?.leftOut ?? 0;
      return `Snapshot “${made.name}” is frozen.${out ? ` ${plural(out, "row")} that repeat an exam were left out.` : ""}`;
    },
    refresh: ["snapshots.list"],
    onDone: () => {
      onClose();
      router.push(`/p/${project}/datasets/${dataset.id}/snapshots`);
    },
  });
  const sum = split.train + split.validation + split.test;
  return (
    <DialogForm
      onClose={onClose}
      act="Freeze"
      busy={freeze.isPending}
      disabled={sum !== 100}
      error={freeze.error}
      onSubmit={() =>
        freeze.mutate({
          project,
          dataset: dataset.id,
          version,
          filter,
          split,
          seed,
          leaks,
          ...(name.trim() ? { name: name.trim() } : {}),
        })
      }
    >
      <Text size="sm">
        Version {version}, {isFiltered(filter) ? "the filter of this page" : "all conversations"}
        {count.data && `: ${plural(count.data.total, "conversation")}`}. Training and test scores
        are made from snapshots only, so that a result can be had again.
      </Text>
      <TextInput
        label="Name"
        description={`“${dataset.name} v${version}” when left empty`}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={200}
        error={freeze.error?.fieldError("name")}
        data-autofocus
      />
      <Group grow align="flex-start">
        {parts.map((part) => (
          <NumberInput
            key={part.name}
            label={part.label}
            suffix=" %"
            min={0}
            max={100}
            allowDecimal={false}
            value={split[part.name]}
            onChange={(value) => setSplit({ ...split, [part.name]: Number(value) || 0 })}
          />
        ))}
      </Group>
      {sum !== 100 && (
        <Text size="sm" c="red.9" role="alert">
          The shares add up to {sum} %; they must make 100 %.
        </Text>
      )}
      <NumberInput
        label="Seed"
        description="The same seed puts the same conversations on the same side."
        min={0}
        max={2 ** 31 - 1}
        allowDecimal={false}
        value={seed}
        onChange={(value) => setSeed(Number(value) || 0)}
      />
      <Select
        label="Training rows that repeat a test side or a suite"
        description="The same words, in another order, or with up to a tenth of them edited"
        data={leakActs}
        value={leaks}
        allowDeselect={false}
        onChange={(value) => value && setLeaks(value)}
      />
      <Text size="sm" c="dimmed">
        Edits of one text and texts that are the same but for case and punctuation stay on one side.
        What was in a test side before stays there.
      </Text>
    </DialogForm>
  );
}
