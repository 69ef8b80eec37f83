"use client";

import { ActionIcon, Checkbox, Menu, Stack, Tooltip } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import type { ColumnVisibilityState } from "@tanstack/react-table";

const keyOf = (name: string) => `assay-columns-${name}`;

/** The choice of columns that this browser keeps; undefined when none, or when storage is closed to us. */
export function readHidden(name: string): ColumnVisibilityState | undefined {
  try {
    const text = localStorage.getItem(keyOf(name));
    return text ? (JSON.parse(text) as ColumnVisibilityState) : undefined;
  } catch {
    // Storage switched off, or somebody else's text: the usual columns do.
    return undefined;
  }
}

export function writeHidden(name: string, state: ColumnVisibilityState): void {
  try {
    localStorage.setItem(keyOf(name), JSON.stringify(state));
  } catch {
    // Storage is full or switched off: the choice holds for this visit.
  }
}

type Props = {
  columns: { id: string; header: string }[];
  visibility: ColumnVisibilityState;
  onChange: (state: ColumnVisibilityState) => void;
};

export function ColumnMenu({ columns, visibility, onChange }: Props) {
  return (
    <Menu position="bottom-end" closeOnItemClick={false} shadow="md">
      <Menu.Target>
        <Tooltip label="Columns">
          <ActionIcon variant="default" size="lg" ms="auto" aria-label="Choose columns">
            <IconColumns3 size={17} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Stack gap={8} p={8}>
          {columns.map(({ id, header }) => (
            <Checkbox
              key={id}
              size="xs"
              label={header}
              checked={visibility[id] ?? true}
              onChange={(event) => onChange({ ...visibility, [id]: event.currentTarget.checked })}
            />
          ))}
        </Stack>
      </Menu.Dropdown>
    </Menu>
  );
}
