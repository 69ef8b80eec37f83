"use client";

import { Anchor, Group, Select, Stack, Text, Textarea, Timeline } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import { GreyedButton } from "../../models/greyed-button.tsx";
import { GateTable } from "../gate-table.tsx";
import classes from "../promote.module.css";
import { ServingBadge } from "../promote-view.tsx";
import { DeploymentSettings } from "./deployment-settings.tsx";

export type DeploymentDetail = OutputOf<"deployments.show">;
type Props = {
  project: string;
  initial: DeploymentDetail;
  may: { manage: boolean; promote: boolean; gate: boolean };
};

const maintainer = (may: boolean) => (may ? undefined : "This needs the role maintainer");

/** One deployment: what is live, its settings, its gate runs, and what was live when. */
export function DeploymentView({ project, initial, may }: Props) {
  const topics = [`deployment:${initial.id}`];
  const query = useOperation(
    "deployments.show",
    { project, deployment: initial.name },
    { initialData: initial, topics },
  );
  const gates = useOperation("gate.list", { project, deployment: initial.name }, { topics });
  const one = query.data ?? initial;
  const [gating, gate] = useDisclosure(false);
  const [act, setAct] = useState<"stop" | "rollback" | "resume">();
  const stopped = one.stoppedAt !== null;
  return (
    <Page>
      <PageHeader
        title={one.name}
        trail={[{ label: "Promote", href: `/p/${project}/promote` }]}
        note={
          <Group gap="xs">
            <ServingBadge one={one} />
            <span className={classes.wrap}>{live(one)}</span>
          </Group>
        }
        actions={
          <>
            <GreyedButton
              variant="default"
              onClick={() => setAct("rollback")}
              because={maintainer(may.promote) ?? rollbackRefusal(one)}
            >
              Roll back
            </GreyedButton>
            <GreyedButton
              color="red"
              variant={stopped ? "default" : "filled"}
              onClick={() => setAct(stopped ? "resume" : "stop")}
              because={
                maintainer(may.manage) ?? (one.live || stopped ? undefined : "Nothing is live yet")
              }
            >
              {stopped ? "Resume" : "Stop now"}
            </GreyedButton>
            <GreyedButton onClick={gate.open} because={maintainer(may.gate)}>
              Gate a version
            </GreyedButton>
          </>
        }
      />
      <div className={classes.columns}>
        <Stack gap="xl">
          <section aria-label="Gate runs">
            <Text component="h2" fw={600} mb="xs">
              Gate runs
            </Text>
            {gates.error ? (
              <ErrorState error={gates.error} onRetry={() => void gates.refetch()} />
            ) : gates.isPending ? (
              <LoadingState rows={3} />
            ) : gates.data.gates.length > 0 ? (
              <GateTable project={project} gates={gates.data.gates} ofOne />
            ) : (
              <Text size="sm" c="dimmed">
                None yet. Gate a model version: it is measured on the suites of the policy, with
                this deployment's system prompt and parameters.
              </Text>
            )}
          </section>
          <section aria-label="Settings">
            <Text component="h2" fw={600} mb="xs">
              Settings
            </Text>
            <DeploymentSettings
              key={one.revision}
              project={project}
              one={one}
              mayManage={may.manage}
            />
          </section>
        </Stack>
        <section aria-label="History">
          <Text component="h2" fw={600} mb="md">
            What was live when
          </Text>
          <History project={project} one={one} />
        </section>
      </div>
      <StartGate project={project} deployment={one.name} opened={gating} onClose={gate.close} />
      {act && (
        <PointerAct project={project} one={one} act={act} onClose={() => setAct(undefined)} />
      )}
    </Page>
  );
}

function rollbackRefusal(one: DeploymentDetail): string | undefined {
  if (!one.live) return "Nothing is live yet";
  return one.rollback === null
    ? "No earlier version whose gate run still holds was live here"
    : undefined;
}

function live(one: DeploymentDetail): string {
  if (!one.live) return "No version has been promoted";
  const stamp = one.live.stamp === "one-person" ? "signed by one person" : "signed by two people";
  return `${one.live.model} · profile ${one.live.profile ?? "none"} · ${stamp}${one.stopReason ? ` · stopped: ${one.stopReason}` : ""}`;
}

const acts: Record<string, string> = {
  create: "Created",
  promote: "Promoted",
  rollback: "Rolled back",
  stop: "Stopped",
  resume: "Resumed",
  settings: "Settings changed",
  expired: "A waiver ran out",
};

function History({ project, one }: { project: string; one: DeploymentDetail }) {
  return (
    <Timeline active={one.history.length} bulletSize={14} lineWidth={2}>
      {one.history.map((event) => (
        <Timeline.Item key={event.id} title={acts[event.act] ?? event.act}>
          {event.to && event.from !== event.to && (
            <Text size="sm" className={classes.wrap}>
              {event.from ? `${event.from} → ${event.to}` : event.to}
            </Text>
          )}
          {event.reason && (
            <Text size="sm" c="dimmed" className={classes.wrap} dir="auto">
              {event.reason}
            </Text>
          )}
          <Text size="xs" c="dimmed">
            {event.by ?? "Assay"}, <TimeAgo at={event.at} />
            {event.gate !== null && (
              <>
                {" · "}
                <Anchor
                  component={Link}
                  size="xs"
                  underline="always"
                  href={`/p/${project}/promote/gates/${event.gate}`}
                >{`gate run ${event.gate}`}</Anchor>
              </>
            )}
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

type StartProps = { project: string; deployment: string; opened: boolean; onClose: () => void };

function StartGate({ project, deployment, opened, onClose }: StartProps) {
  const router = useRouter();
  const models = useOperation("models.list", { project }, { enabled: opened });
  const versions = models.data?.versions.filter((one) => one.embedding === null);
  const [model, setModel] = useState<string | null>(null);
  const act = useAct("gate", {
    done: "The gate run is queued",
    refresh: ["gate.list"],
    onDone: ({ gate }) => router.push(`/p/${project}/promote/gates/${gate}`),
  });
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title={`Gate a version for ${deployment}`}
      act="Start"
      busy={act.isPending}
      disabled={!model}
      onSubmit={() => {
        if (model) act.mutate({ project, deployment, model });
      }}
    >
      {models.error && <ErrorState error={models.error} onRetry={() => void models.refetch()} />}
      <Select
        label="Model version"
        placeholder={models.isPending ? "Loading" : "Choose"}
        nothingFoundMessage="No such version"
        {...(versions?.length === 0
          ? { error: "This project has no model version yet. Train or register one first." }
          : {})}
        data={(versions ?? []).map(({ name }) => name)}
        value={model}
        onChange={setModel}
        searchable
        required
      />
      <Text size="sm" c="dimmed">
        Policy, suites, seed and artefact are locked before the first question is asked. Each
        further attempt of the same version is held to a stricter level.
      </Text>
    </FormDialog>
  );
}

const words = {
  stop: {
    title: "Stop now",
    text: "From the next request on nobody is answered, until it is resumed.",
    button: "Stop now",
  },
  resume: {
    title: "Resume",
    text: "The live version answers again.",
    button: "Resume",
  },
  rollback: {
    title: "Roll back",
    text: "It is the newest version that was live before, was not rolled back from, and whose gate run still holds.",
    button: "Roll back",
  },
} as const;

type ActProps = {
  project: string;
  one: DeploymentDetail;
  act: keyof typeof words;
  onClose: () => void;
};

function PointerAct({ project, one, act, onClose }: ActProps) {
  const [reason, setReason] = useState("");
  const options = {
    refresh: ["deployments.show", "deployments.list"] as ["deployments.show", "deployments.list"],
    onDone: onClose,
  };
  const stop = useAct("deployments.stop", { done: "Stopped", ...options });
  const resume = useAct("deployments.resume", { done: "Answers again", ...options });
  const rollback = useAct("rollback", { done: ({ live: now }) => `${now} is live`, ...options });
  const { title, text, button } = words[act];
  const pending = stop.isPending || resume.isPending || rollback.isPending;
  return (
    <FormDialog
      onClose={onClose}
      title={`${title}: ${one.name}`}
      act={button}
      color={act === "resume" ? "petrol" : "red"}
      busy={pending}
      disabled={act !== "resume" && reason.trim().length < 3}
      onSubmit={() => {
        const input = { project, deployment: one.name, reason };
        if (act === "stop") stop.mutate(input);
        else if (act === "resume") resume.mutate(input);
        else rollback.mutate({ ...input, revision: one.revision });
      }}
    >
      <Text size="sm" className={classes.wrap}>
        {act === "rollback" && one.rollback
          ? `${one.rollback} goes live instead of ${one.live?.model}. ${text}`
          : text}
      </Text>
      <Textarea
        label="Reason"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        required={act !== "resume"}
        autosize
        minRows={2}
        data-autofocus
      />
    </FormDialog>
  );
}
