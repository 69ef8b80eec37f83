import { sendDownload } from "#app/_door/download.ts";
import { open } from "#app/_door/open.ts";
import { idSchema } from "#lib/core/dataset-filter.ts";
import { downloadArtefact } from "#lib/models/artefact-files.ts";

type Context = { params: Promise<{ project: string; version: string }> };

/** The files of a model version as one archive: `…/models/12/download`. */
export const GET = open<Context>(async (services, request, { params }) => {
  const { project, version } = await params;
  return sendDownload(services, request, {
    slug: project,
    allow: "model.export",
    name: "model.download",
    target: { version },
    find: (handle) => downloadArtefact(handle, services, idSchema.parse(version)),
  });
});
