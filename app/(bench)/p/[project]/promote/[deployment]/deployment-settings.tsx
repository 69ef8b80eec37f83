"use client";

import { Checkbox, Group, Paper, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useAct } from "#app/_ui/use-operation.ts";
import type { Sampling } from "#lib/core/sampling.ts";
import { GreyedButton } from "../../models/greyed-button.tsx";
import { DeploymentFields, type DeploymentForm, type Traffic } from "../deployment-fields.tsx";
import type { DeploymentDetail } from "./deployment-view.tsx";

type Props = { project: string; one: DeploymentDetail; mayManage: boolean };

/** System prompt, decoding, policy and kept traffic. What the gate measured cannot be changed unnoticed. */
export function DeploymentSettings({ project, one, mayManage }: Props) {
  const before = formOf(one);
  const [form, setForm] = useState(before);
  const [ungate, setUngate] = useState(false);
  const act = useAct("deployments.update", {
    done: "Settings saved",
    refresh: ["deployments.show", "deployments.list", "gate.list"],
  });
  const measured =
    form.system !== before.system ||
    decodingKey(form.parameters) !== decodingKey(before.parameters);
  const mustConfirm = measured && one.live !== null;
  const changed =
    measured ||
    form.policy !== before.policy ||
    form.traffic !== before.traffic ||
    form.days !== before.days;
  const because = !mayManage
    ? "This needs the role maintainer"
    : !changed
      ? "Nothing was changed"
      : form.days === ""
        ? "A number is missing"
        : mustConfirm && !ungate
          ? "Confirm first that it stops answering until it is gated again"
          : undefined;
  return (
    <Paper p="md">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (because) return;
          const { policy, days, ...given } = form;
          act.mutate({
            project,
            deployment: one.name,
            revision: one.revision,
            ...given,
            trafficDays: Number(days),
            ...(policy && policy !== before.policy ? { policy } : {}),
            ungate,
          });
        }}
      >
        <Stack>
          <DeploymentFields
            project={project}
            value={form}
            onChange={(change) => setForm((now) => ({ ...now, ...change }))}
            disabled={!mayManage}
            error={act.error}
          />
          {form.policy !== before.policy && (
            <Text size="sm">
              The new policy counts from the next gate run on; what is live keeps the profile that
              it passed, and what passed under the old policy cannot be promoted any more.
            </Text>
          )}
          {mustConfirm && (
            <Checkbox
              label="It may stop answering until a new gate run passes"
              checked={ungate}
              onChange={(event) => setUngate(event.currentTarget.checked)}
            />
          )}
          {measured && !mustConfirm && (
            <Text size="sm">Gate runs that were made with the old settings become void.</Text>
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

function formOf({ policy, system, parameters, traffic, trafficDays }: DeploymentDetail) {
  const form: DeploymentForm = {
    policy,
    system,
    parameters: parameters as Sampling,
    traffic: traffic as Traffic,
    days: trafficDays,
  };
  return form;
}

/** Equal for equal decoding, in whatever order its fields were set. */
function decodingKey(parameters: Sampling): string {
  return JSON.stringify(Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)));
}
