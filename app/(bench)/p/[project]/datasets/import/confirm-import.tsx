"use client";

import {
  Alert,
  Autocomplete,
  Button,
  Group,
  Loader,
  Paper,
  Select,
  Stack,
  Text,
} from "@mantine/core";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { type ClientError, call, type InputOf, type OutputOf } from "#app/_ui/client.ts";
import { CodeSpans } from "#app/_ui/feedback/code-spans.tsx";
import { formatBytes, plural } from "#app/_ui/format.ts";
import classes from "../datasets.module.css";
import { ColumnMapper } from "./column-mapper.tsx";
import { PreviewConversations, PreviewErrors } from "./preview.tsx";

export type Preview = OutputOf<"imports.preview">;
export type Columns = NonNullable<InputOf<"import">["columns"]>;
type Props = { project: string; source: number; datasets: string[]; into: string | undefined };

/** What the file was read as, with the first conversations; confirmed into a dataset. */
export function ConfirmImport({ project, source, datasets, into }: Props) {
  const router = useRouter();
  const [format, setFormat] = useState<string>();
  const [columns, setColumns] = useState<Columns>();
  const [dataset, setDataset] = useState(into);
  const preview = useQuery<Preview, ClientError>({
    queryKey: ["imports.preview", project, source, format, columns],
    queryFn: ({ signal }) =>
      call("imports.preview", { project, source, ...given(format, columns) }, { signal }),
    placeholderData: keepPreviousData,
    // The bytes of an upload never change.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const start = useMutation<OutputOf<"import">, ClientError, string>({
    mutationFn: (name) =>
      call("import", {
        project,
        source,
        dataset: name,
        ...given(format ?? preview.data?.format ?? undefined, columns ?? guessed(preview.data)),
      }),
    onSuccess: ({ run }) => router.push(`/p/${project}/datasets/import/${run}`),
  });

  if (preview.isPending) {
    return (
      <Group gap="sm">
        <Loader size="sm" />
        <Text>Reading the start of the file</Text>
      </Group>
    );
  }
  const data = preview.data;
  const problem = preview.error?.message ?? data?.problem;
  const name = dataset ?? suggestedName(data?.fileName);
  const ready = data !== undefined && data.format !== null && !preview.error && !preview.isFetching;
  return (
    <Stack gap="lg">
      {data && (
        <Paper p="lg">
          <Group justify="space-between" align="flex-start" mb="md">
            <div>
              <Text fw={600} className={classes.wrap} dir="auto">
                {data.fileName}
              </Text>
              <Text size="sm" c="dimmed">
                {formatBytes(data.bytes)}
              </Text>
            </div>
            <Button
              component={Link}
              href={`/p/${project}/datasets/import`}
              variant="default"
              size="xs"
            >
              Choose another file
            </Button>
          </Group>
          <FormatChoice data={data} format={format} onChange={setFormat} />
          {data.format === "csv" && (
            <ColumnMapper
              headers={data.candidates.find((one) => one.format === "csv")?.headers ?? []}
              columns={columns ?? guessed(data)}
              onChange={setColumns}
            />
          )}
        </Paper>
      )}
      {problem && (
        <Alert color="red" role="alert" title="The file could not be read this way">
          {problem}
        </Alert>
      )}
      {!data && (
        <Button
          component={Link}
          href={`/p/${project}/datasets/import`}
          variant="default"
          w="fit-content"
        >
          Choose another file
        </Button>
      )}
      {data && ready && (
        <Paper p="lg">
          <form
            onSubmit={(event) => {
              event.preventDefault();
              start.mutate(name);
            }}
          >
            <Group align="flex-end">
              <Autocomplete
                label="Into dataset"
                description={
                  datasets.includes(name)
                    ? "Exists already: rows are added to it."
                    : "Will be made."
                }
                data={datasets}
                value={name}
                onChange={setDataset}
                maxLength={200}
                required
                w={360}
                error={start.error?.fieldError("dataset")}
              />
              <Button type="submit" loading={start.isPending}>
                Import
              </Button>
            </Group>
            {start.error && (
              <Alert color="red" role="alert" mt="md">
                {start.error.message}
              </Alert>
            )}
          </form>
        </Paper>
      )}
      {data && ready && (
        <>
          <PreviewErrors preview={data} />
          <PreviewConversations preview={data} />
        </>
      )}
    </Stack>
  );
}

/** Fields that were chosen, and no others: the server's own detection fills the rest. */
function given(format: string | undefined, columns: Columns | undefined) {
  const csv = columns && (format === undefined || format === "csv");
  return { ...(format ? { format } : {}), ...(csv ? { columns } : {}) };
}

function guessed(data: Preview | undefined): Columns | undefined {
  return data?.format === "csv"
    ? data.candidates.find((one) => one.format === "csv")?.columns
    : undefined;
}

function suggestedName(fileName: string | undefined): string {
  return (fileName ?? "")
    .replace(/(\.(jsonl?|ndjson|csv|tsv|txt|parquet|gz))+$/i, "")
    .slice(0, 200);
}

type ChoiceProps = {
  data: Preview;
  format: string | undefined;
  onChange: (format: string) => void;
};

function FormatChoice({ data, format, onChange }: ChoiceProps) {
  const chosen = format ?? data.format ?? undefined;
  const candidate = data.candidates.find((one) => one.format === chosen);
  const others = data.candidates.filter((one) => one.format !== chosen);
  return (
    <Stack gap={6}>
      <Select
        label="Format"
        data={data.formats.map(({ id, label }) => ({ value: id, label }))}
        value={chosen ?? null}
        onChange={(value) => value && onChange(value)}
        placeholder="Choose a format"
        allowDeselect={false}
        w={360}
      />
      {candidate && (
        <Text size="sm">
          {format === undefined ? "Detected: " : ""}
          <CodeSpans text={candidate.reason} />
        </Text>
      )}
      {others.length > 0 && (
        <Text size="sm" c="dimmed">
          It may also be {others.map((one) => one.label).join(", ")}.
        </Text>
      )}
      {data.format !== null && (
        <Text size="sm" c="dimmed">
          {plural(data.read, "record")} read for this preview{data.more ? "; more follow" : ""}.
        </Text>
      )}
    </Stack>
  );
}
