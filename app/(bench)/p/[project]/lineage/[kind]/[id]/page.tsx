import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { load, pageContext } from "#app/_door/page.ts";
import { lineageKinds, readLineage } from "#lib/lineage/read-lineage.ts";
import { LineageView } from "./lineage-view.tsx";

export const metadata: Metadata = { title: "Lineage" };

type Props = { params: Promise<{ project: string; kind: string; id: string }> };

export default async function LineagePage({ params }: Props) {
  const { project, kind: given, id } = await params;
  const context = await pageContext(project, "lineage.read");
  const { handle } = context;
  const kind = lineageKinds.find((one) => one === given);
  if (!kind) notFound();
  const signal = new AbortController().signal;
  const input = { project: handle.slug, kind, id: decodeURIComponent(id) };
  const data = await load(readLineage.run({ ...context, signal }, input));
  return <LineageView project={handle.slug} data={data} />;
}
