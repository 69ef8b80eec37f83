"use client";

import { Text } from "@mantine/core";
import { plural } from "#app/_ui/format.ts";
import type { RunView } from "#app/_ui/runs/run-progress.tsx";

/** With what the run asks, in a line. */
export function RunSettings({ run }: { run: RunView }) {
  const parameters = Object.entries(run.input.parameters ?? {}).map(
    ([name, value]) =>
      `${name.replaceAll("_", " ")} ${Array.isArray(value) ? JSON.stringify(value) : value}`,
  );
  const samples = typeof run.input.samples === "number" ? run.input.samples : 1;
  const parts = [
    ...(parameters.length > 0 ? parameters : ["default parameters"]),
    plural(samples, "answer a prompt", "answers a prompt"),
  ];
  const { system } = run.input;
  return (
    <div>
      <Text size="sm" c="dimmed">
        {parts.join(" · ")}
      </Text>
      {typeof system === "string" && system !== "" && (
        <Text size="sm" c="dimmed" lineClamp={2} dir="auto">
          System prompt: {system}
        </Text>
      )}
    </div>
  );
}
