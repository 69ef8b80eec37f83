import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { load, pageContext } from "#app/_door/page.ts";
import { idSchema } from "#lib/core/dataset-filter.ts";
import { readCard } from "#lib/models/card.ts";
import { requireVersion, versionView } from "#lib/models/read-models.ts";
import { readRelations } from "#lib/models/relations.ts";
import { VersionDetail } from "./version-detail.tsx";

export const metadata: Metadata = { title: "Model version" };

type Props = { params: Promise<{ project: string; version: string }> };

export default async function VersionPage({ params }: Props) {
  const { project, version } = await params;
  const { handle } = await pageContext(project, "model.read");
  const id = idSchema.safeParse(version);
  if (!id.success) notFound();
  const row = await load(requireVersion(handle, id.data));
  return (
    <VersionDetail
      project={handle.slug}
      version={versionView(row)}
      relations={await readRelations(handle, id.data)}
      card={await readCard(handle, row)}
      may={{
        train: handle.may("train.run"),
        delete: handle.may("model.delete"),
        download: handle.may("model.export"),
      }}
    />
  );
}
