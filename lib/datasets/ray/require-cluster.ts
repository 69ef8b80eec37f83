import { AssayError } from "../../core/errors.ts";
import type { RayCluster } from "../../env.ts";

/** Refuses where no cluster is set up. */
export function requireCluster(ray: RayCluster | undefined): RayCluster {
  if (ray) return ray;
  throw new AssayError(
    "precondition_failed",
    "No Ray cluster is set up here, so nothing was started. Run the recipe on this machine, or set ASSAY_RAY_URL and ASSAY_RAY_STORE.",
  );
}
