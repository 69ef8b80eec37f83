"use client";

import { Anchor, List, Paper, Text } from "@mantine/core";
import { plural } from "#app/_ui/format.ts";
import classes from "../../promote.module.css";
import type { GateDetail } from "./gate-view.tsx";

/** What stands between a decided gate run and the endpoint: blocking checks first, then signatures and waivers. */
export function Missing({ gate }: { gate: GateDetail }) {
  if (gate.verdict === null || gate.voidReason) return null;
  const blocking = gate.checks.filter((check) => check.blocks);
  const passed = gate.checks.filter((check) => check.state === "PASS").length;
  // A blocked run's first reason names the checks, which are listed with their own reasons.
  const others = gate.verdict === "PASS" ? gate.promotion.reasons : gate.promotion.reasons.slice(1);
  const open = blocking.length + others.length > 0 && !gate.live;
  return (
    <section aria-label="What is missing">
      <Text component="h2" fw={600} mb="xs">
        What is missing
      </Text>
      <Paper p="md" className={open ? classes.missing : undefined}>
        {open ? (
          <List size="sm" spacing={6} className={classes.wrap}>
            {blocking.map((check) => (
              <List.Item key={check.id}>
                <Anchor href={`#check-${check.id}`} size="sm" fw={600}>
                  {check.title}
                </Anchor>
                {`: ${check.reason}`}
              </List.Item>
            ))}
            {others.map((reason) => (
              <List.Item key={reason}>{reason}</List.Item>
            ))}
          </List>
        ) : (
          <Text size="sm">
            {gate.live ? "Nothing: this version is live." : "Nothing: it can be promoted."}
          </Text>
        )}
        <Text size="xs" c="dimmed" mt={6}>
          {`${passed} of ${plural(gate.checks.length, "check")} passed`}
        </Text>
      </Paper>
    </section>
  );
}
