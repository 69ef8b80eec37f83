import type { ProjectHandle } from "#db/handle.ts";
import { newestSuites, type SuiteRow, suitesBySlug } from "#db/queries/evals.ts";
import { suite as suiteTable } from "#db/schema/trust.ts";
import { AssayError } from "../core/errors.ts";
import {
  type ShippedSuiteId,
  shippedSuite,
  shippedSuiteIds,
  shippedSuites,
} from "./suites/shipped.ts";
import { itemCount, parseSuite, type Suite, suiteDigest } from "./suites/suite.ts";

export type KeptSuite = { row: SuiteRow; suite: Suite };

export const isShipped = (slug: string): slug is ShippedSuiteId =>
  (shippedSuiteIds as readonly string[]).includes(slug);

/** Stores a suite in the project by its digest; the same content twice is one row. */
export async function keepSuite(
  handle: ProjectHandle,
  suite: Suite,
  shipped: boolean,
): Promise<SuiteRow> {
  const digest = suiteDigest(suite);
  const [made] = await handle.db
    .insert(suiteTable)
    .values({
      projectId: handle.projectId,
      slug: suite.id,
      title: suite.title,
      kind: suite.kind,
      digest,
      items: itemCount(suite),
      body: suite,
      shipped,
      createdBy: shipped ? null : handle.userId,
    })
    .onConflictDoUpdate({
      target: [suiteTable.projectId, suiteTable.slug, suiteTable.digest],
      set: { title: suite.title },
    })
    .returning();
  if (!made) throw new TypeError("insert returned no row");
  return made;
}

/** Digests of the shipped suites are worked out once a process. */
const digests = new Map<ShippedSuiteId, string>();

function shippedDigest(id: ShippedSuiteId): string {
  const known = digests.get(id) ?? suiteDigest(shippedSuite(id));
  digests.set(id, known);
  return known;
}

/** Suites that the project made or imported, by slug, of each the newest content. */
export async function ownSuites(handle: ProjectHandle): Promise<SuiteRow[]> {
  const rows = await newestSuites(handle);
  return rows.filter(({ shipped }) => !shipped);
}

/** Everything that a model of this project can be examined with: what this release ships, and the project's own. */
export async function projectSuites(handle: ProjectHandle): Promise<Suite[]> {
  return [...shippedSuites(), ...(await ownSuites(handle)).map(suiteOf)];
}

/**
 * The project's suites of these slugs, the shipped ones copied into it on first use. A shipped slug always means the
 * content that this release ships. Slugs that the project does not have are left out.
 */
export async function keptSuites(
  handle: ProjectHandle,
  slugs: readonly string[],
): Promise<KeptSuite[]> {
  const rows = new Map((await suitesBySlug(handle, slugs)).map((row) => [row.slug, row]));
  const kept: KeptSuite[] = [];
  for (const slug of slugs) {
    let row = rows.get(slug);
    if (isShipped(slug) && row?.digest !== shippedDigest(slug)) {
      row = await keepSuite(handle, shippedSuite(slug), true);
    }
    if (row) kept.push({ row, suite: suiteOf(row) });
  }
  return kept;
}

/** As `keptSuites`, for names that a person gave: an unknown one is refused. */
export async function requireSuites(
  handle: ProjectHandle,
  slugs: readonly string[],
): Promise<KeptSuite[]> {
  const kept = await keptSuites(handle, slugs);
  const missing = slugs.find((slug) => !kept.some(({ row }) => row.slug === slug));
  if (missing === undefined) return kept;
  throw new AssayError(
    "not_found",
    `This project has no suite “${missing.slice(0, 80)}”. See the list of suites, or import it from a file.`,
  );
}

/** A stored suite, checked again and with the defaults of today's schema. */
export function suiteOf(row: Pick<SuiteRow, "body" | "digest">): Suite {
  const suite = parseSuite(row.body);
  if (suiteDigest(suite) !== row.digest) {
    throw new AssayError("internal", "A stored suite no longer has the digest it was stored with.");
  }
  return suite;
}
