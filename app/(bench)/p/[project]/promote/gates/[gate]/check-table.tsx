"use client";

import {
  Badge,
  Button,
  Menu,
  NumberInput,
  Paper,
  Table,
  Text,
  Textarea,
  VisuallyHidden,
} from "@mantine/core";
import { useState } from "react";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { formatDay, formatNumber } from "#app/_ui/format.ts";
import { StackedTable } from "#app/_ui/table/stacked-table.tsx";
import { useAct } from "#app/_ui/use-operation.ts";
import { Interval } from "../../../evaluate/interval.tsx";
import { ItemsDrawer } from "../../../evaluate/items-drawer.tsx";
import { type Scale, showValue, stateLook } from "../../../evaluate/words.ts";
import { GreyedButton } from "../../../models/greyed-button.tsx";
import classes from "../../promote.module.css";
import type { GateDetail } from "./gate-view.tsx";
import { tiers } from "./tiers.ts";

type Check = GateDetail["checks"][number];
type Props = { project: string; gate: GateDetail; mayWaive: boolean };
type Behind = { suite: string; check: string; title: string };

/** The lower end of a one-sided interval: no less than that is possible, so it says nothing. */
const noBound = ({ kind, low }: Check) => low === null || (kind === "perplexity" && low <= -1);

/** A scale on which value, bounds and line all can be seen: small rates are not squeezed into a corner. */
function scaleFor(check: Check): Scale {
  const { kind, value, high, line } = check;
  const low = noBound(check) ? null : check.low;
  const known = [value, low, high, line].filter((x): x is number => x !== null);
  const percent = kind !== "canaries";
  const top = Math.max(0.01, ...known) * 1.15;
  return { percent, min: Math.min(0, ...known) * 1.15, max: percent ? Math.min(1, top) : top };
}

export function CheckTable({ project, gate, mayWaive }: Props) {
  const [behind, setBehind] = useState<Behind>();
  const [waiving, setWaiving] = useState<Check>();
  return (
    <Paper>
      <StackedTable aria-label="Checks" minWidth={900}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="30%">Check</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th data-figure>Value</Table.Th>
            <Table.Th w="20%">Interval against the line</Table.Th>
            <Table.Th data-figure>Line</Table.Th>
            <Table.Th data-figure>Items</Table.Th>
            <Table.Th>
              <VisuallyHidden>Look and waive</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {gate.checks.map((check) => (
            <CheckRow
              key={check.id}
              check={check}
              mayWaive={mayWaive}
              onItems={setBehind}
              onWaive={() => setWaiving(check)}
            />
          ))}
        </Table.Tbody>
      </StackedTable>
      {behind && gate.run !== null && (
        <ItemsDrawer
          project={project}
          run={gate.run}
          modelVersionId={gate.modelVersionId}
          suite={behind.suite}
          check={behind.check}
          title={behind.title}
          onClose={() => setBehind(undefined)}
        />
      )}
      {waiving && (
        <Waive
          project={project}
          gate={gate.id}
          longest={gate.waiverDays}
          check={waiving}
          onClose={() => setWaiving(undefined)}
        />
      )}
    </Paper>
  );
}

type RowProps = {
  check: Check;
  mayWaive: boolean;
  onItems: (behind: Behind) => void;
  onWaive: () => void;
};

function CheckRow({ check, mayWaive, onItems, onWaive }: RowProps) {
  const look = stateLook(check.state);
  const scale = scaleFor(check);
  return (
    <Table.Tr
      id={`check-${check.id}`}
      className={check.blocks ? `${classes.check} ${classes.blocks}` : classes.check}
    >
      <Table.Td className={classes.wrap}>
        <Text size="sm" fw={600}>
          {check.title}
        </Text>
        <Text size="xs" c="dimmed">
          {`${tiers[check.tier] ?? check.tier} · ${check.hard ? "must pass" : "shown only"}`}
        </Text>
        <Text size="xs">{check.reason}</Text>
        {check.waiver && (
          <Text size="xs" c="dimmed" dir="auto">
            {`Waived by ${check.waiver.ownerName} until ${formatDay(check.waiver.expiresAt)}: ${check.waiver.reason}`}
          </Text>
        )}
      </Table.Td>
      <Table.Td data-wide>
        <div className={classes.states}>
          <Badge color={look.color} variant="light" radius="sm" className={classes.badge}>
            {look.words}
          </Badge>
          {check.waiver && (
            <Badge color="brass" variant="light" radius="sm" className={classes.badge}>
              Waived
            </Badge>
          )}
          {check.blocks && (
            <Badge color="red" variant="filled" radius="sm" className={classes.badge}>
              Blocks
            </Badge>
          )}
        </div>
      </Table.Td>
      <Table.Td data-figure data-label="Value">
        {showValue(check.value, scale)}
      </Table.Td>
      <Table.Td data-wide>
        {check.value !== null && (
          <Interval
            value={check.value}
            low={check.low !== null && noBound(check) ? scale.min : check.low}
            high={check.high}
            line={check.line}
            scale={scale}
          />
        )}
        {check.value !== null && (
          <Text size="xs" c="dimmed" className={classes.number}>
            {interval(check, scale)}
          </Text>
        )}
      </Table.Td>
      <Table.Td data-figure data-label="Line">
        {showValue(check.line, scale)}
      </Table.Td>
      <Table.Td data-figure data-label="Items">
        {check.planned === 0
          ? "–"
          : check.planned > check.n
            ? `${formatNumber(check.n)} of ${formatNumber(check.planned)}`
            : formatNumber(check.n)}
      </Table.Td>
      <Table.Td data-wide>
        <div className={classes.acts}>
          <ItemsBehind check={check} onItems={onItems} />
          {check.blocks && (
            <GreyedButton
              size="compact-xs"
              variant="default"
              onClick={onWaive}
              because={
                mayWaive ? (check.waiverRefusal ?? undefined) : "This needs the role maintainer"
              }
            >
              Waive
            </GreyedButton>
          )}
        </div>
      </Table.Td>
    </Table.Tr>
  );
}

/** Bounds as they were computed: one side alone where the other says nothing. */
function interval(check: Check, scale: Scale): string {
  const { low, high, value } = check;
  if (high === null)
    return low === null || low === value ? "" : `at least ${showValue(low, scale)}`;
  if (noBound(check)) return high === value ? "" : `at most ${showValue(high, scale)}`;
  return `${showValue(low, scale)} to ${showValue(high, scale)}`;
}

/** One suite opens at once; of several one is chosen. */
function ItemsBehind({ check, onItems }: Pick<RowProps, "check" | "onItems">) {
  const open = (one: Behind) => onItems({ ...one, title: `${check.title}: ${one.title}` });
  const [first, ...more] = check.behind;
  if (!first) return null;
  const look = { size: "compact-xs", variant: "default" } as const;
  if (more.length === 0) {
    const label = `Items of ${first.suite} behind ${check.title}`;
    return (
      <Button {...look} aria-label={label} onClick={() => open(first)}>
        Items
      </Button>
    );
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button {...look} aria-label={`Items behind ${check.title}`}>
          Items
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.menu}>
        {check.behind.map((one) => (
          <Menu.Item key={one.suite} className={classes.wrap} onClick={() => open(one)}>
            {one.title}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

type WaiveProps = {
  project: string;
  gate: number;
  /** Days that the policy allows. */
  longest: number;
  check: Check;
  onClose: () => void;
};

function Waive({ project, gate, longest, check, onClose }: WaiveProps) {
  const [reason, setReason] = useState("");
  const [days, setDays] = useState<number | string>(Math.min(7, longest));
  const act = useAct("gate.waive", {
    done: ({ verdict }) => `Waived. The verdict is ${verdict === "PASS" ? "pass" : "blocked"} now.`,
    refresh: ["gate.show"],
    onDone: onClose,
  });
  return (
    <FormDialog
      onClose={onClose}
      title={`Waive: ${check.title}`}
      act="Waive"
      busy={act.isPending}
      disabled={reason.trim().length < 10 || days === ""}
      onSubmit={() => act.mutate({ project, gate, check: check.id, reason, days: Number(days) })}
    >
      <Text size="sm">
        {check.reason} You own this waiver. When it runs out the version is no longer served.
      </Text>
      <Textarea
        label="Reason"
        description="At least ten characters; it stands on this page"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={act.error?.fieldError("reason")}
        required
        autosize
        minRows={2}
        data-autofocus
      />
      <NumberInput
        label="Days"
        description={`The policy allows ${longest} at most`}
        value={days}
        onChange={setDays}
        min={1}
        max={longest}
        allowDecimal={false}
      />
    </FormDialog>
  );
}
