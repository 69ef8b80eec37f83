"use client";

import {
  Badge,
  Button,
  Group,
  Modal,
  Paper,
  SegmentedControl,
  Select,
  Stack,
  Table,
  Text,
  Textarea,
  VisuallyHidden,
} from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { useAct, useOperation, usePages } from "#app/_ui/use-operation.ts";
import { GreyedButton } from "../models/greyed-button.tsx";
import classes from "./evaluate.module.css";
import { ItemCard } from "./items-drawer.tsx";
import { checkTitle } from "./words.ts";

type Finding = OutputOf<"findings.list">["findings"][number];
type State = Finding["state"];

const states: { value: State; label: string }[] = [
  { value: "open", label: "Open" },
  { value: "resolved", label: "Resolved" },
  { value: "waived", label: "Waived" },
];
const colors: Record<State, string> = { open: "orange", resolved: "green", waived: "gray" };

type Props = { project: string; model: string | undefined; mayTriage: boolean };

/** Items that came out against what their suite wants, and what people decided about them. */
export function Findings({ project, model, mayTriage }: Props) {
  const [state, setState] = useState<State>("open");
  const [suite, setSuite] = useState<string | null>(null);
  const suites = useOperation("suites.list", { project });
  const [chosen, setChosen] = useState<Finding>();
  const pages = usePages(
    "findings.list",
    { project, state, ...(model ? { model } : {}), ...(suite ? { suite } : {}) },
    { rows: (page) => page.findings, next: (page) => page.next, cursor: "before" },
  );
  return (
    <Stack>
      <Group justify="space-between">
        <SegmentedControl
          aria-label="State of the findings"
          data={states}
          value={state}
          onChange={(value) => setState(value as State)}
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
          onChange={setSuite}
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
          <Table.ScrollContainer minWidth={760}>
            <Table aria-label="Findings" highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Model</Table.Th>
                  <Table.Th>Suite</Table.Th>
                  <Table.Th>Check</Table.Th>
                  <Table.Th>Item</Table.Th>
                  <Table.Th>State</Table.Th>
                  <Table.Th>Owner</Table.Th>
                  <Table.Th>When</Table.Th>
                  <Table.Th>
                    <VisuallyHidden>Decide</VisuallyHidden>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {pages.rows.map((one) => (
                  <Table.Tr key={one.score}>
                    <Table.Td className={classes.wrap}>{one.model}</Table.Td>
                    <Table.Td className={classes.wrap}>{one.suiteTitle}</Table.Td>
                    <Table.Td>{checkTitle(one.check)}</Table.Td>
                    <Table.Td className={classes.wrap}>{one.item}</Table.Td>
                    <Table.Td>
                      <Badge
                        color={colors[one.state]}
                        variant="light"
                        radius="sm"
                        className={classes.badge}
                      >
                        {one.state}
                      </Badge>
                      {one.reason && (
                        <Text size="xs" c="dimmed" className={classes.wrap}>
                          {one.reason}
                        </Text>
                      )}
                    </Table.Td>
                    <Table.Td>{one.ownerName ?? "–"}</Table.Td>
                    <Table.Td>
                      <TimeAgo at={one.at} />
                    </Table.Td>
                    <Table.Td ta="right">
                      <GreyedButton
                        size="compact-xs"
                        variant="default"
                        onClick={() => setChosen(one)}
                        because={mayTriage ? undefined : "This needs the role curator"}
                      >
                        Decide
                      </GreyedButton>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
          {pages.hasMore && (
            <Group justify="center" p="sm">
              <Button
                variant="default"
                size="xs"
                loading={pages.loadingMore}
                onClick={pages.onMore}
              >
                Show more
              </Button>
            </Group>
          )}
        </Paper>
      )}
      {chosen && (
        <Triage
          key={chosen.score}
          project={project}
          finding={chosen}
          onClose={() => setChosen(undefined)}
        />
      )}
    </Stack>
  );
}

type TriageProps = { project: string; finding: Finding; onClose: () => void };

function Triage({ project, finding, onClose }: TriageProps) {
  const [state, setState] = useState<State>(finding.state);
  const [reason, setReason] = useState(finding.reason);
  const [owner, setOwner] = useState<string | null>(finding.owner);
  const act = useAct("findings.triage", {
    done: "Decided",
    refresh: ["findings.list"],
    onDone: onClose,
  });
  const members = useMembers(project);
  return (
    <Modal opened onClose={onClose} title={finding.suiteTitle} size="lg">
      <Item project={project} finding={finding} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate({
            project,
            score: finding.score,
            state,
            reason,
            ...(owner ? { owner } : {}),
          });
        }}
      >
        <Stack>
          <SegmentedControl
            aria-label="State"
            data={states}
            value={state}
            onChange={(value) => setState(value as State)}
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
            label="Reason"
            description={state === "open" ? "Optional while it is open" : "Why it is settled"}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            autosize
            minRows={2}
            required={state !== "open"}
            error={act.error?.fieldError("reason")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              loading={act.isPending}
              disabled={state !== "open" && reason.trim() === ""}
            >
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** What was asked and answered: nobody decides about an item unseen. */
function Item({ project, finding }: Pick<TriageProps, "project" | "finding">) {
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
      {query.error && <ErrorState error={query.error} />}
      {query.isPending && <LoadingState rows={3} />}
      {found && <ItemCard item={found} check={check} />}
    </Stack>
  );
}

function useMembers(project: string): { value: string; label: string }[] {
  const list = useOperation("member.list", { project });
  return (list.data?.members ?? []).map(({ user, name }) => ({ value: user, label: name }));
}
