"use client";

import { Alert, Button, Paper, Stack, Text, Title } from "@mantine/core";
import { IconCamera } from "@tabler/icons-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect, useEffectEvent, useState } from "react";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { askFailed, useAct, useOperation } from "#app/_ui/use-operation.ts";
import { GreyedButton } from "../greyed-button.tsx";
import classes from "../models.module.css";
import { HyperPart } from "./hyper-part.tsx";
import { choicesOf, initialSettings, missingOf, type Settings } from "./settings.ts";
import { SourcePart } from "./source-part.tsx";
import { TrainingPreview } from "./training-preview.tsx";

type Props = {
  project: string;
  mayTrain: boolean;
  /** Chosen by the link that led here. */
  snapshot: string | null;
  base: string | null;
};

/** How often an installation is looked at: it moves by minutes. */
const lookEveryMs = 4000;

/** Chooses data, method and settings, shows what they mean before anything runs, and starts the training. */
export function TrainWizard({ project, mayTrain, snapshot, base }: Props) {
  const snapshots = useOperation("snapshots.list", { project });
  const models = useOperation("models.list", { project });
  const error = snapshots.error ?? models.error;
  const first = snapshots.data?.snapshots[0];
  const known = snapshots.data?.snapshots.find(
    (one) => snapshot === String(one.id) || snapshot === one.name,
  );
  return (
    <Page>
      <PageHeader
        title="Train a model"
        note="The result is a new version that names everything it was made from."
        trail={[{ label: "Models", href: `/p/${project}/models` }]}
      />
      {error ? (
        <ErrorState error={error} onRetry={askFailed(snapshots, models)} />
      ) : !snapshots.data || !models.data ? (
        <LoadingState />
      ) : !first ? (
        <EmptyState
          title="Nothing to learn from yet"
          icon={<IconCamera size={26} stroke={1.6} />}
          action={
            <Button component={Link} href={`/p/${project}/datasets`}>
              Open the datasets
            </Button>
          }
        >
          Models learn from snapshots only, so that a training can be had again. Open a dataset and
          freeze one.
        </EmptyState>
      ) : (
        <TrainForm
          project={project}
          mayTrain={mayTrain}
          snapshots={snapshots.data.snapshots}
          versions={models.data.versions}
          initial={initialSettings({ snapshot: String((known ?? first).id), base })}
        />
      )}
    </Page>
  );
}

type FormProps = {
  project: string;
  mayTrain: boolean;
  initial: Settings;
} & Pick<Parameters<typeof SourcePart>[0], "snapshots" | "versions">;

function TrainForm({ project, mayTrain, initial, snapshots, versions }: FormProps) {
  const router = useRouter();
  const [settings, setSettings] = useState(initial);
  const change = (part: Partial<Settings>) => setSettings((now) => ({ ...now, ...part }));
  const training = useTrainingState(project);
  const start = useAct("train", {
    notify: false,
    onDone: ({ run }) => router.push(`/p/${project}/runs/${run}`),
  });
  const missing = missingOf(settings);
  const unready = training && training.state !== "ready" ? trainingWords(training) : undefined;
  const because = mayTrain ? (unready ?? missing) : "Training needs the role maintainer";
  return (
    <form
      className={classes.columns}
      onSubmit={(event) => {
        event.preventDefault();
        if (because) return;
        const { project: _project, ...choices } = choicesOf(project, settings);
        start.mutate({
          project,
          ...choices,
          model: settings.model.trim(),
          canaries: settings.canaries,
        });
      }}
    >
      <Stack gap="lg">
        {unready && (
          <Alert
            color={training?.state === "installing" ? "gray" : "red"}
            title="Training is not ready"
            role="status"
          >
            {unready}
          </Alert>
        )}
        <SourcePart
          settings={settings}
          onChange={change}
          onReplace={setSettings}
          snapshots={snapshots}
          versions={versions}
          error={start.error}
        />
        <HyperPart settings={settings} onChange={change} gpus={training?.gpus ?? []} />
      </Stack>
      <div className={classes.sticky}>
        <Stack gap="md">
          <TrainingPreview
            project={project}
            settings={settings}
            because={
              mayTrain
                ? (unready ?? (settings.snapshot ? baseMissing(settings) : missing))
                : "A preview needs the role maintainer"
            }
          />
          <Paper p="md" component="section" aria-label="Start">
            <Title order={2} mb="xs">
              Start
            </Title>
            <Text size="sm" mb="sm" c="dimmed">
              It runs in the background. You can cancel it, and it goes on from its last checkpoint
              when it is run again.
            </Text>
            {start.error && (
              <Alert color="red" role="alert" mb="sm">
                {start.error.message}
              </Alert>
            )}
            <StartButton because={because} busy={start.isPending} />
            {because && (
              <Text size="sm" mt={6} c="dimmed">
                {because}
              </Text>
            )}
          </Paper>
        </Stack>
      </div>
    </form>
  );
}

const baseMissing = (settings: Settings) =>
  settings.way !== "pretrain" && !settings.base ? "Choose the version to start from" : undefined;

function StartButton({ because, busy }: { because: string | undefined; busy: boolean }) {
  if (because) return <GreyedButton because={because}>Start training</GreyedButton>;
  return (
    <Button type="submit" loading={busy}>
      Start training
    </Button>
  );
}

/** Asked again and again while it installs, so that the button wakes by itself. */
function useTrainingState(project: string) {
  const query = useOperation("training.state", { project });
  const installing = query.data?.state === "installing";
  const look = useEffectEvent(() => void query.refetch());
  useEffect(() => {
    if (!installing) return;
    const timer = setInterval(look, lookEveryMs);
    return () => clearInterval(timer);
  }, [installing]);
  return query.data;
}

function trainingWords({ state, message }: { state: string; message: string }): string {
  if (state !== "installing") return `Training cannot run here: ${message}`;
  return message.startsWith("installing")
    ? `Training is ${message}. Everything else works meanwhile.`
    : message;
}
