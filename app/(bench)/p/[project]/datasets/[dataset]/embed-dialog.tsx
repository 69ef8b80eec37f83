"use client";

import { Select, Text } from "@mantine/core";
import { useState } from "react";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { notifyDone } from "#app/_ui/feedback/notify.ts";
import { ErrorState } from "#app/_ui/feedback/states.tsx";
import { plural } from "#app/_ui/format.ts";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";

type Props = { project: string; dataset: number; onClose: () => void };

/** Chooses an embedding model and queues a vector for each conversation that has none by it. */
export default function EmbedDialog({ project, dataset, onClose }: Props) {
  const models = useOperation("models.list", { project });
  const [chosen, setModel] = useState<string | null>(null);
  const names = (models.data?.versions ?? [])
    .filter((one) => one.embedding !== null)
    .map((one) => one.name);
  const model = chosen ?? names[0] ?? null;
  const act = useAct("datasets.embed", {
    notify: false,
    refresh: ["runs.list"],
    onDone: ({ run, conversations }) => {
      onClose();
      notifyDone(
        `Run ${run} gives ${plural(conversations, "conversation")} a vector; look under Runs.`,
      );
    },
  });
  return (
    <FormDialog
      onClose={onClose}
      title="Vectors for “More like this”"
      act="Start"
      busy={act.isPending}
      disabled={model === null}
      error={act.error}
      onSubmit={() => {
        if (model) act.mutate({ project, dataset, model });
      }}
    >
      <Text size="sm">
        Each conversation of the newest version gets a vector by an embedding model. “More like
        this” then compares vectors instead of words. Conversations that have one already are left
        alone.
      </Text>
      {models.error && <ErrorState error={models.error} onRetry={() => void models.refetch()} />}
      <Select
        label="Embedding model"
        placeholder={models.isPending ? "Loading" : "Choose"}
        {...(models.data && names.length === 0
          ? {
              error:
                "This project has no embedding model. Register a folder of BERT’s family under Models.",
            }
          : {})}
        data={names}
        value={model}
        onChange={setModel}
        allowDeselect={false}
        required
      />
    </FormDialog>
  );
}
