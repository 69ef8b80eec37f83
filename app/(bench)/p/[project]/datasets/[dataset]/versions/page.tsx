import { pageContext } from "#app/_door/page.ts";
import { Relatives } from "./relatives.tsx";
import { VersionList } from "./version-list.tsx";

type Props = { params: Promise<{ project: string; dataset: string }> };

export default async function VersionsPage({ params }: Props) {
  const { project, dataset } = await params;
  const { handle } = await pageContext(project, "dataset.read");
  return (
    <>
      <Relatives project={handle.slug} dataset={Number(dataset)} />
      <VersionList
        project={handle.slug}
        dataset={Number(dataset)}
        mayWrite={handle.may("dataset.write")}
      />
    </>
  );
}
