"use client";

import { Alert, Group, Paper, Stack, Table, Text, Textarea } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { RunProgress } from "#app/_ui/runs/run-progress.tsx";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import { GreyedButton } from "../../../models/greyed-button.tsx";
import { VerdictBadge } from "../../gate-table.tsx";
import classes from "../../promote.module.css";
import { CheckTable } from "./check-table.tsx";
import { Compared } from "./compared.tsx";
import { Missing } from "./missing.tsx";

export type GateDetail = OutputOf<"gate.show">;
type Props = {
  project: string;
  userId: string;
  initial: GateDetail;
  may: { sign: boolean; promote: boolean; cancel: boolean };
};

/** One gate run: every check against its line, what is missing, who signed, and the way to go live. */
export function GateView({ project, userId, initial, may }: Props) {
  const query = useOperation(
    "gate.show",
    { project, gate: initial.id },
    {
      initialData: initial,
      topics: [`gate:${initial.id}`, ...(initial.run === null ? [] : [`run:${initial.run}`])],
    },
  );
  const gate = query.data ?? initial;
  const base = `/p/${project}/promote`;
  const open = gate.verdict === null && gate.run !== null;
  return (
    <Page wide>
      <PageHeader
        title={`${gate.model} for ${gate.deployment}`}
        trail={[
          { label: "Promote", href: base },
          { label: gate.deployment, href: `${base}/${encodeURIComponent(gate.deployment)}` },
        ]}
        note={
          <Group gap="xs">
            <VerdictBadge gate={gate} />
            <span className={classes.wrap}>
              {`Gate run ${gate.id} · policy ${gate.policy} · attempt ${gate.attempt} · seed ${gate.seed}${gate.champion ? ` · against ${gate.champion}` : " · nothing live to compare with"}`}
            </span>
          </Group>
        }
        actions={<PromoteButton project={project} gate={gate} mayPromote={may.promote} />}
      />
      <Stack gap="xl">
        {gate.voidReason && (
          <Alert color="gray" title="This gate run is void">
            {`${gate.voidReason} Start a new one.`}
          </Alert>
        )}
        {open && gate.run !== null && (
          <RunProgress
            project={project}
            run={gate.run}
            mayCancel={may.cancel}
            onEnd={() => void query.refetch()}
          />
        )}
        <Missing gate={gate} />
        {gate.checks.length > 0 && (
          <section aria-label="Checks">
            <Text component="h2" fw={600} mb="xs">
              Checks
            </Text>
            <CheckTable project={project} gate={gate} mayWaive={may.sign} />
          </section>
        )}
        <div className={classes.columns}>
          <Compared gate={gate} />
          <Stack gap="xl">
            <Signatures project={project} gate={gate} userId={userId} maySign={may.sign} />
            <Locked gate={gate} />
          </Stack>
        </div>
      </Stack>
    </Page>
  );
}

type ButtonProps = { project: string; gate: GateDetail; mayPromote: boolean };

function PromoteButton({ project, gate, mayPromote }: ButtonProps) {
  const router = useRouter();
  const act = useAct("promote", {
    done: ({ live }) => `${live} is live`,
    refresh: ["gate.show", "deployments.list", "deployments.show"],
    onDone: ({ deployment }) =>
      router.push(`/p/${project}/promote/${encodeURIComponent(deployment)}`),
  });
  const because = !mayPromote
    ? "This needs the role maintainer"
    : gate.live
      ? "This version is live"
      : gate.promotion.allowed
        ? undefined
        : gate.promotion.reasons.join(" ");
  return (
    <GreyedButton
      because={because}
      loading={act.isPending}
      onClick={() => act.mutate({ project, deployment: gate.deployment, gate: gate.id })}
    >
      Promote
    </GreyedButton>
  );
}

type SignProps = { project: string; gate: GateDetail; userId: string; maySign: boolean };

function Signatures({ project, gate, userId, maySign }: SignProps) {
  const [comment, setComment] = useState("");
  const act = useAct("gate.sign", {
    done: ({ reason }) => `Signed. ${reason}`,
    refresh: ["gate.show", "deployments.show"],
  });
  const mine = gate.signatures.some(({ user }) => user === userId);
  const because = !maySign
    ? "This needs the role maintainer"
    : gate.voidReason
      ? "This gate run is void"
      : gate.verdict !== "PASS"
        ? "Only a gate run that passed can be signed"
        : mine
          ? "You have signed"
          : undefined;
  return (
    <section aria-label="Signatures">
      <Text component="h2" fw={600} mb="xs">
        Signatures
      </Text>
      <Paper p="md">
        <Stack gap="sm">
          <Text size="sm">{gate.signoff.reason}</Text>
          {gate.signatures.map((one) => (
            <div key={one.user}>
              <Text size="sm" fw={600} className={classes.wrap}>
                {one.name}
              </Text>
              <Text size="xs" c="dimmed" className={classes.wrap} dir="auto">
                <TimeAgo at={one.at} />
                {one.comment && ` · ${one.comment}`}
              </Text>
            </div>
          ))}
          {because === undefined && (
            <Textarea
              label="Comment"
              value={comment}
              onChange={(event) => setComment(event.currentTarget.value)}
              autosize
            />
          )}
          <Group justify="flex-end">
            <GreyedButton
              variant="default"
              because={because}
              loading={act.isPending}
              onClick={() => act.mutate({ project, gate: gate.id, comment })}
            >
              Sign
            </GreyedButton>
          </Group>
        </Stack>
      </Paper>
    </section>
  );
}

/** `temperature 0, top p 0.9` */
function parameters(given: GateDetail["parameters"]): string {
  const words = Object.entries(given).map(
    ([name, value]) =>
      `${name.replaceAll("_", " ")} ${typeof value === "object" ? JSON.stringify(value) : value}`,
  );
  return words.join(", ") || "none";
}

function Locked({ gate }: { gate: GateDetail }) {
  const rows: [string, string][] = [
    ["Artefact", gate.artefactDigest.slice(0, 16)],
    ["Policy", gate.policyHash.slice(0, 16)],
    ["Confidence level", gate.level === null ? "–" : `${(100 * gate.level).toFixed(2)} %`],
    ["System prompt", gate.system || "none"],
    ["Parameters", parameters(gate.parameters)],
  ];
  return (
    <section aria-label="What was locked">
      <Text component="h2" fw={600} mb="xs">
        What was locked
      </Text>
      <Paper p="md">
        <Table
          aria-label="What was locked"
          withRowBorders={false}
          verticalSpacing={4}
          horizontalSpacing={0}
        >
          <Table.Tbody>
            {rows.map(([what, value]) => (
              <Table.Tr key={what}>
                <Table.Th scope="row" fw={400} c="dimmed" w="9rem">
                  {what}
                </Table.Th>
                <Table.Td className={classes.wrap} dir="auto">
                  {value}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Paper>
    </section>
  );
}
