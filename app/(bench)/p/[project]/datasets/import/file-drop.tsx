"use client";

import "@mantine/dropzone/styles.layer.css";
import { Group, Text } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { IconFileImport } from "@tabler/icons-react";

type Props = { onFile: (file: File) => void; disabled: boolean };

/** Where a file is dropped or chosen. */
export default function FileDrop({ onFile, disabled }: Props) {
  return (
    <Dropzone
      onDrop={([file]) => file && onFile(file)}
      multiple={false}
      disabled={disabled}
      py={56}
      inputProps={{ "aria-label": "File of conversations" }}
      aria-label="Drop a file here or choose one"
    >
      <Group justify="center" gap="lg" wrap="nowrap" style={{ pointerEvents: "none" }}>
        <IconFileImport size={40} stroke={1.3} style={{ flexShrink: 0 }} />
        <div>
          <Text size="lg" fw={550}>
            Drop a file here, or click to choose one
          </Text>
          <Text size="sm" c="dimmed">
            JSONL, JSON, CSV, TSV or text, plain or .gz, and Parquet. Messages, ShareGPT, Alpaca,
            prompt and completion, chosen and rejected, transcripts, trees.
          </Text>
        </div>
      </Group>
    </Dropzone>
  );
}
