"use client";

import { ActionIcon, Button, Group, Menu, Modal, Select, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDots, IconRefresh, IconTrash } from "@tabler/icons-react";
import type { OutputOf } from "#app/_ui/client.ts";
import { formatMoment, formatNumber, plural } from "#app/_ui/format.ts";
import { useAct } from "#app/_ui/use-operation.ts";
import classes from "./topics.module.css";

type TopicMap = OutputOf<"topics.maps">["maps"][number];

type Props = {
  project: string;
  dataset: number;
  shown: TopicMap;
  maps: readonly TopicMap[];
  /** The newest version of the dataset. */
  version: number;
  may: { write: boolean };
  onOpen: (map: number) => void;
  onAgain: () => void;
  onRemoved: () => void;
};

const nameOf = (map: TopicMap) =>
  `${map.parent === null ? "Map" : "Part"} ${map.id}: version ${map.version}, ${plural(map.topics, "topic")}, ${formatNumber(map.rows)} rows`;

/** Which map is shown, how it was made, and another one. */
export function MapHead(props: Props) {
  const { project, dataset, shown, maps, may } = props;
  const [removing, removal] = useDisclosure(false);
  return (
    <div className={classes.head}>
      {maps.length > 1 && (
        <Select
          aria-label="Map"
          className={classes.maps}
          data={maps.map((map) => ({ value: String(map.id), label: nameOf(map) }))}
          value={String(shown.id)}
          allowDeselect={false}
          onChange={(id) => id && props.onOpen(Number(id))}
        />
      )}
      <Text size="sm" c="dimmed" className={classes.how}>
        {maps.length === 1 && `Version ${shown.version} · `}
        {shown.method === "lexical" ? "by words (lexical)" : shown.method} · seed{" "}
        {shown.settings.seed} · {formatMoment(shown.createdAt)}
        {shown.createdBy && ` by ${shown.createdBy}`}
      </Text>
      {may.write && (
        <Group gap={6} ml="auto" wrap="nowrap">
          <Button
            variant="default"
            size="xs"
            leftSection={<IconRefresh size={15} />}
            onClick={props.onAgain}
          >
            Map again
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="default" size={30} aria-label="More about this map">
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconTrash size={15} />} onClick={removal.open}>
                Remove this map
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      )}
      {removing && (
        <RemoveMap
          {...{ project, dataset }}
          map={shown.id}
          onClose={removal.close}
          onDone={props.onRemoved}
        />
      )}
    </div>
  );
}

type RemoveProps = {
  project: string;
  dataset: number;
  map: number;
  onClose: () => void;
  onDone: () => void;
};

function RemoveMap({ project, dataset, map, onClose, onDone }: RemoveProps) {
  const remove = useAct("topics.remove", {
    done: "The map was removed. No conversation was.",
    refresh: ["topics.maps"],
    onDone: () => {
      onClose();
      onDone();
    },
  });
  return (
    <Modal opened onClose={onClose} title="Remove this map?">
      <Text size="sm">
        Conversations, tags and snapshots stay. Saved views that show one of its topics or areas
        will find no row. The same rows and seed give the same map again.
      </Text>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          Keep it
        </Button>
        <Button
          color="red"
          loading={remove.isPending}
          onClick={() => remove.mutate({ project, dataset, map })}
        >
          Remove
        </Button>
      </Group>
    </Modal>
  );
}
