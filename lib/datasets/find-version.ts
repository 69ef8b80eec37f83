import type { ProjectHandle } from "#db/handle.ts";
import type { Dataset } from "#db/queries/datasets.ts";
import { findVersionTag } from "#db/queries/version-tags.ts";
import { AssayError } from "../core/errors.ts";
import type { VersionRef } from "../core/version-ref.ts";

/** Number of a version of a dataset, by number or by tag. @throws not_found for one that it does not have. */
export async function findVersion(
  handle: ProjectHandle,
  dataset: Dataset,
  wanted: VersionRef,
): Promise<number> {
  if (typeof wanted === "number") {
    checkVersion(dataset, wanted);
    return wanted;
  }
  const tag = await findVersionTag(handle, dataset.id, wanted);
  if (tag) return tag.version;
  throw new AssayError(
    "not_found",
    `“${dataset.name}” has no version with the tag “${wanted}”. Choose a number or a tag of its list of versions.`,
  );
}

function checkVersion(dataset: Dataset, version: number): void {
  if (version <= dataset.headVersion) return;
  throw new AssayError(
    "not_found",
    dataset.headVersion === 0
      ? "This dataset has no version yet. Import conversations first."
      : `This dataset has versions 1 to ${dataset.headVersion}. Choose one of them.`,
  );
}
