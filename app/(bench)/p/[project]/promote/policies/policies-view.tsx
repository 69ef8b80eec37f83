"use client";

import { Badge, Group, Paper, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { formatPercent, plural } from "#app/_ui/format.ts";
import { StackedTable } from "#app/_ui/table/stacked-table.tsx";
import { useOperation } from "#app/_ui/use-operation.ts";
import { GreyedButton } from "../../models/greyed-button.tsx";
import { tiers } from "../gates/[gate]/tiers.ts";
import classes from "../promote.module.css";
import { lineWords, type PolicyBody, suitesOf } from "./lines.ts";
import { PolicyEditor } from "./policy-editor.tsx";

type List = OutputOf<"policies.list">;
type Policy = List["policies"][number];
type Props = { project: string; initial: List; mayWrite: boolean };

const owner = (may: boolean) => (may ? undefined : "This needs the role owner");

/** What each policy asks of a version, check by check; the project's own can be edited. */
export function PoliciesView({ project, initial, mayWrite }: Props) {
  const { data } = useOperation("policies.list", { project }, { initialData: initial });
  const [editing, setEditing] = useState<{ body: PolicyBody; own: boolean }>();
  const list = data ?? initial;
  return (
    <Page>
      <PageHeader
        title="Policies"
        trail={[{ label: "Promote", href: `/p/${project}/promote` }]}
        note="A policy names the checks that a version must pass, with their lines. The three that ship keep their text; copy one to make your own."
      />
      <Stack gap="lg">
        {list.policies
          .toSorted((a, b) => place(a) - place(b))
          .map((one) => (
            <PolicyCard
              key={one.id}
              one={one}
              mayWrite={mayWrite}
              onEdit={() => setEditing(editable(one))}
            />
          ))}
      </Stack>
      {editing && (
        <PolicyEditor
          project={project}
          body={editing.body}
          own={editing.own}
          onClose={() => setEditing(undefined)}
        />
      )}
    </Page>
  );
}

/** As a person would write it: the database keeps no order of fields. */
function ordered(given: PolicyBody): PolicyBody {
  const { schema, id, profile, title, about, alpha, signoffs, waiverDays, ...rest } = given;
  const checks = rest.checks.map(
    ({ id: name, title: what, tier, hard, notInformative, measure }) => ({
      id: name,
      title: what,
      tier,
      hard,
      notInformative,
      measure,
    }),
  );
  return { schema, id, profile, title, about, alpha, signoffs, waiverDays, ...rest, checks };
}

/** The shipped ones from the least to the most strict, then the project's own. */
const strictness = ["lab", "internal", "public"];
const place = ({ name, shipped }: Policy) =>
  shipped ? strictness.indexOf(name) : strictness.length;

function editable(one: Policy): { body: PolicyBody; own: boolean } {
  const body = ordered(one.body as PolicyBody);
  if (!one.shipped) return { body, own: true };
  const id = `${body.id}-own`;
  return { body: { ...body, id, profile: id, title: `${body.title}, ours` }, own: false };
}

type CardProps = { one: Policy; mayWrite: boolean; onEdit: () => void };

function PolicyCard({ one, mayWrite, onEdit }: CardProps) {
  const body = one.body as PolicyBody;
  return (
    <Paper component="section" aria-label={one.title} p="md">
      <Group justify="space-between" align="flex-start" gap="xs">
        <Group gap="xs">
          <Text component="h2" fw={600} className={classes.wrap}>
            {one.title}
          </Text>
          <Badge variant="light" color={one.shipped ? "gray" : "petrol"}>
            {one.shipped ? "Ships with Assay" : "Yours"}
          </Badge>
        </Group>
        <GreyedButton size="xs" variant="default" onClick={onEdit} because={owner(mayWrite)}>
          {one.shipped ? "Copy and edit" : "Edit"}
        </GreyedButton>
      </Group>
      {one.about && (
        <Text size="sm" mt={4} className={classes.wrap}>
          {one.about}
        </Text>
      )}
      <Text size="xs" c="dimmed" mt={4} className={classes.wrap}>
        {`Stamped “${one.profile}” · ${plural(body.signoffs, "signature")} · waivers of at most ${plural(body.waiverDays, "day")} · each check wrong at most ${formatPercent(body.alpha)} of the time · ${one.hash.slice(0, 12)}`}
      </Text>
      <StackedTable aria-label={`Checks of ${one.title}`} minWidth={840} mt="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="30%">Check</Table.Th>
            <Table.Th>About</Table.Th>
            <Table.Th>Effect</Table.Th>
            <Table.Th>Line</Table.Th>
            <Table.Th w="30%">Suites</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {body.checks.map((check) => (
            <Table.Tr key={check.id}>
              <Table.Td className={classes.wrap}>{check.title}</Table.Td>
              <Table.Td className={classes.number} data-label="About">
                {tiers[check.tier] ?? check.tier}
              </Table.Td>
              <Table.Td className={classes.number} data-label="Effect">
                {check.hard ? "Must pass" : "Shown only"}
              </Table.Td>
              <Table.Td className={classes.number} data-label="Line">
                {lineWords(check.measure)}
              </Table.Td>
              <Table.Td className={classes.wrap} data-wide data-label="Suites">
                {suitesOf(check.measure)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </StackedTable>
    </Paper>
  );
}
