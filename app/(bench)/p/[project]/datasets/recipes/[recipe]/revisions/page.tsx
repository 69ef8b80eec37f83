import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { load, pageContext } from "#app/_door/page.ts";
import { idSchema } from "#lib/core/dataset-filter.ts";
import { recipeView, requireRecipe } from "#lib/datasets/recipes.ts";
import { RevisionsPage } from "../../revisions-page.tsx";

export const metadata: Metadata = { title: "Revisions of a recipe" };

type Props = { params: Promise<{ project: string; recipe: string }> };

export default async function RecipeRevisionsPage({ params }: Props) {
  const { project, recipe } = await params;
  const { handle } = await pageContext(project, "dataset.read");
  const id = idSchema.safeParse(recipe);
  if (!id.success) notFound();
  const found = recipeView(await load(requireRecipe(handle, id.data)));
  return (
    <RevisionsPage project={handle.slug} initial={found} mayWrite={handle.may("dataset.write")} />
  );
}
