"use client";

import { ActionIcon, Badge, Group } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useAct } from "#app/_ui/use-operation.ts";

type Props = { project: string; dataset: number; tags: string[]; mayWrite: boolean };

/** The names on a version, each with the way to take it off. */
export function VersionTags({ project, dataset, tags, mayWrite }: Props) {
  const untag = useAct("versions.untag", { done: ({ removed }) => `“${removed}” is taken off.` });
  if (tags.length === 0) return null;
  return (
    <Group gap={4} mt={4}>
      {tags.map((tag) => (
        <Badge
          key={tag}
          variant="light"
          color="petrol"
          tt="none"
          rightSection={
            mayWrite && (
              <ActionIcon
                size={16}
                variant="transparent"
                color="petrol"
                aria-label={`Take the tag ${tag} off`}
                loading={untag.isPending && untag.variables.tag === tag}
                onClick={() => untag.mutate({ project, dataset, tag })}
              >
                <IconX size={12} />
              </ActionIcon>
            )
          }
        >
          {tag}
        </Badge>
      ))}
    </Group>
  );
}
