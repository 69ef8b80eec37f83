import type { Metadata } from "next";
import { load, pageContext } from "#app/_door/page.ts";
import { listPolicies } from "#lib/promotion/keep-policies.ts";
import { PoliciesView } from "./policies-view.tsx";

export const metadata: Metadata = { title: "Policies" };

type Props = { params: Promise<{ project: string }> };

export default async function PoliciesPage({ params }: Props) {
  const context = await pageContext((await params).project, "gate.read");
  const { handle } = context;
  const initial = await load(
    listPolicies.run(
      { ...context, signal: new AbortController().signal },
      { project: handle.slug },
    ),
  );
  return (
    <PoliciesView project={handle.slug} initial={initial} mayWrite={handle.may("policy.write")} />
  );
}
