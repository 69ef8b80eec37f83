"use client";

import { ActionIcon, Anchor, Checkbox, Menu, Paper, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBinaryTree2, IconDots, IconTrash } from "@tabler/icons-react";
import Link from "next/link";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { formatFixed, formatShort } from "#app/_ui/format.ts";
import { StackedTable } from "#app/_ui/table/stacked-table.tsx";
import { useOperation } from "#app/_ui/use-operation.ts";
import { DeleteModel } from "./delete-model.tsx";
import { GreyedButton } from "./greyed-button.tsx";
import classes from "./models.module.css";
import { RegisterFolder } from "./register-folder.tsx";
import { methodWords, numberIn } from "./words.ts";

export type Version = OutputOf<"models.list">["versions"][number];
type May = { train: boolean; write: boolean; delete: boolean };
type Props = { project: string; projectId: number; may: May };

const needsMaintainer = (may: boolean) => (may ? undefined : "This needs the role maintainer");

/** Models of a project with their versions, the newest first. */
export function ModelList({ project, projectId, may }: Props) {
  const list = useOperation("models.list", { project }, { topics: [`project:${projectId}`] });
  const [chosen, setChosen] = useState<number[]>([]);
  const [registering, register] = useDisclosure(false);
  const base = `/p/${project}/models`;
  const versions = list.data?.versions ?? [];
  return (
    <Page>
      <PageHeader
        title="Models"
        note="Versions never change: each names its weights by digest, and all it was made from."
        actions={
          <>
            <GreyedButton variant="default" href={`${base}/servers`} because={undefined}>
              Other servers
            </GreyedButton>
            <GreyedButton
              variant="default"
              onClick={register.open}
              because={needsMaintainer(may.write)}
            >
              Register a folder
            </GreyedButton>
            {versions.length > 1 && (
              <GreyedButton
                variant="default"
                href={`${base}/compare?a=${Math.min(...chosen)}&b=${Math.max(...chosen)}`}
                because={chosen.length === 2 ? undefined : "Tick two versions to compare them"}
              >
                Compare two
              </GreyedButton>
            )}
            <GreyedButton href={`${base}/train`} because={needsMaintainer(may.train)}>
              Train a model
            </GreyedButton>
          </>
        }
      />
      {list.error ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <LoadingState />
      ) : versions.length === 0 ? (
        <EmptyState
          title="No models yet"
          icon={<IconBinaryTree2 size={26} stroke={1.6} />}
          action={
            <GreyedButton href={`${base}/train`} because={needsMaintainer(may.train)}>
              Train a model
            </GreyedButton>
          }
        >
          Train a small one from scratch on a snapshot, register a Hugging Face folder that lies on
          the server, or name a model of another OpenAI-compatible server.
        </EmptyState>
      ) : (
        <Versions
          base={base}
          project={project}
          versions={versions}
          mayDelete={may.delete}
          chosen={chosen}
          onChoose={(id) =>
            setChosen((now) =>
              now.includes(id) ? now.filter((one) => one !== id) : [...now, id].slice(-2),
            )
          }
        />
      )}
      <RegisterFolder project={project} opened={registering} onClose={register.close} />
    </Page>
  );
}

type VersionsProps = {
  base: string;
  project: string;
  versions: Version[];
  mayDelete: boolean;
  chosen: number[];
  onChoose: (id: number) => void;
};

function Versions({ base, project, versions, mayDelete, chosen, onChoose }: VersionsProps) {
  const [deleting, setDeleting] = useState<{ id: number; name: string }>();
  const groups = [...Map.groupBy(versions, (one) => one.modelId).values()];
  return (
    <Paper className={classes.paper}>
      <StackedTable aria-label="Model versions" minWidth={860} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={44} aria-label="Compare" />
            <Table.Th>Version</Table.Th>
            <Table.Th>Made</Table.Th>
            <Table.Th data-figure>Parameters</Table.Th>
            <Table.Th data-figure>Loss</Table.Th>
            <Table.Th data-figure>Perplexity</Table.Th>
            <Table.Th>When</Table.Th>
            <Table.Th w={44} aria-label="More" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {groups.flatMap((group) =>
            group.map((one, index) => (
              <VersionRow
                key={one.id}
                base={base}
                version={one}
                ticked={chosen.includes(one.id)}
                onTick={() => onChoose(one.id)}
                {...(index === 0 && mayDelete
                  ? { onDelete: () => setDeleting({ id: one.modelId, name: one.model }) }
                  : {})}
              />
            )),
          )}
        </Table.Tbody>
      </StackedTable>
      {deleting && (
        <DeleteModel project={project} model={deleting} onClose={() => setDeleting(undefined)} />
      )}
    </Paper>
  );
}

type RowProps = {
  base: string;
  version: Version;
  ticked: boolean;
  onTick: () => void;
  onDelete?: () => void;
};

function VersionRow({ base, version, ticked, onTick, onDelete }: RowProps) {
  const { facts } = version;
  return (
    <Table.Tr>
      <Table.Td data-last data-label="Compare">
        <Checkbox aria-label={`Compare ${version.name}`} checked={ticked} onChange={onTick} />
      </Table.Td>
      <Table.Td className={classes.modelName} data-wide>
        <Anchor component={Link} href={`${base}/${version.id}`} fw={550} dir="auto">
          {version.name}
        </Anchor>
      </Table.Td>
      <Table.Td data-label="Made">
        <Text size="sm">
          {methodWords[version.method] ?? version.method}
          {version.embedding && ", gives vectors"}
        </Text>
      </Table.Td>
      <Table.Td data-figure data-label="Parameters">
        {version.parameters === null ? "–" : formatShort(version.parameters)}
      </Table.Td>
      <Table.Td data-figure data-label="Loss">
        {formatFixed(numberIn(facts, "loss"), 3)}
      </Table.Td>
      <Table.Td data-figure data-label="Perplexity">
        {formatFixed(numberIn(facts, "eval_perplexity"))}
      </Table.Td>
      <Table.Td data-label="When">
        <TimeAgo at={version.createdAt} />
      </Table.Td>
      <Table.Td data-last>
        {onDelete && (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`More for the model ${version.model}`}
              >
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item color="red" leftSection={<IconTrash size={14} />} onClick={onDelete}>
                Delete the model
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
