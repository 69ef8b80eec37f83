"use client";

import { ActionIcon, Popover, Table, Text, TextInput } from "@mantine/core";
import { IconHelp, IconSearch } from "@tabler/icons-react";
import type { RefObject } from "react";
import classes from "./dataset.module.css";
import { useDraft } from "./use-draft.ts";

type Props = {
  text: string;
  onChange: (text: string) => void;
  input: RefObject<HTMLInputElement | null>;
};

/** Search in texts, with its language one click away. */
export function SearchBox({ text, onChange, input }: Props) {
  const [draft, setDraft] = useDraft(text, (next) => onChange(next.trim()), 350);
  return (
    <TextInput
      ref={input}
      className={classes.search}
      aria-label="Search in texts"
      placeholder="Words, “a phrase”, -without"
      leftSection={<IconSearch size={16} />}
      rightSection={<SearchHelp />}
      value={draft}
      maxLength={500}
      onChange={(event) => setDraft(event.currentTarget.value)}
    />
  );
}

const language = [
  ["open late", "both words, anywhere"],
  ["“opening hours”", "the words in a row"],
  ["open*", "words that begin so"],
  ["tea or coffee", "one or the other"],
  ["tea -milk", "the first without the second"],
  ["(tea or coffee) -milk", "parentheses group"],
] as const;

function SearchHelp() {
  return (
    <Popover width={320} position="bottom-end" shadow="md" withArrow>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="How to search">
          <IconHelp size={17} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Table verticalSpacing={4} layout="auto">
          <Table.Tbody>
            {language.map(([search, meaning]) => (
              <Table.Tr key={search}>
                <Table.Td>
                  <code>{search}</code>
                </Table.Td>
                <Table.Td>{meaning}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Text size="xs" c="dimmed" mt="xs">
          Capital letters and signs make no difference. The best matches come first.
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}
