"use client";

import { Alert, JsonInput, List, Text } from "@mantine/core";
import { useState } from "react";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { useAct } from "#app/_ui/use-operation.ts";
import type { PolicyBody } from "./lines.ts";

type Props = {
  project: string;
  body: PolicyBody;
  /** One of the project's own is replaced; a copy of a shipped one is new. */
  own: boolean;
  onClose: () => void;
};

/** A policy as its file: every field is checked before it is stored. */
export function PolicyEditor({ project, body, own, onClose }: Props) {
  const [text, setText] = useState(() => JSON.stringify(body, null, 2));
  const act = useAct("policies.set", {
    done: ({ title, voided }) =>
      voided > 0 ? `${title} is stored; ${voided} gate runs are void` : `${title} is stored`,
    refresh: ["policies.list", "gate.list", "gate.show", "deployments.show"],
    onDone: onClose,
    notify: false,
  });
  const policy = parsed(text);
  return (
    <FormDialog
      onClose={onClose}
      title={own ? `Edit the policy ${body.title}` : "A policy of your own"}
      size="xl"
      act="Save policy"
      busy={act.isPending}
      disabled={!policy}
      onSubmit={() => {
        if (policy) act.mutate({ project, policy });
      }}
    >
      <Text size="sm">
        {own
          ? "Gate runs that were decided under the old text become void: what they let through is no longer served."
          : "It gets its own id and profile. The names lab, internal and public are taken."}
      </Text>
      <JsonInput
        label="Policy"
        description="assay.policy/1: shares are numbers from 0 to 1, 0.05 is 5 %"
        value={text}
        onChange={setText}
        error={policy ? undefined : "This is no JSON object yet"}
        autosize
        minRows={12}
        maxRows={24}
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
      />
      {act.error && (
        <Alert color="red" role="alert" title="Not stored">
          {act.error.message}
          {act.error.issues && act.error.issues.length > 1 && (
            <List size="sm" mt="xs">
              {act.error.issues.map((issue) => (
                <List.Item key={`${issue.path}-${issue.message}`}>
                  {`${issue.path}: ${issue.message}`}
                </List.Item>
              ))}
            </List>
          )}
        </Alert>
      )}
    </FormDialog>
  );
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
