"use client";

import {
  ActionIcon,
  Anchor,
  Button,
  Group,
  Menu,
  Paper,
  Table,
  Text,
  VisuallyHidden,
} from "@mantine/core";
import { IconDots, IconFileImport, IconPlus, IconTrash, IconWand } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { ConfirmDelete } from "#app/_ui/feedback/confirm-delete.tsx";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import classes from "../datasets.module.css";

const ImportRecipe = dynamic(() => import("./import-recipe.tsx"), { ssr: false });

type Recipe = OutputOf<"recipes.list">["recipes"][number];
type Props = { project: string; mayWrite: boolean };

/** Recipes of the project. A dataset in the address goes along to the recipe that is opened. */
export function RecipeList({ project, mayWrite }: Props) {
  const query = useSearchParams();
  const list = useOperation("recipes.list", { project });
  const kinds = useOperation("recipes.steps", { project });
  const [deleting, setDeleting] = useState<Recipe>();
  const remove = useAct("recipes.delete", {
    refresh: ["recipes.list"],
    onDone: () => setDeleting(undefined),
  });
  const base = `/p/${project}/datasets/recipes`;
  const along = query.size > 0 ? `?${query}` : "";
  const labels = new Map(kinds.data?.steps.map((one) => [one.id, one.label]));
  const [importing, setImporting] = useState(false);
  const add = (
    <Group gap="sm">
      <Button
        variant="default"
        leftSection={<IconFileImport size={16} />}
        onClick={() => setImporting(true)}
      >
        Import YAML
      </Button>
      <Button component={Link} href={`${base}/new${along}`} leftSection={<IconPlus size={16} />}>
        New recipe
      </Button>
    </Group>
  );
  return (
    <Page>
      <PageHeader
        title="Recipes"
        note="Ordered cleaning steps. A run makes one new version and says what each step changed."
        trail={[{ label: "Datasets", href: `/p/${project}/datasets` }]}
        actions={mayWrite && add}
      />
      {list.error ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : !list.data ? (
        <LoadingState />
      ) : list.data.recipes.length === 0 ? (
        <EmptyState
          title="No recipes yet"
          icon={<IconWand size={26} stroke={1.6} />}
          action={mayWrite && add}
        >
          A recipe turns HTML to text, tidies Unicode and spaces, finds or blanks personal data,
          keeps languages, drops duplicates and odd lengths. You see before and after on real rows
          first.
        </EmptyState>
      ) : (
        <Paper className={classes.tablePaper}>
          <Table.ScrollContainer minWidth={560}>
            <Table highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Name</Table.Th>
                  <Table.Th>Steps</Table.Th>
                  <Table.Th>Changed</Table.Th>
                  <Table.Th w={60}>
                    <VisuallyHidden>Acts</VisuallyHidden>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {list.data.recipes.map((one) => (
                  <Table.Tr key={one.id}>
                    <Table.Td className={classes.nameCell}>
                      <Anchor
                        component={Link}
                        href={`${base}/${one.id}${along}`}
                        fw={550}
                        className={classes.wrap}
                      >
                        {one.name}
                      </Anchor>
                    </Table.Td>
                    <Table.Td>
                      <Text size="sm">
                        {one.steps.map(({ step }) => labels.get(step) ?? step).join(" → ")}
                      </Text>
                    </Table.Td>
                    <Table.Td>
                      <TimeAgo at={one.updatedAt} />
                      <Text size="xs" c="dimmed">
                        Revision {one.revision}
                      </Text>
                    </Table.Td>
                    <Table.Td>
                      {mayWrite && (
                        <Menu position="bottom-end" shadow="md">
                          <Menu.Target>
                            <ActionIcon
                              variant="subtle"
                              color="gray"
                              aria-label={`More for the recipe ${one.name}`}
                            >
                              <IconDots size={16} />
                            </ActionIcon>
                          </Menu.Target>
                          <Menu.Dropdown>
                            <Menu.Item
                              color="red"
                              leftSection={<IconTrash size={15} />}
                              onClick={() => setDeleting(one)}
                            >
                              Delete
                            </Menu.Item>
                          </Menu.Dropdown>
                        </Menu>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Paper>
      )}
      {importing && <ImportRecipe project={project} onClose={() => setImporting(false)} />}
      {deleting && (
        <ConfirmDelete
          opened
          onClose={() => setDeleting(undefined)}
          title={`Delete the recipe “${deleting.name}”?`}
          dependents={[]}
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ project, recipe: deleting.id })}
        >
          Versions that were made with it stay, and each run keeps the steps it used.
        </ConfirmDelete>
      )}
    </Page>
  );
}
