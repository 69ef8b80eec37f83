"use client";

import { SegmentedControl, Stack, Text } from "@mantine/core";
import { IconMessageStar } from "@tabler/icons-react";
import { useState } from "react";
import { MoreButton } from "#app/_ui/feedback/more-button.tsx";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { formatNumber } from "#app/_ui/format.ts";
import { usePages } from "#app/_ui/use-operation.ts";
import { FeedbackCard } from "./feedback-card.tsx";

const states = ["waiting", "accepted", "rejected"] as const;
type State = (typeof states)[number];

/** What people said about answers, to be reviewed before it becomes data. */
export function FeedbackQueue({ project }: { project: string }) {
  const [state, setState] = useState<State>("waiting");
  const pages = usePages(
    "feedback.list",
    { project, state, limit: 20 },
    { rows: (page) => page.items, next: (page) => page.next, cursor: "before" },
  );
  return (
    <Page>
      <PageHeader
        title="Feedback"
        note="What people said about answers. Nothing becomes data before a curator has read it."
        trail={[{ label: "Monitor", href: `/p/${project}/monitor` }]}
        actions={
          <SegmentedControl
            aria-label="State"
            value={state}
            onChange={(next) => setState(next as State)}
            data={[
              { value: "waiting", label: waitingLabel(pages.first?.waiting) },
              { value: "accepted", label: "Accepted" },
              { value: "rejected", label: "Set aside" },
            ]}
          />
        }
      />
      {pages.error && <ErrorState error={pages.error} onRetry={pages.onRetry} />}
      {pages.loading && <LoadingState height={90} rows={3} />}
      {!pages.loading && !pages.error && pages.rows.length === 0 && <Nothing state={state} />}
      <Stack gap="md">
        {pages.rows.map((item) => (
          <FeedbackCard key={item.id} project={project} item={item} />
        ))}
        <MoreButton pages={pages} />
      </Stack>
    </Page>
  );
}

const waitingLabel = (count: number | undefined) =>
  count ? `Waiting (${formatNumber(count)})` : "Waiting";

const titles: Record<State, string> = {
  waiting: "Nothing waits for review",
  accepted: "Nothing was accepted yet",
  rejected: "Nothing was set aside yet",
};

function Nothing({ state }: { state: State }) {
  return (
    <EmptyState title={titles[state]} icon={<IconMessageStar size={26} stroke={1.6} />}>
      <Text span>
        Thumbs and edits from the chat page and from POST /v1/feedback land here after a scan for
        personal data.
      </Text>
    </EmptyState>
  );
}
