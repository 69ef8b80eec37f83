"use client";

import {
  Button,
  Group,
  Modal,
  NumberInput,
  Select,
  Stack,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";

export const trafficChoices = [
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

type Props = { project: string; opened: boolean; onClose: () => void };

export function CreateDeployment({ project, opened, onClose }: Props) {
  const router = useRouter();
  const policies = useOperation("policies.list", { project }, { enabled: opened });
  const [name, setName] = useState("");
  const [policy, setPolicy] = useState<string | null>("internal");
  const [system, setSystem] = useState("");
  const [traffic, setTraffic] = useState<string | null>("metadata");
  const [days, setDays] = useState<number | string>(30);
  const [temperature, setTemperature] = useState<number | string>(0);
  const act = useAct("deployments.create", {
    done: ({ name: made }) => `${made} was created`,
    refresh: ["deployments.list"],
    onDone: ({ name: made }) => router.push(`/p/${project}/promote/${encodeURIComponent(made)}`),
  });
  const list = policies.data?.policies ?? [];
  const about = list.find((one) => one.name === policy)?.about;
  return (
    <Modal opened={opened} onClose={onClose} title="New deployment" size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate({
            project,
            name: name.trim(),
            policy: policy ?? "internal",
            system,
            traffic: (traffic ?? "metadata") as "off" | "metadata" | "full",
            trafficDays: Number(days),
            parameters: { temperature: Number(temperature) },
          });
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            description="Programs ask the endpoint for this model name: small letters, digits, dots, hyphens, underscores"
            maxLength={63}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={act.error?.fieldError("name")}
            required
            data-autofocus
          />
          <Select
            inputWrapperOrder={below}
            label="Policy"
            description={about}
            data={list.map((one) => ({ value: one.name, label: one.title }))}
            value={policy}
            onChange={setPolicy}
            allowDeselect={false}
          />
          <Textarea
            label="System prompt"
            description="Part of what the gate measures"
            value={system}
            onChange={(event) => setSystem(event.currentTarget.value)}
            autosize
            minRows={2}
          />
          <Group grow align="flex-start">
            <NumberInput
              inputWrapperOrder={below}
              label="Temperature"
              description="0 answers the same each time"
              value={temperature}
              onChange={setTemperature}
              min={0}
              max={2}
              step={0.1}
            />
            <Select
              inputWrapperOrder={below}
              label="Keep of traffic"
              data={trafficChoices}
              value={traffic}
              onChange={setTraffic}
              allowDeselect={false}
            />
            <NumberInput
              inputWrapperOrder={below}
              label="For days"
              value={days}
              onChange={setDays}
              min={1}
              max={3650}
              allowDecimal={false}
            />
          </Group>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={act.isPending} disabled={name.trim() === ""}>
              Create
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
