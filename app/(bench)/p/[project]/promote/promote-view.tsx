"use client";

import { Badge, Button, Group, Paper, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconRocket } from "@tabler/icons-react";
import Link from "next/link";
import type { OutputOf } from "#app/_ui/client.ts";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { plural } from "#app/_ui/format.ts";
import { useOperation } from "#app/_ui/use-operation.ts";
import { GreyedButton } from "../models/greyed-button.tsx";
import { CreateDeployment } from "./create-deployment.tsx";
import { GateTable } from "./gate-table.tsx";
import classes from "./promote.module.css";

export type Deployment = OutputOf<"deployments.list">["deployments"][number];
type Props = { project: string; projectId: number; mayManage: boolean };

/** Deployments with what is live in them, and the newest gate runs. */
export function PromoteView({ project, projectId, mayManage }: Props) {
  const topics = [`project:${projectId}`];
  const list = useOperation("deployments.list", { project }, { topics });
  const gates = useOperation("gate.list", { project, limit: 20 }, { topics });
  const [creating, create] = useDisclosure(false);
  const newDeployment = (
    <GreyedButton
      onClick={create.open}
      because={mayManage ? undefined : "This needs the role maintainer"}
    >
      New deployment
    </GreyedButton>
  );
  return (
    <Page>
      <PageHeader
        title="Promote"
        note="A deployment is a name that the endpoint serves. Only a version that passed its gate and was signed goes live."
        actions={
          <>
            <Button component={Link} href={`/p/${project}/promote/policies`} variant="default">
              Policies
            </Button>
            {newDeployment}
          </>
        }
      />
      {list.error ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <LoadingState />
      ) : list.data.deployments.length === 0 ? (
        <EmptyState
          title="No deployments yet"
          icon={<IconRocket size={26} stroke={1.6} />}
          action={newDeployment}
        >
          Name one and choose its policy; then hold a model version against it.
        </EmptyState>
      ) : (
        <Stack gap="xl">
          <div className={classes.grid}>
            {list.data.deployments.map((one) => (
              <DeploymentCard key={one.id} project={project} one={one} />
            ))}
          </div>
          {gates.error && <ErrorState error={gates.error} onRetry={() => void gates.refetch()} />}
          {gates.data && gates.data.gates.length > 0 && (
            <section aria-label="Gate runs">
              <Text component="h2" fw={600} mb="xs">
                Gate runs
              </Text>
              <GateTable project={project} gates={gates.data.gates} />
            </section>
          )}
        </Stack>
      )}
      <CreateDeployment project={project} opened={creating} onClose={create.close} />
    </Page>
  );
}

/** What a deployment does now, in one badge. */
export function ServingBadge({ one }: { one: Deployment }) {
  const [color, words] = one.stoppedAt
    ? ["red", "Stopped"]
    : one.live === null
      ? ["gray", "Nothing live"]
      : one.live.served
        ? ["green", "Live"]
        : ["orange", "Not served: its gate no longer holds"];
  return (
    <Badge color={color} variant="light" radius="sm" className={classes.badge}>
      {words}
    </Badge>
  );
}

/** What is kept of its requests, in words. */
export function keptTraffic({
  traffic,
  trafficDays,
}: Pick<Deployment, "traffic" | "trafficDays">): string {
  if (traffic === "off") return "keeps nothing of its traffic";
  const what = traffic === "full" ? "figures and text" : "figures";
  return `keeps ${what} for ${plural(trafficDays, "day")}`;
}

function DeploymentCard({ project, one }: { project: string; one: Deployment }) {
  return (
    <Paper
      component={Link}
      href={`/p/${project}/promote/${encodeURIComponent(one.name)}`}
      p="md"
      className={classes.card}
    >
      <Group justify="space-between" gap="xs" align="flex-start">
        <Text fw={600} className={classes.wrap}>
          {one.name}
        </Text>
        <ServingBadge one={one} />
      </Group>
      <Text size="sm" mt={6} className={classes.wrap}>
        {one.live ? one.live.model : "No version has been promoted"}
      </Text>
      <Text size="xs" c="dimmed" mt={2}>
        {`Policy ${one.policy ?? "none"} · ${keptTraffic(one)}`}
      </Text>
    </Paper>
  );
}
