import { pageContext } from "#app/_door/page.ts";
import { MergeView } from "./merge-view.tsx";

type Props = { params: Promise<{ project: string; dataset: string }> };

export default async function MergePage({ params }: Props) {
  const { project, dataset } = await params;
  const { handle } = await pageContext(project, "dataset.read");
  return (
    <MergeView
      project={handle.slug}
      dataset={Number(dataset)}
      mayWrite={handle.may("dataset.write")}
    />
  );
}
