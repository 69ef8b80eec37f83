"use client";

import { Checkbox, Group, NumberInput, Paper, Select, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import { GreyedButton } from "../../models/greyed-button.tsx";
import { trafficChoices } from "../create-deployment.tsx";
import type { DeploymentDetail } from "./deployment-view.tsx";

/** Hints stand below, so that inputs side by side are level. */
const below: ("label" | "input" | "description" | "error")[] = [
  "label",
  "input",
  "description",
  "error",
];

type Props = { project: string; one: DeploymentDetail; mayManage: boolean };

/** System prompt, decoding, policy and kept traffic. What the gate measured cannot be changed unnoticed. */
export function DeploymentSettings({ project, one, mayManage }: Props) {
  const policies = useOperation("policies.list", { project });
  const before = Number(one.parameters.temperature ?? 1);
  const [system, setSystem] = useState(one.system);
  const [temperature, setTemperature] = useState<number | string>(before);
  const [policy, setPolicy] = useState(one.policy);
  const [traffic, setTraffic] = useState<string | null>(one.traffic);
  const [days, setDays] = useState<number | string>(one.trafficDays);
  const [ungate, setUngate] = useState(false);
  const act = useAct("deployments.update", {
    done: "Settings saved",
    refresh: ["deployments.show", "deployments.list", "gate.list"],
  });
  const measured = system !== one.system || Number(temperature) !== before;
  const mustConfirm = measured && one.live !== null;
  const changed =
    measured ||
    policy !== one.policy ||
    traffic !== one.traffic ||
    Number(days) !== one.trafficDays;
  const because = !mayManage
    ? "This needs the role maintainer"
    : !changed
      ? "Nothing was changed"
      : days === "" || temperature === ""
        ? "A number is missing"
        : mustConfirm && !ungate
          ? "Confirm first that it stops answering until it is gated again"
          : undefined;
  const about = policies.data?.policies.find(({ name }) => name === policy)?.about;
  return (
    <Paper p="md">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (because) return;
          act.mutate({
            project,
            deployment: one.name,
            revision: one.revision,
            system,
            parameters: { ...one.parameters, temperature: Number(temperature) },
            traffic: (traffic ?? "metadata") as "off" | "metadata" | "full",
            trafficDays: Number(days),
            ...(policy && policy !== one.policy ? { policy } : {}),
            ungate,
          });
        }}
      >
        <Stack>
          <Textarea
            label="System prompt"
            description="Part of what the gate measures"
            value={system}
            onChange={(event) => setSystem(event.currentTarget.value)}
            disabled={!mayManage}
            autosize
            minRows={2}
          />
          <Group grow align="flex-start">
            <NumberInput
              inputWrapperOrder={below}
              label="Temperature"
              description="0 answers the same each time; part of what the gate measures"
              value={temperature}
              onChange={setTemperature}
              min={0}
              max={2}
              step={0.1}
              disabled={!mayManage}
            />
            <Select
              inputWrapperOrder={below}
              label="Policy"
              description={about}
              data={(policies.data?.policies ?? []).map(({ name, title }) => ({
                value: name,
                label: title,
              }))}
              value={policy}
              onChange={setPolicy}
              allowDeselect={false}
              disabled={!mayManage}
            />
          </Group>
          <Group grow align="flex-start">
            <Select
              inputWrapperOrder={below}
              label="Keep of traffic"
              data={trafficChoices}
              value={traffic}
              onChange={setTraffic}
              allowDeselect={false}
              disabled={!mayManage}
            />
            <NumberInput
              inputWrapperOrder={below}
              label="For days"
              value={days}
              onChange={setDays}
              min={1}
              max={3650}
              allowDecimal={false}
              disabled={!mayManage}
            />
          </Group>
          {policy !== one.policy && (
            <Text size="sm">
              The new policy counts from the next gate run on; what is live keeps the profile that
              it passed.
            </Text>
          )}
          {mustConfirm && (
            <Checkbox
              label="It may stop answering until a new gate run passes"
              checked={ungate}
              onChange={(event) => setUngate(event.currentTarget.checked)}
            />
          )}
          <Group justify="flex-end">
            <GreyedButton
              because={because}
              loading={act.isPending}
              {...(because === undefined ? { type: "submit" as const } : {})}
            >
              Save settings
            </GreyedButton>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
