// Which pages a project has: the fixed ones, and those of the things that it holds, the newest of each.

const fixed = [
  "",
  "datasets",
  "datasets/import",
  "datasets/recipes",
  "label",
  "label/new",
  "label/schemas/new",
  "runs",
  "models",
  "models/train",
  "models/servers",
  "playground",
  "playground/runs",
  "playground/runs/new",
  "compare",
  "compare/new",
  "evaluate",
  "evaluate?tab=findings",
  "evaluate?tab=suites",
  "evaluate?tab=runs",
  "promote",
  "chat",
  "monitor",
  "monitor/feedback",
  "settings",
  "settings/account",
  "settings/members",
  "settings/keys",
  "settings/users",
  "settings/audit",
  "nothing-here",
];

/** Addresses below `/p/<project>/`, each with a name for its files. */
export async function pagesOf(api, project) {
  const read = (path, input) => api("GET", `/projects/${project}${path}`, input);
  const first = async (path, field, input) => (await read(path, input))[field][0];
  const newestRun = (kind) => first("/runs", "runs", { kind, state: "succeeded", limit: 1 });
  const found = [...fixed];
  const add = (thing, ...paths) => thing && found.push(...paths.map((path) => path(thing)));

  const { datasets } = await read("/datasets");
  const [dataset] = datasets.toSorted((a, b) => b.conversations - a.conversations || a.id - b.id);
  add(dataset, ...datasetPages);
  if (dataset) {
    const { rows } = await read(`/datasets/${dataset.id}/conversations`, { limit: 1 });
    add(
      rows[0],
      (row) => `datasets/${dataset.id}?open=${row.id}`,
      (row) => `playground?conversation=${row.id}`,
      (row) => `lineage/conversation/${row.id}`,
    );
  }
  add(await first("/recipes", "recipes"), ({ id }) => `datasets/recipes/${id}`);
  add(await first("/recipes", "recipes"), ({ id }) => `datasets/recipes/${id}/revisions`);
  add(await newestRun("recipe"), ({ id }) => `datasets/recipes/runs/${id}`);
  add(await newestRun("import"), ({ id }) => `datasets/import/${id}`);
  add(
    await first("/label-tasks", "tasks"),
    ({ id }) => `label/${id}`,
    ({ id }) => `label/${id}/work`,
    ({ id }) => `label/${id}/decide`,
  );
  add(await newestRun("train"), ({ id }) => `runs/${id}`);
  const { versions } = await read("/models");
  add(
    versions[0],
    ({ id }) => `models/${id}`,
    ({ id }) => `lineage/model/${id}`,
  );
  add(versions[1], ({ id }) => `models/compare?a=${id}&b=${versions[0].id}`);
  add(await newestRun("infer"), ({ id }) => `playground/runs/${id}`);
  add(await first("/playground/sessions", "sessions"), ({ id }) => `playground?session=${id}`);
  add(
    await first("/comparisons", "comparisons"),
    ({ id }) => `compare/${id}`,
    ({ id }) => `compare/${id}/vote`,
  );
  add(await first("/deployments", "deployments"), ({ name }) => `promote/${name}`);
  add(await first("/gates", "gates"), ({ id }) => `promote/gates/${id}`);
  add(await first("/chats", "chats"), ({ id }) => `chat/${id}`);
  return found.map((path) => ({ path, name: nameOf(path) }));
}

const datasetPages = [
  ({ id }) => `datasets/${id}`,
  ({ id }) => `datasets/${id}/statistics`,
  ({ id }) => `datasets/${id}/topics`,
  ({ id }) => `datasets/${id}/versions`,
  ({ id, version }) => `datasets/${id}/versions/diff?from=1&to=${version}`,
  ({ id }) => `datasets/${id}/versions/merge`,
  ({ id }) => `datasets/${id}/snapshots`,
  ({ id }) => `datasets/${id}/exports`,
];

/** `datasets/3/versions` and `datasets/7/versions` are the same page: ids say nothing in a file's name. */
const nameOf = (path) =>
  (path || "home")
    .replace(/=[^&]+/g, (value) => (/^=[a-z]+$/.test(value) ? value : ""))
    .replace(/[/?&=]+/g, "-")
    .replace(/-(\d+|[0-9a-f]{8}-[0-9a-f-]{27})(?=-|$)/g, "-one");
