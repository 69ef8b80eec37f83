"use client";

import { Anchor, Autocomplete, Select, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import Link from "next/link";
import { useState } from "react";
import type { InputOf } from "#app/_ui/client.ts";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import type { PlayColumn, PlayState } from "#lib/core/playground-session.ts";
import { lastAnswer, promptOf, samePrompt } from "./state.ts";

type Given = InputOf<"playground.save">["answer"];
type Props = {
  project: string;
  state: PlayState;
  column: PlayColumn;
  session: string | undefined;
  onClose: () => void;
};

/** One answer as a row, or as chosen beside a rejected one. */
export function SaveDialog({ project, state, column, session, onClose }: Props) {
  const answer = lastAnswer(column);
  const [dataset, setDataset] = useState("playground");
  const [text, setText] = useState(answer?.text ?? "");
  const [rejected, setRejected] = useState<string | null>(null);
  const datasets = useOperation("datasets.list", { project });
  const others = rejectable(state, column);
  const other = others.find((one) => one.value === rejected);
  const save = useAct("playground.save", {
    notify: false,
    refresh: ["datasets.list"],
    onDone: (saved) => {
      notifications.show({
        color: "petrol",
        message: (
          <>
            {saved.added > 0
              ? `Saved to ${dataset}, version ${saved.version}. `
              : `${dataset} holds this already. `}
            <Anchor component={Link} href={`/p/${project}/datasets/${saved.dataset}`} size="sm">
              Open the dataset
            </Anchor>
          </>
        ),
      });
      onClose();
    },
  });
  const submit = () => {
    const prompt = promptOf(column);
    save.mutate({
      project,
      dataset,
      messages: prompt,
      answer: { ...givenOf(column), text },
      ...(other ? { rejected: other.given } : {}),
      ...(session ? { session } : {}),
      ...(state.template ? { prompt: state.template } : {}),
      ...(state.conversation === null ? {} : { conversation: state.conversation }),
    });
  };
  return (
    <FormDialog
      onClose={onClose}
      title="Save to a dataset"
      size="lg"
      act={other ? "Save pair" : "Save row"}
      busy={save.isPending}
      disabled={!text.trim()}
      cancel="Close"
      error={save.error}
      onSubmit={submit}
    >
      <Autocomplete
        label="Dataset"
        description={
          datasets.data?.datasets.some((one) => one.name === dataset)
            ? "The row becomes a new version of it."
            : "Will be made."
        }
        data={datasets.data?.datasets.map((one) => one.name) ?? []}
        value={dataset}
        onChange={setDataset}
        maxLength={200}
        required
        error={save.error?.fieldError("dataset")}
      />
      <Textarea
        label={other ? "Chosen answer" : "Answer"}
        description="As it should be learnt; changes are noted."
        autosize
        minRows={3}
        maxRows={12}
        dir="auto"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        required
      />
      <Select
        label="Rejected answer"
        description={
          others.length > 0
            ? "Choose one to save a chosen/rejected pair; leave empty to save a row."
            : "Needs another answer to the same prompt: ask a second model."
        }
        data={others.map(({ value, label, disabled }) => ({ value, label, disabled }))}
        value={rejected}
        onChange={setRejected}
        placeholder="None: save a row"
        clearable
        disabled={others.length === 0}
        error={save.error?.fieldError("rejected")}
      />
      {other && (
        <Text size="sm" c="dimmed" lineClamp={4} dir="auto">
          {other.given.text}
        </Text>
      )}
    </FormDialog>
  );

  function givenOf(from: PlayColumn): Given {
    const found = lastAnswer(from);
    const facts = found?.facts;
    return {
      text: found?.text ?? "",
      model: facts?.model ?? from.model,
      modelVersionId: facts?.modelVersionId ?? null,
      requestId: facts?.requestId ?? null,
      ...(facts ? { parameters: facts.parameters } : {}),
      edited: from.id === column.id && text !== found?.text,
    };
  }

  function rejectable(of: PlayState, chosen: PlayColumn) {
    const columns = of.columns.flatMap((one, index) => {
      if (one.id === chosen.id || !lastAnswer(one)) return [];
      const same = samePrompt(one, chosen);
      return [
        {
          value: one.id,
          label: `Column ${index + 1}: ${one.model}${same ? "" : " (answers another prompt)"}`,
          disabled: !same,
          given: givenOf(one),
        },
      ];
    });
    if (of.reference === null) return columns;
    const recorded = {
      value: "recorded",
      label: "Recorded answer",
      disabled: false,
      given: { text: of.reference, model: null },
    };
    return [...columns, recorded];
  }
}
