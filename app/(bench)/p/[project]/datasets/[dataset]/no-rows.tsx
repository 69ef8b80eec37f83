"use client";

import { Button } from "@mantine/core";
import { IconFileImport } from "@tabler/icons-react";
import Link from "next/link";
import { EmptyState } from "#app/_ui/feedback/states.tsx";

type Props = {
  project: string;
  mayWrite: boolean;
  filtered: boolean;
  onClear: () => void;
};

/** What stands instead of a table without rows. */
export function NoRows({ project, mayWrite, filtered, onClear }: Props) {
  if (filtered) {
    return (
      <EmptyState
        title="No conversation matches"
        action={
          <Button variant="default" onClick={onClear}>
            Clear all filters
          </Button>
        }
      >
        Every condition must hold at once. Take one away to see more.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="This dataset is empty"
      action={
        mayWrite && (
          <Button
            component={Link}
            href={`/p/${project}/datasets/import`}
            leftSection={<IconFileImport size={16} />}
          >
            Import conversations
          </Button>
        )
      }
    >
      Import a file to fill it; each change makes a version that you can go back to.
    </EmptyState>
  );
}
