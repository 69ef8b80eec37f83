"use client";

import {
  Alert,
  Button,
  Checkbox,
  Group,
  Paper,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useState } from "react";
import { plural } from "#app/_ui/format.ts";
import { RunProgress } from "#app/_ui/runs/run-progress.tsx";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import { FilterWords } from "../filter-words.tsx";
import { isFiltered } from "../search.ts";
import { useSearch } from "../use-search.ts";
import { ExportList } from "./export-list.tsx";

type Props = { project: string; dataset: number; mayExport: boolean };

const formats = [
  { value: "messages", label: "Messages (JSONL)", note: "Chats with tools and content parts" },
  { value: "pairs", label: "Pairs (JSONL)", note: "Prompt, chosen and rejected answer" },
  { value: "csv", label: "CSV", note: "One message a row; formulas are escaped" },
  { value: "trees", label: "Trees (JSONL)", note: "Every kind of conversation, branches kept" },
  {
    value: "parquet",
    label: "Messages (Parquet)",
    note: "Chats with tools, without content parts",
  },
  { value: "parquet-pairs", label: "Pairs (Parquet)", note: "Prompt, chosen and rejected answer" },
] as const;
type Format = (typeof formats)[number]["value"];

/** Writes a version as files, and lists what was written before. */
export function ExportView({ project, dataset, mayExport }: Props) {
  const { search } = useSearch();
  const [chosen, setChosen] = useState<Format[]>(["messages"]);
  const [licence, setLicence] = useState("");
  const [run, setRun] = useState<number>();
  const list = useOperation("exports.list", { project, dataset });
  const rows = useOperation("datasets.facets", { project, dataset, filter: search.filter });
  const start = useAct("export", {
    notify: false,
    onDone: (started) => setRun(started.run),
  });
  const empty = rows.data?.total === 0;
  return (
    <Stack gap="lg">
      <Paper p="lg">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            start.mutate({
              project,
              dataset,
              format: chosen,
              filter: search.filter,
              ...(search.version === undefined ? {} : { version: search.version }),
              ...(licence.trim() ? { licence: licence.trim() } : {}),
            });
          }}
        >
          <Stack>
            <Title order={2}>Export</Title>
            <Text size="sm">
              {search.version === undefined ? "The newest version" : `Version ${search.version}`},{" "}
              {isFiltered(search.filter) ? (
                <FilterWords {...{ project, dataset }} filter={search.filter} />
              ) : (
                "all conversations"
              )}
              {rows.data && `: ${plural(rows.data.total, "conversation")}`}. Importing a file again
              gives the same conversations; what a format cannot carry is left out and counted.
            </Text>
            <Checkbox.Group
              label="Formats"
              value={chosen}
              onChange={(values) => setChosen(values as Format[])}
            >
              <Stack gap={8} mt={6}>
                {formats.map(({ value, label, note }) => (
                  <Checkbox key={value} value={value} label={label} description={note} />
                ))}
              </Stack>
            </Checkbox.Group>
            <TextInput
              label="Licence"
              description="Named on the dataset card that goes with the files"
              placeholder="CC-BY-4.0"
              value={licence}
              onChange={(event) => setLicence(event.currentTarget.value)}
              maxLength={200}
              maw={360}
            />
            {start.error && (
              <Alert color="red" role="alert">
                {start.error.message}
              </Alert>
            )}
            <Group>
              <Button
                type="submit"
                loading={start.isPending}
                disabled={!mayExport || chosen.length === 0 || empty}
                title={
                  mayExport
                    ? empty
                      ? "There is nothing to export"
                      : undefined
                    : "Exporting needs the role curator"
                }
              >
                Write files
              </Button>
            </Group>
          </Stack>
        </form>
        {run !== undefined && (
          <Paper p="md" mt="lg">
            <RunProgress
              key={run}
              project={project}
              run={run}
              mayCancel={mayExport}
              onEnd={() => void list.refetch()}
            >
              <Text size="sm">The files stand below.</Text>
            </RunProgress>
          </Paper>
        )}
      </Paper>
      <ExportList project={project} list={list} mayExport={mayExport} />
    </Stack>
  );
}
