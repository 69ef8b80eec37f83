import { hash } from "node:crypto";
import { sql } from "drizzle-orm";
import type { ProjectHandle } from "#db/handle.ts";
import { canonicalJson } from "../datasets/formats/canonical-json.ts";

/** What decides which items are drawn and how they are answered. */
export type Draw = { seed: number; system: string; parameters: Record<string, unknown> };

export const drawHash = ({ seed, system, parameters }: Draw) =>
  hash("sha256", canonicalJson({ seed, system, parameters }));

/**
 * How often the dice were thrown for this artefact: one more than the other draws that it was gated with, finished or
 * not, and the other seeds with which it was evaluated on these suites exactly as the deployment would ask it: looking
 * at ten seeds first and gating the luckiest is ten throws. The same draw again has the same items and answers, and
 * buys nothing.
 */
export async function countAttempt(
  tx: ProjectHandle,
  artefactDigest: string,
  draw: Draw,
  suiteDigests: Readonly<Record<string, string>>,
): Promise<number> {
  const own = drawHash(draw);
  const gated = await tx.db.execute<{ draw: string }>(sql`
    select distinct evidence->>'draw' as draw from gate_run
    where project_id = ${tx.projectId} and artefact_digest = ${artefactDigest}`);
  const digests = Object.values(suiteDigests);
  const evaluated =
    digests.length === 0
      ? []
      : await tx.db.execute<{ input: Draw }>(sql`
    select r.input from run r where r.project_id = ${tx.projectId} and r.kind = 'evaluate' and exists (
      select 1 from eval_result e where e.run_id = r.id and e.project_id = r.project_id
        and e.artefact_digest = ${artefactDigest} and e.suite_digest in ${digests})`);
  const looked = evaluated
    .map(({ input }) => drawHash(input))
    .filter((_, i) => sameAsking(evaluated[i]?.input, draw));
  const throws = new Set([...gated.map((row) => row.draw), ...looked]);
  throws.delete(own);
  return 1 + throws.size;
}

function sameAsking(a: Draw | undefined, b: Draw): boolean {
  const asking = ({ system, parameters }: Draw) => canonicalJson({ system, parameters });
  return a !== undefined && asking(a) === asking(b);
}
