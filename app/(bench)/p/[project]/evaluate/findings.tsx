"use client";

import { Button, Group, Paper, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useState } from "react";
import { MoreButton } from "#app/_ui/feedback/more-button.tsx";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { formatNumber } from "#app/_ui/format.ts";
import { useOperation, usePages } from "#app/_ui/use-operation.ts";
import classes from "./evaluate.module.css";
import { FindingTable } from "./finding-table.tsx";
import { type Finding, TriageDialog, type TriageState, triageStates } from "./triage-dialog.tsx";

/** As many findings as one decision takes. */
const mostAtOnce = 500;

type Props = { project: string; model: string | undefined; mayTriage: boolean };

/** Items that came out against what their suite wants, and what people decided about them. */
export function Findings({ project, model, mayTriage }: Props) {
  const [state, setState] = useState<TriageState>("open");
  const [suite, setSuite] = useState<string | null>(null);
  const suites = useOperation("suites.list", { project });
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [deciding, setDeciding] = useState<Finding[]>([]);
  const pages = usePages(
    "findings.list",
    { project, state, ...(model ? { model } : {}), ...(suite ? { suite } : {}) },
    { rows: (page) => page.findings, next: (page) => page.next, cursor: "before" },
  );
  // What is not on the page any more cannot be decided about unseen.
  const selected = pages.rows.filter(({ score }) => chosen.has(score)).slice(0, mostAtOnce);
  const [first, ...others] = deciding;
  return (
    <Stack>
      <Group justify="space-between">
        <SegmentedControl
          aria-label="State of the findings"
          data={triageStates}
          value={state}
          onChange={(value) => {
            setState(value as TriageState);
            setChosen(new Set());
          }}
        />
        {model && (
          <Text size="sm" c="dimmed" className={classes.wrap}>
            {`Of ${model}`}
          </Text>
        )}
        <Select
          aria-label="Suite"
          placeholder="All suites"
          data={(suites.data?.suites ?? []).map(({ slug, title }) => ({
            value: slug,
            label: title,
          }))}
          value={suite}
          onChange={(value) => {
            setSuite(value);
            setChosen(new Set());
          }}
          clearable
          searchable
        />
      </Group>
      {pages.error ? (
        <ErrorState error={pages.error} onRetry={pages.onRetry} />
      ) : pages.loading ? (
        <LoadingState />
      ) : pages.rows.length === 0 ? (
        <EmptyState
          title={state === "open" ? "No open findings" : "None of these"}
          icon={<IconCircleCheck size={26} stroke={1.6} />}
        >
          Items that come out against what their suite wants are listed here, to be looked at, given
          to somebody, and closed with a reason.
        </EmptyState>
      ) : (
        <Paper>
          {selected.length > 0 && (
            <Group p="sm" gap="sm" aria-live="polite" className={classes.chosen}>
              <Text size="sm">
                {selected.length === mostAtOnce
                  ? `${formatNumber(mostAtOnce)} chosen, the most at once`
                  : `${formatNumber(selected.length)} chosen`}
              </Text>
              <Button size="xs" onClick={() => setDeciding(selected)}>
                Decide together
              </Button>
              <Button
                size="xs"
                variant="default"
                onClick={() => setChosen(new Set(pages.rows.map(({ score }) => score)))}
              >
                Choose all shown
              </Button>
              <Button size="xs" variant="default" onClick={() => setChosen(new Set())}>
                Clear
              </Button>
            </Group>
          )}
          <FindingTable
            rows={pages.rows}
            chosen={chosen}
            onChoose={setChosen}
            onDecide={(one) => setDeciding([one])}
            mayTriage={mayTriage}
          />
          <MoreButton pages={pages} m="sm" />
        </Paper>
      )}
      {first && (
        <TriageDialog
          key={first.score}
          project={project}
          findings={[first, ...others]}
          onClose={() => setDeciding([])}
          onDecided={() => {
            setDeciding([]);
            setChosen(new Set());
          }}
        />
      )}
    </Stack>
  );
}
