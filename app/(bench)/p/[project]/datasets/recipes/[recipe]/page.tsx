import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { load, pageContext } from "#app/_door/page.ts";
import { listDatasets } from "#db/queries/datasets.ts";
import { lastCleaned } from "#db/queries/recipes.ts";
import { idSchema } from "#lib/core/dataset-filter.ts";
import { recipeView, requireRecipe } from "#lib/datasets/recipes.ts";
import { RecipePage } from "../recipe-page.tsx";

export const metadata: Metadata = { title: "Recipe" };

type Props = { params: Promise<{ project: string; recipe: string }> };

export default async function OneRecipePage({ params }: Props) {
  const { project, recipe } = await params;
  const { handle, services } = await pageContext(project, "dataset.read");
  const datasets = (await listDatasets(handle)).map(({ id, name, headCount }) => ({
    ...{ id, name, conversations: headCount },
  }));
  const id = idSchema.safeParse(recipe);
  if (recipe !== "new" && !id.success) notFound();
  const found = id.success ? recipeView(await load(requireRecipe(handle, id.data))) : undefined;
  return (
    <RecipePage
      key={recipe}
      project={handle.slug}
      recipe={found}
      datasets={datasets}
      lastDataset={found && (await lastCleaned(handle, found.id))}
      mayWrite={handle.may("dataset.write")}
      hasCluster={services.ray !== undefined}
    />
  );
}
