"use client";

import {
  Alert,
  Button,
  Checkbox,
  Group,
  Paper,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import Link from "next/link";
import { useRouter, useSearchParams } from "next/navigation";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { formatNumber, plural } from "#app/_ui/format.ts";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import { ExportRecipe } from "./export-recipe.tsx";
import { RecipePreview } from "./recipe-preview.tsx";
import classes from "./recipes.module.css";
import { StepList } from "./step-list.tsx";

type Recipe = OutputOf<"recipes.read">;
export type RecipeStep = Recipe["steps"][number];
type Props = {
  project: string;
  recipe: Recipe | undefined;
  datasets: { id: number; name: string; conversations: number }[];
  /** The dataset that the recipe was last run on. */
  lastDataset: number | undefined;
  mayWrite: boolean;
  /** Whether a Ray cluster is set up. */
  hasCluster: boolean;
};

/** What a new recipe starts with: harmless steps that most files need. */
const usual: RecipeStep[] = [
  { step: "html", params: {} },
  { step: "unicode", params: {} },
  { step: "pii", params: { mode: "find" } },
  { step: "language", params: {} },
  { step: "duplicates", params: {} },
];

/** Steps left, what they do to real rows right; saved, then run on a dataset. */
export function RecipePage(props: Props) {
  const { project, recipe, datasets, mayWrite, hasCluster } = props;
  const router = useRouter();
  const query = useSearchParams();
  const [name, setName] = useState(recipe?.name ?? "");
  const [steps, setSteps] = useState(recipe?.steps ?? usual);
  const [onCluster, setOnCluster] = useState(false);
  const filled = datasets.filter((one) => one.conversations > 0);
  const [dataset, setDataset] = useState(() => {
    const wanted = Number(query.get("dataset") ?? props.lastDataset);
    return filled.find((one) => one.id === wanted)?.id ?? filled[0]?.id;
  });
  const kinds = useOperation("recipes.steps", { project });
  const base = `/p/${project}/datasets/recipes`;
  const saved = (made: Recipe) => router.replace(`${base}/${made.id}?dataset=${dataset ?? ""}`);
  const refresh = ["recipes.list" as const, "recipes.read" as const, "recipes.revisions" as const];
  const create = useAct("recipes.create", { notify: false, refresh, done: "Recipe saved." });
  const update = useAct("recipes.update", { notify: false, refresh, done: "Recipe saved." });
  const run = useAct("recipes.run", {
    onDone: (started) => router.push(`${base}/runs/${started.run}`),
  });
  const [revision, setRevision] = useState(recipe?.revision);
  const [stored, setStored] = useState({ name: recipe?.name ?? "", steps: recipe?.steps });
  const changed = stored.name !== name || JSON.stringify(stored.steps) !== JSON.stringify(steps);
  const error = create.error ?? update.error;

  async function save(): Promise<Recipe | undefined> {
    const given = { project, name, steps };
    try {
      const made = recipe
        ? await update.mutateAsync({ ...given, recipe: recipe.id, revision: revision ?? 1 })
        : await create.mutateAsync(given);
      setRevision(made.revision);
      setStored({ name: made.name, steps: made.steps });
      setSteps(made.steps);
      return made;
    } catch {
      // The refusal is shown beside the form.
      return undefined;
    }
  }

  async function saveAndRun() {
    const target = changed || !recipe ? await save() : recipe;
    if (target && dataset) {
      run.mutate({ project, dataset, recipe: target.id, on: onCluster ? "ray" : "here" });
    }
  }

  const chosen = filled.find((one) => one.id === dataset);
  return (
    <Page wide>
      <PageHeader
        title={recipe?.name ?? "New recipe"}
        trail={[
          { label: "Datasets", href: `/p/${project}/datasets` },
          { label: "Recipes", href: base },
        ]}
        actions={
          recipe &&
          revision !== undefined && (
            <>
              <ExportRecipe project={project} recipe={recipe.id} revision={revision} />
              <Button
                component={Link}
                href={`${base}/${recipe.id}/revisions`}
                variant="default"
                leftSection={<IconHistory size={16} />}
              >
                {plural(revision, "revision")}
              </Button>
            </>
          )
        }
      />
      <div className={classes.columns}>
        <Stack>
          <TextInput
            label="Name of the recipe"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={200}
            required
            disabled={!mayWrite}
            error={error?.fieldError("name")}
          />
          {kinds.data ? (
            <StepList
              kinds={kinds.data.steps}
              steps={steps}
              onChange={setSteps}
              errorOf={(path) => error?.fieldError(path)}
              disabled={!mayWrite}
            />
          ) : kinds.error ? (
            <ErrorState error={kinds.error} onRetry={() => void kinds.refetch()} />
          ) : (
            <LoadingState />
          )}
          {error && (
            <Alert color="red" role="alert">
              {error.message}
            </Alert>
          )}
          {hasCluster && (
            <Checkbox
              label="Run on the Ray cluster"
              description="For many rows. It makes the same version as a run on this machine."
              checked={onCluster}
              onChange={(event) => setOnCluster(event.currentTarget.checked)}
              disabled={!mayWrite}
            />
          )}
          <Group>
            <Button
              variant="default"
              onClick={async () => {
                const made = await save();
                if (made && !recipe) saved(made);
              }}
              loading={create.isPending || update.isPending}
              disabled={!mayWrite || !name.trim() || !changed || steps.length === 0}
              title={mayWrite ? undefined : "Saving needs the role curator"}
            >
              Save
            </Button>
            <Button
              onClick={saveAndRun}
              loading={run.isPending}
              disabled={!mayWrite || !name.trim() || !chosen || steps.length === 0}
              title={chosen ? undefined : "There is no dataset with conversations yet"}
            >
              {changed || !recipe ? "Save and run" : "Run"} on{" "}
              {chosen ? `“${shorten(chosen.name)}”` : "a dataset"}
            </Button>
          </Group>
        </Stack>
        <Paper p="lg" component="section" aria-label="Preview">
          <Group justify="space-between" align="flex-end" mb="md">
            <Title order={2}>Before and after</Title>
            <Select
              label="Rows of"
              data={filled.map((one) => ({
                value: String(one.id),
                label: `${one.name} (${formatNumber(one.conversations)})`,
              }))}
              value={dataset ? String(dataset) : null}
              onChange={(value) => setDataset(Number(value) || undefined)}
              placeholder="No dataset with conversations"
              allowDeselect={false}
              searchable={filled.length > 10}
              w={280}
            />
          </Group>
          {dataset ? (
            <RecipePreview
              project={project}
              dataset={dataset}
              steps={steps}
              kinds={kinds.data?.steps}
            />
          ) : (
            <Text c="dimmed">Import conversations to see what the steps do to them.</Text>
          )}
        </Paper>
      </div>
    </Page>
  );
}

const shorten = (name: string) => (name.length > 30 ? `${name.slice(0, 29)}…` : name);
