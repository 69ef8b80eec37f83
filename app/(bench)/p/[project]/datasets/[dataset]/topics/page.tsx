import { pageContext } from "#app/_door/page.ts";
import { TopicsView } from "./topics-view.tsx";

type Props = { params: Promise<{ project: string; dataset: string }> };

export default async function TopicsPage({ params }: Props) {
  const { project, dataset } = await params;
  const { handle } = await pageContext(project, "dataset.read");
  return (
    <TopicsView
      project={handle.slug}
      dataset={Number(dataset)}
      may={{ write: handle.may("dataset.write"), cancel: handle.may("run.cancel") }}
    />
  );
}
