"use client";

import { Alert, Anchor, Text, TextInput } from "@mantine/core";
import Link from "next/link";
import { useState } from "react";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { formatNumber, plural } from "#app/_ui/format.ts";
import { useAct } from "#app/_ui/use-operation.ts";

type Props = {
  project: string;
  comparison: number;
  name: string;
  opened: boolean;
  onClose: () => void;
};

/** Writes decided pairs into a dataset as chosen and rejected. */
export function ExportDialog({ project, comparison, name, opened, onClose }: Props) {
  const [dataset, setDataset] = useState(
    `${name.replaceAll(/[/\\]/g, " ").slice(0, 180)} preferences`,
  );
  const write = useAct("compare.export", { notify: false, refresh: ["datasets.list"] });
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title="Write preferences to a dataset"
      act="Write"
      busy={write.isPending}
      cancel={write.data ? "Done" : "Cancel"}
      error={write.error}
      onSubmit={() => write.mutate({ project, comparison, dataset })}
    >
      <Text size="sm">
        Every pair with more votes for one side than for the other becomes one prompt with a chosen
        and a rejected answer. Pairs already there are not doubled.
      </Text>
      <TextInput
        label="Dataset"
        description="Made when there is none of this name"
        required
        maxLength={200}
        value={dataset}
        error={write.error?.fieldError("dataset")}
        onChange={(event) => setDataset(event.currentTarget.value)}
      />
      {write.data && (
        <Alert color="petrol" role="status">
          {plural(write.data.decided, "decided pair")}, {formatNumber(write.data.added)} new in
          version {write.data.version}.{" "}
          <Anchor
            component={Link}
            href={`/p/${project}/datasets/${write.data.dataset}`}
            inherit
            underline="always"
          >
            Open the dataset
          </Anchor>
        </Alert>
      )}
    </FormDialog>
  );
}
