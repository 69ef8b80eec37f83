import { z } from "zod";
import { listTargets as queryTargets } from "../chat/resolve-target.ts";
import { slugSchema } from "../core/dataset-filter.ts";
import { defineOperation } from "../operation.ts";

/** What the playground can talk to: the same names that the endpoint gives to the page's token. */
export const listTargets = defineOperation({
  name: "playground.models",
  summary: "Deployments and model versions that the playground can talk to, the newest first",
  method: "GET",
  path: "/projects/{project}/playground/models",
  input: z.strictObject({ project: slugSchema }),
  output: z.object({
    models: z.array(z.object({ name: z.string(), kind: z.enum(["deployment", "version"]) })),
  }),
  allow: { project: "play.use" },
  run: async ({ handle }) => {
    const grant = {
      projectId: handle.projectId,
      keyId: null,
      userId: handle.userId,
      chat: true,
      preview: true,
      // Nobody can talk to an embedding model.
      embed: false,
    };
    const found = await queryTargets(handle.db, grant);
    return {
      models: found.map(({ id }) => ({
        name: id,
        kind: id.includes("@") ? ("version" as const) : ("deployment" as const),
      })),
    };
  },
});
