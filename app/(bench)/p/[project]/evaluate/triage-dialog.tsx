"use client";

import {
  List,
  Modal,
  ScrollArea,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
} from "@mantine/core";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { DialogForm } from "#app/_ui/feedback/dialog-form.tsx";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { formatNumber } from "#app/_ui/format.ts";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import classes from "./evaluate.module.css";
import { ItemCard } from "./items-drawer.tsx";
import { checkTitle } from "./words.ts";

export type Finding = OutputOf<"findings.list">["findings"][number];
export type TriageState = Finding["state"];

export const triageStates: { value: TriageState; label: string }[] = [
  { value: "open", label: "Open" },
  { value: "resolved", label: "Resolved" },
  { value: "waived", label: "Waived" },
];

type Props = {
  project: string;
  /** One, or several that get one decision. */
  findings: [Finding, ...Finding[]];
  onClose: () => void;
  onDecided: () => void;
};

/** One decision with one reason about one finding or about many. */
export function TriageDialog({ project, findings, onClose, onDecided }: Props) {
  const [first, ...others] = findings;
  const alone = others.length === 0;
  const [state, setState] = useState<TriageState>(alone ? first.state : "resolved");
  const [reason, setReason] = useState(alone ? first.reason : "");
  const [owner, setOwner] = useState<string | null>(alone ? first.owner : null);
  const act = useAct("findings.triage-many", {
    done: ({ decided }) => (decided === 1 ? "Decided" : `${formatNumber(decided)} decided`),
    refresh: ["findings.list"],
    onDone: onDecided,
  });
  const members = useMembers(project);
  const title = alone ? first.suiteTitle : `Decide about ${formatNumber(findings.length)} findings`;
  return (
    <Modal opened onClose={onClose} title={title} size="lg">
      {alone ? <Item project={project} finding={first} /> : <Chosen findings={findings} />}
      <DialogForm
        onClose={onClose}
        act="Save"
        busy={act.isPending}
        disabled={state !== "open" && reason.trim() === ""}
        onSubmit={() =>
          act.mutate({
            project,
            scores: findings.map(({ score }) => score),
            state,
            reason,
            ...(owner ? { owner } : {}),
          })
        }
      >
        <SegmentedControl
          aria-label="State"
          data={triageStates}
          value={state}
          onChange={(value) => setState(value as TriageState)}
        />
        <Select
          label="Owner"
          placeholder="You"
          data={members}
          value={owner}
          onChange={setOwner}
          clearable
        />
        <Textarea
          label={alone ? "Reason" : "Reason for all of them"}
          description={state === "open" ? "Optional while it is open" : "Why it is settled"}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          autosize
          minRows={2}
          maxLength={2000}
          required={state !== "open"}
          error={act.error?.fieldError("reason")}
          {...(alone ? {} : { "data-autofocus": true })}
        />
      </DialogForm>
    </Modal>
  );
}

/** What one decision is about, by suite and check. */
function Chosen({ findings }: { findings: readonly Finding[] }) {
  const groups = [
    ...Map.groupBy(findings, ({ suiteTitle, check }) => `${suiteTitle}: ${checkTitle(check)}`),
  ];
  return (
    <ScrollArea.Autosize mah={220} mb="md" type="auto" viewportProps={{ tabIndex: 0 }}>
      <Stack gap="xs">
        {groups.map(([name, own]) => (
          <div key={name}>
            <Text size="sm" fw={500} className={classes.wrap}>
              {`${name} (${formatNumber(own.length)})`}
            </Text>
            <List size="sm" c="dimmed" className={classes.wrap}>
              {own.map(({ score, item, model }) => (
                <List.Item key={score}>{`${item} · ${model}`}</List.Item>
              ))}
            </List>
          </div>
        ))}
      </Stack>
    </ScrollArea.Autosize>
  );
}

/** What was asked and answered: nobody decides about an item unseen. */
function Item({ project, finding }: { project: string; finding: Finding }) {
  const { run, modelVersionId, suite, check, item } = finding;
  const query = useOperation("evaluations.items", {
    project,
    run,
    model: modelVersionId,
    suite,
    check,
    item,
  });
  const [found] = query.data?.items ?? [];
  return (
    <Stack gap="xs" mb="md">
      <Text size="sm" c="dimmed" className={classes.wrap}>
        {`${checkTitle(check)} · ${finding.model}`}
      </Text>
      {query.error && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <LoadingState rows={3} />}
      {found && <ItemCard item={found} check={check} />}
    </Stack>
  );
}

function useMembers(project: string): { value: string; label: string }[] {
  const list = useOperation("member.list", { project });
  return (list.data?.members ?? []).map(({ user, name }) => ({ value: user, label: name }));
}
