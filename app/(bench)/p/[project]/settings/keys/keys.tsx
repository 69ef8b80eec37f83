"use client";

import { Badge, Button, Code, Group, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconKey } from "@tabler/icons-react";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { ConfirmDelete } from "#app/_ui/feedback/confirm-delete.tsx";
import { EmptyState } from "#app/_ui/feedback/states.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import { ScrollBox } from "../_parts/scroll-box.tsx";
import classes from "../_parts/settings.module.css";
import { NewKeyDialog } from "./new-key-dialog.tsx";

type Key = OutputOf<"key.list">["keys"][number];
type Props = {
  project: string;
  initial: OutputOf<"key.list">;
  publicUrl: string;
  endpointUrl: string;
};

const stateColors = { live: "green", expired: "gray", revoked: "gray" } as const;

export function Keys({ project, initial, publicUrl, endpointUrl }: Props) {
  const { data = initial } = useOperation("key.list", { project }, { initialData: initial });
  const [creating, create] = useDisclosure(false);
  const [revoking, setRevoking] = useState<Key>();
  const revoke = useAct("key.revoke", {
    done: "Key revoked",
    refresh: ["key.list"],
    onDone: () => setRevoking(undefined),
  });
  const button = (
    <Button leftSection={<IconKey size={16} />} onClick={create.open}>
      New key
    </Button>
  );
  return (
    <section className={classes.wide}>
      <Group justify="space-between" align="flex-start">
        <Text size="sm" c="dimmed" maw={620}>
          A key reaches the endpoint at <Code>{endpointUrl}/v1</Code> (scopes chat, preview, embed)
          or the API at <Code>{publicUrl}/api</Code> (read, write, manage), in this project only,
          never with more rights than the person who made it.
        </Text>
        {data.keys.length > 0 && button}
      </Group>
      {data.keys.length === 0 ? (
        <EmptyState title="No keys yet" icon={<IconKey size={24} />} action={button}>
          Programs use keys where people sign in.
        </EmptyState>
      ) : (
        <ScrollBox label="API keys">
          <Table miw={760}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>Key</Table.Th>
                <Table.Th>Scopes</Table.Th>
                <Table.Th>Made by</Table.Th>
                <Table.Th>Last used</Table.Th>
                <Table.Th>Expires</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th w={90} aria-label="Acts" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.keys.map((key) => (
                <Table.Tr key={key.id}>
                  <Table.Td>{key.name}</Table.Td>
                  <Table.Td>
                    <Code>{key.prefix}…</Code>
                  </Table.Td>
                  <Table.Td>{key.scopes.join(", ")}</Table.Td>
                  <Table.Td>{key.createdBy}</Table.Td>
                  <Table.Td>{key.lastUsedAt ? <TimeAgo at={key.lastUsedAt} /> : "never"}</Table.Td>
                  <Table.Td>{key.expires ? <TimeAgo at={key.expires} /> : "never"}</Table.Td>
                  <Table.Td>
                    <Badge size="sm" variant="light" color={stateColors[key.state]}>
                      {key.state}
                    </Badge>
                  </Table.Td>
                  <Table.Td>
                    {key.state === "live" && (
                      <Button
                        size="compact-xs"
                        variant="subtle"
                        color="red"
                        onClick={() => setRevoking(key)}
                        aria-label={`Revoke ${key.name}`}
                      >
                        Revoke
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollBox>
      )}
      <NewKeyDialog project={project} opened={creating} onClose={create.close} />
      <ConfirmDelete
        opened={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        title={`Revoke the key “${revoking?.name ?? ""}”?`}
        act="Revoke"
        dependents={[]}
        busy={revoke.isPending}
        onConfirm={() => revoking && revoke.mutate({ project, key: revoking.id })}
      >
        Programs that use it are refused within five seconds, open streams included. It cannot be
        undone.
      </ConfirmDelete>
    </section>
  );
}
