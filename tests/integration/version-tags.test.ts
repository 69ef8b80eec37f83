import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { removeRows } from "#lib/datasets/change-rows.ts";
import { forkDataset } from "#lib/datasets/fork-dataset.ts";
import { restoreVersion, undoVersion } from "#lib/datasets/go-back.ts";
import { diffVersions, listVersions } from "#lib/datasets/read-versions.ts";
import { startExport } from "#lib/datasets/start-export.ts";
import { listVersionTags, tagVersion, untagVersion } from "#lib/datasets/tag-version.ts";
import { act, chatLines, freeze, importText, rowIds } from "#tests/setup/datasets.ts";
import { makePerson, request } from "#tests/setup/door.ts";
import { addMember, makeHandle, makeProject } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();

/** Four chats at version 1, two at version 2. */
async function filled(given: Parameters<typeof makeHandle>[1] = {}) {
  const handle = await makeHandle(services, given);
  const done = await importText(services, handle, chatLines(4));
  const id = Number(done.result?.datasetId);
  const ids = (await rowIds(handle, id)).slice(2);
  await act(services, handle, removeRows, { dataset: id, filter: { ids } });
  return { handle, id };
}

const put = (
  handle: ProjectHandle,
  id: number,
  tag: string,
  version: number | string,
  move = false,
) => act(services, handle, tagVersion, { dataset: id, tag, version, move });

describe("a tag of a version", () => {
  it("stays where it is until somebody moves it or takes it off", async () => {
    const { handle, id } = await filled();
    await put(handle, id, "reviewed", 1);
    await put(handle, id, "v1.0", 1);
    await put(handle, id, "reviewed", 1);
    await expect(put(handle, id, "reviewed", 2)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("“reviewed” is on version 1"),
    });
    const list = () => act(services, handle, listVersionTags, { dataset: id });
    expect((await list()).tags).toEqual([
      { tag: "reviewed", version: 1 },
      { tag: "v1.0", version: 1 },
    ]);
    await put(handle, id, "reviewed", 2, true);
    const { versions } = await act(services, handle, listVersions, { dataset: id });
    expect(versions.map((one) => one.tags)).toEqual([["reviewed"], ["v1.0"]]);
    await act(services, handle, untagVersion, { dataset: id, tag: "v1.0" });
    const again = act(services, handle, untagVersion, { dataset: id, tag: "v1.0" });
    await expect(again).rejects.toMatchObject({ code: "not_found" });
    expect((await list()).tags).toEqual([{ tag: "reviewed", version: 2 }]);
  });

  it("belongs to its dataset, and to a version that is there", async () => {
    const { handle, id } = await filled();
    await put(handle, id, "gold", 1);
    const { dataset: fork } = await act(services, handle, forkDataset, { dataset: id, name: "f" });
    await put(handle, fork ?? 0, "gold", 1);
    await expect(put(handle, id, "late", 9)).rejects.toMatchObject({ code: "not_found" });
    await expect(put(handle, id, "late", "none")).rejects.toMatchObject({ code: "not_found" });
    for (const name of ["7", "1.2", "Gold", "a b", "-a", "a--b", "é", "", "a".repeat(61)]) {
      await expect(put(handle, id, name, 1), name).rejects.toThrow();
    }
  });

  it("names a version wherever one is chosen", async () => {
    const { handle, id } = await filled();
    await put(handle, id, "whole", 1);
    await put(handle, id, "half", 2);
    const frozen = await freeze(services, handle, { dataset: id, version: "whole" });
    expect(frozen).toMatchObject({ version: 1, name: "chats v1" });
    const { run } = await act(services, handle, startExport, { dataset: id, version: "whole" });
    const [row] = await handle.db.execute(
      sql`select input->>'version' as v from run where id = ${run}`,
    );
    expect(row).toEqual({ v: "1" });
    const diff = await act(services, handle, diffVersions, {
      dataset: id,
      from: "half",
      to: "whole",
    });
    expect(diff.counts.added).toBe(2);
    const fork = await act(services, handle, forkDataset, {
      dataset: id,
      version: "whole",
      name: "f",
    });
    expect(fork.conversations).toBe(4);
    const back = await act(services, handle, restoreVersion, { dataset: id, version: "whole" });
    expect(back).toMatchObject({ version: 3, changed: 2 });
    await put(handle, id, "back", 3);
    const undone = await act(services, handle, undoVersion, { dataset: id, version: "back" });
    expect(undone).toMatchObject({ version: 4, changed: 2 });
  });

  it("is put and taken off by curators, and both are in the audit log", async () => {
    const owner = await makePerson(services, { email: "owner@example.test" });
    const place = await makeProject(services, { slug: "place", owner });
    const { id, handle } = await filled({ project: place, user: owner });
    const viewer = await makePerson(services, { email: "viewer@example.test" });
    await addMember(services, place, viewer, "viewer");
    const at = `/projects/place/datasets/${id}/version-tags`;
    const body = { version: 1 };
    expect((await request(services, viewer, `PUT ${at}/gold`, body)).status).toBe(403);
    expect((await request(services, owner, `PUT ${at}/gold`, body)).status).toBe(200);
    expect((await request(services, viewer, `DELETE ${at}/gold`)).status).toBe(403);
    expect((await request(services, viewer, `GET ${at}`)).body.tags).toHaveLength(1);
    expect((await request(services, owner, `DELETE ${at}/gold`)).status).toBe(200);
    const entries = await handle.db.execute<{ act: string; outcome: string }>(sql`
      select act, outcome from audit_entry where act like 'versions.%' order by id`);
    expect(entries.map((one) => `${one.act} ${one.outcome}`)).toEqual([
      "versions.tag denied",
      "versions.tag done",
      "versions.untag denied",
      "versions.untag done",
    ]);
  });
});
