import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache, type ReactNode } from "react";
import { load, pageContext } from "#app/_door/page.ts";
import { Page } from "#app/_ui/feedback/page-header.tsx";
import { requireDataset } from "#db/queries/datasets.ts";
import { idSchema } from "#lib/core/dataset-filter.ts";
import { readView } from "#lib/datasets/read-dataset.ts";
import { DatasetHeader } from "./dataset-header.tsx";

type Props = { params: Promise<{ project: string; dataset: string }>; children: ReactNode };

const find = cache(async (project: string, dataset: string) => {
  const { handle } = await pageContext(project, "dataset.read");
  const id = idSchema.safeParse(dataset);
  if (!id.success) notFound();
  return { handle, row: await load(requireDataset(handle, id.data)) };
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { project, dataset } = await params;
  const { row } = await find(project, dataset);
  return { title: row.name };
}

export default async function DatasetLayout({ params, children }: Props) {
  const { project, dataset } = await params;
  const { handle, row } = await find(project, dataset);
  return (
    <Page wide>
      <DatasetHeader
        project={handle.slug}
        initial={await readView(handle, row)}
        may={{ write: handle.may("dataset.write"), remove: handle.may("dataset.delete") }}
      />
      {children}
    </Page>
  );
}
