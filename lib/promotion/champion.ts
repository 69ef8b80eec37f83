import { and, asc, eq } from "drizzle-orm";
import type { ProjectHandle } from "#db/handle.ts";
import { type DeploymentRow, deploymentEvents } from "#db/queries/deployments.ts";
import { deploymentEvent } from "#db/schema/trust.ts";
import { servedDigest } from "../evals/measure/model-under-test.ts";
import { requireVersion, type VersionRow } from "../models/read-models.ts";

/**
 * What a candidate is compared with: the live version; when that is the candidate itself (gated anew after a change of
 * settings), the version that was live before it and was not left by a rollback. Nothing is ever its own yardstick.
 */
export async function championFor(
  handle: ProjectHandle,
  deployment: Pick<DeploymentRow, "id" | "liveVersionId">,
  candidateDigest: string,
): Promise<VersionRow | null> {
  if (deployment.liveVersionId === null) return null;
  const events = await deploymentEvents(handle, deployment.id);
  const left = events.flatMap(({ act, fromVersionId }) =>
    act === "rollback" ? [fromVersionId] : [],
  );
  const before = events.flatMap(({ act, toVersionId }) =>
    act === "promote" && toVersionId !== null && !left.includes(toVersionId) ? [toVersionId] : [],
  );
  for (const id of new Set([deployment.liveVersionId, ...before])) {
    const version = await requireVersion(handle, id);
    if (servedDigest(version) !== candidateDigest) return version;
  }
  return null;
}

/** The first version that this deployment ever served, unless it is the candidate: the yardstick that does not move. */
export async function anchorFor(
  handle: ProjectHandle,
  deploymentId: number,
  candidateDigest: string,
): Promise<VersionRow | null> {
  const [first] = await handle.db
    .select({ id: deploymentEvent.toVersionId })
    .from(deploymentEvent)
    .where(
      and(
        eq(deploymentEvent.projectId, handle.projectId),
        eq(deploymentEvent.deploymentId, deploymentId),
        eq(deploymentEvent.act, "promote"),
      ),
    )
    .orderBy(asc(deploymentEvent.id))
    .limit(1);
  if (!first?.id) return null;
  const version = await requireVersion(handle, first.id);
  return servedDigest(version) === candidateDigest ? null : version;
}
