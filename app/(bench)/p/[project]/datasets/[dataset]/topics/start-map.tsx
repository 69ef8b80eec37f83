"use client";

import {
  Alert,
  Button,
  Group,
  Modal,
  NumberInput,
  SegmentedControl,
  Stack,
  Text,
} from "@mantine/core";
import { useState } from "react";
import { useAct } from "#app/_ui/use-operation.ts";
import type { DatasetFilter } from "#lib/core/dataset-filter.ts";
import { mostTopics } from "#lib/core/map-area.ts";

type Props = {
  project: string;
  dataset: number;
  version: number | undefined;
  filter: DatasetFilter;
  /** What is mapped, in words. */
  what: string;
  onClose: () => void;
};

/** Asks how many topics, and starts the run that finds them. */
export function StartMap({ project, dataset, version, filter, what, onClose }: Props) {
  const [automatic, setAutomatic] = useState(true);
  const [count, setCount] = useState(12);
  const [seed, setSeed] = useState(1);
  const start = useAct("topics.map", {
    ...{ refresh: ["topics.maps"], notify: false, onDone: onClose },
  });
  return (
    <Modal opened onClose={onClose} title="Map the topics">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate({
            ...{ project, dataset, filter, seed, topics: automatic ? "auto" : count },
            ...(version === undefined ? {} : { version }),
          });
        }}
      >
        <Stack>
          <Text size="sm">{what}. Conversations that use the same words come together.</Text>
          <div>
            <Text size="sm" fw={500} mb={4} id="topics-count">
              Number of topics
            </Text>
            <SegmentedControl
              fullWidth
              aria-labelledby="topics-count"
              value={automatic ? "auto" : "number"}
              onChange={(value) => setAutomatic(value === "auto")}
              data={[
                { value: "auto", label: "Found automatically" },
                { value: "number", label: "As many as I say" },
              ]}
            />
          </div>
          {!automatic && (
            <NumberInput
              label="Topics"
              min={2}
              max={mostTopics}
              allowDecimal={false}
              value={count}
              onChange={(value) => setCount(Number(value) || 2)}
            />
          )}
          <NumberInput
            label="Seed"
            description="The same rows and seed give the same map."
            min={0}
            max={2 ** 31 - 1}
            allowDecimal={false}
            value={seed}
            onChange={(value) => setSeed(Number(value) || 0)}
          />
          {start.error && (
            <Alert color="red" role="alert">
              {start.error.message}
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={start.isPending}>
              Start
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
