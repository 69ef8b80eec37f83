"use client";

import {
  Alert,
  Anchor,
  Button,
  Group,
  NumberInput,
  Paper,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { EmptyState } from "#app/_ui/feedback/states.tsx";
import { formatNumber, plural } from "#app/_ui/format.ts";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import type { DatasetFilter } from "#lib/core/dataset-filter.ts";
import { FilterWords } from "../../datasets/[dataset]/filter-words.tsx";

type Named = { id: number; name: string };
type Props = {
  project: string;
  schemas: Named[];
  datasets: (Named & { rows: number })[];
  runs: { id: number; title: string }[];
  chosen: { dataset: number | undefined; run: number | undefined; schema: number | undefined };
  filter: DatasetFilter;
};

const asOptions = (list: Named[]) =>
  list.map((one) => ({ value: String(one.id), label: one.name }));

/** Chooses what is judged, by which questions, and how many people judge each item. */
export function NewTask({ project, schemas, datasets, runs, chosen, filter }: Props) {
  const router = useRouter();
  const base = `/p/${project}/label`;
  const [from, setFrom] = useState<"dataset" | "run">(
    chosen.run !== undefined || datasets.length === 0 ? "run" : "dataset",
  );
  const [schema, setSchema] = useState(String(chosen.schema ?? schemas[0]?.id ?? ""));
  const [dataset, setDataset] = useState(String(chosen.dataset ?? datasets[0]?.id ?? ""));
  const [run, setRun] = useState(String(chosen.run ?? runs[0]?.id ?? ""));
  const [name, setName] = useState("");
  const [overlap, setOverlap] = useState<number | string>(2);
  const [limit, setLimit] = useState<number | string>("");
  const filtered = Object.keys(filter).length > 0 && Number(dataset) === chosen.dataset;
  const create = useAct("labels.create-task", {
    notify: false,
    done: ({ items }) => `Task with ${plural(items, "item")} made`,
    onDone: ({ task }) => router.push(`${base}/${task}`),
  });
  const facets = useOperation(
    "datasets.facets",
    { project, dataset: Number(dataset), filter: filtered ? filter : {} },
    { enabled: from === "dataset" && dataset !== "" },
  );
  const rows = facets.data?.total;
  const items = limit === "" ? rows : Math.min(rows ?? Number(limit), Number(limit));

  if (schemas.length === 0) {
    return (
      <Page>
        <PageHeader title="New labelling task" trail={[{ label: "Label", href: base }]} />
        <EmptyState
          title="First write the questions"
          action={
            <Button component={Link} href={`${base}/schemas/new`}>
              Write the questions
            </Button>
          }
        >
          A task needs a schema: what raters are asked, and the guidelines they follow.
        </EmptyState>
      </Page>
    );
  }
  return (
    <Page>
      <PageHeader title="New labelling task" trail={[{ label: "Label", href: base }]} />
      <Paper p="lg" maw={640}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            create.mutate({
              project,
              name,
              schema: Number(schema),
              overlap: Number(overlap),
              ...(limit === "" ? {} : { limit: Number(limit) }),
              ...(from === "dataset"
                ? { dataset: Number(dataset), ...(filtered ? { filter } : {}) }
                : { run: Number(run) }),
            });
          }}
        >
          <Stack>
            <TextInput
              label="Name"
              required
              maxLength={200}
              value={name}
              error={create.error?.fieldError("name")}
              onChange={(event) => setName(event.currentTarget.value)}
              data-autofocus
            />
            <SegmentedControl
              aria-label="What is judged"
              value={from}
              onChange={(value) => setFrom(value as "dataset" | "run")}
              data={[
                { value: "dataset", label: "Rows of a dataset" },
                { value: "run", label: "Answers of a run, blind" },
              ]}
            />
            {from === "dataset" ? (
              <>
                <Select
                  label="Dataset"
                  required
                  searchable
                  allowDeselect={false}
                  data={asOptions(datasets)}
                  value={dataset || null}
                  placeholder="There is no dataset yet"
                  onChange={(value) => setDataset(value ?? "")}
                />
                {filtered && (
                  <Text size="sm">
                    Only rows that match:{" "}
                    <FilterWords {...{ project, filter }} dataset={Number(dataset)} />.{" "}
                    <Anchor
                      component={Link}
                      href={`${base}/new?dataset=${dataset}`}
                      inherit
                      underline="always"
                    >
                      Take all rows
                    </Anchor>
                  </Text>
                )}
              </>
            ) : (
              <Select
                label="Inference run"
                description="Raters see prompt and answer, never the model. The run's answers are not shown by model to raters while the task is open."
                required
                searchable
                allowDeselect={false}
                data={runs.map((one) => ({
                  value: String(one.id),
                  label: `${one.id}: ${one.title}`,
                }))}
                value={run || null}
                placeholder="There is no finished inference run yet"
                onChange={(value) => setRun(value ?? "")}
              />
            )}
            <Select
              label="Schema"
              required
              allowDeselect={false}
              data={asOptions(schemas)}
              value={schema || null}
              onChange={(value) => setSchema(value ?? "")}
            />
            <Group grow align="flex-start">
              <NumberInput
                label="Raters for each item"
                description="Two or more let agreement be measured"
                min={1}
                max={20}
                allowDecimal={false}
                required
                value={overlap}
                onChange={setOverlap}
              />
              <NumberInput
                label="At most this many items"
                description="Drawn at random; empty takes all"
                min={1}
                max={50_000}
                allowDecimal={false}
                value={limit}
                onChange={setLimit}
              />
            </Group>
            {from === "dataset" && items !== undefined && (
              <Text size="sm" c="dimmed" role="status">
                {plural(items, "item")}, {formatNumber(items * Number(overlap || 1))} labels to
                collect.
              </Text>
            )}
            {create.error && (
              <Alert color="red" role="alert">
                {create.error.message}
              </Alert>
            )}
            <Group justify="flex-end">
              <Button
                type="submit"
                loading={create.isPending}
                disabled={from === "dataset" ? dataset === "" : run === ""}
              >
                Make task
              </Button>
            </Group>
          </Stack>
        </form>
      </Paper>
    </Page>
  );
}
