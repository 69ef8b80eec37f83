// The two projects that no demo makes: one with nothing in it, and one in which every name has 200 characters.

const empty = "shots-empty";
const long = "shots-long";

const words =
  "a name that goes on with ordinary words until it reaches Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft ";

/** `start` and then words, one of them longer than a phone is wide, up to exactly `length` characters. */
const longName = (start, length = 200) =>
  `${start}, ${words.repeat(9)}`
    .slice(0, length - 1)
    .trimEnd()
    .padEnd(length, "x");

/** Makes the empty project where it is missing; its slug. */
export async function ensureEmpty(api) {
  await ensureProject(api, empty, "Empty");
  return empty;
}

/**
 * Makes the project of long names where it is missing, from its file to a gate run; its slug. What cannot be made,
 * as models without Python, is told through `say` and left out.
 */
export async function ensureLong(api, say) {
  if (!(await ensureProject(api, long, longName("Project", 120)))) return long;
  const at = (path) => `/projects/${long}${path}`;
  const finish = async (method, path, input) =>
    api.finish(long, (await api(method, at(path), input)).run);
  const dataset = await fill(api, at, finish).catch(async (error) => {
    // Half of it would be taken for the whole the next time.
    await api("DELETE", at(""), { confirm: long });
    throw error;
  });
  const trying = async (what, act) => {
    try {
      return await act();
    } catch (error) {
      say(`${what} could not be made: ${error.message}`);
      return undefined;
    }
  };
  await trying("People", () => people(api, at));
  await trying("The label task", () => judged(api, at, dataset));
  await trying("The server", () =>
    api("POST", at("/upstreams"), {
      name: longName("Server"),
      baseUrl: `https://${"a-very-long-host-name.".repeat(5)}example.org/v1`,
      key: "not-a-key",
    }),
  );
  await trying("Models", () => models(api, at, finish, dataset));
  return long;
}

/** True when it was made now. */
async function ensureProject(api, slug, name) {
  const { projects } = await api("GET", "/projects");
  if (projects.some((one) => one.slug === slug)) return false;
  await api("POST", "/projects", { slug, name });
  return true;
}

async function fill(api, at, finish) {
  const unbroken = "x".repeat(300);
  const rows = Array.from({ length: 60 }, (_, n) =>
    JSON.stringify({
      messages: [
        { role: "system", content: `${longName("System")} ${unbroken}` },
        { role: "user", content: `${n}. ${longName("Question", 400)} ${n % 7 ? "" : unbroken}` },
        { role: "assistant", content: `${longName("Answer", 600)}\n\n\`\`\`\n${unbroken}\n\`\`\`` },
      ],
    }),
  );
  const source = await api.upload(long, `${longName("File", 190)}.jsonl`, rows.join("\n"));
  await finish("POST", "/imports", { source, dataset: longName("Dataset") });
  const { datasets } = await api("GET", at("/datasets"));
  const dataset = datasets[0].id;
  await api("POST", at(`/datasets/${dataset}/tags`), {
    filter: {},
    expected: 60,
    add: [longName("Tag", 60)],
  });
  const recipe = { name: longName("Recipe"), steps: [{ step: "unicode", params: {} }] };
  await api("POST", at("/recipes"), recipe);
  await finish("POST", `/datasets/${dataset}/clean`, { recipe: recipe.name });
  await finish("POST", `/datasets/${dataset}/exports`, { format: ["messages"] });
  await api("POST", at("/snapshots"), {
    dataset,
    name: longName("Snapshot"),
    split: { train: 60, validation: 20, test: 20 },
  });
  return dataset;
}

async function people(api, at) {
  await api("POST", at("/keys"), { name: longName("Key", 100), scope: ["chat"] });
  const email = `${"a-long-local-part-of-an-address-".repeat(2).slice(0, 60)}@${"long-label.".repeat(10)}example.org`;
  const { link } = await api("POST", at("/invites"), { email, role: "rater" });
  // Who has an account already becomes a member at once.
  if (!link) return;
  const token = new URL(link).searchParams.get("token");
  const password = crypto.randomUUID();
  await api("POST", "/invites/accept", { token, name: longName("Person", 120), password });
}

async function judged(api, at, dataset) {
  const options = ["one", "two", "three"].map((value) => ({ value, label: longName(value) }));
  const schema = await api("POST", at("/label-schemas"), {
    name: longName("Schema"),
    guidelines: longName("Guidelines", 1200),
    questions: [
      { id: "kind", type: "choice", title: longName("Which"), options },
      { id: "score", type: "rating", title: longName("How good"), level: "turn" },
    ],
  });
  await api("POST", at("/label-tasks"), {
    name: longName("Task"),
    schema: schema.id,
    dataset,
    overlap: 2,
    limit: 20,
  });
}

/** A minute of training: a model that knows nothing, which is all that a picture needs. */
async function models(api, at, finish, dataset) {
  const name = longName("Model");
  const common = { snapshot: longName("Snapshot"), model: name };
  const architecture = { vocab_size: 300, hidden_size: 16, intermediate_size: 32, layers: 1 };
  const hyper = { max_steps: 4, cutoff_length: 64 };
  const size = { architecture: { ...architecture, context_length: 512 }, hyper };
  const first = await finish("POST", "/training", { ...common, method: "pretrain", ...size });
  const second = await finish("POST", "/training", {
    ...common,
    method: "sft",
    base: first.model,
    hyper,
  });
  const versions = [first.model, second.model];
  // Greedy answers of two that know nothing would be equal, and equal answers cannot be compared.
  const parameters = { temperature: 1.5, max_tokens: 24 };
  const { run } = await api("POST", at("/inference"), {
    models: versions,
    snapshot: common.snapshot,
    limit: 10,
    parameters,
  });
  await api.finish(long, run);
  const guidelines = longName("Guidelines", 600);
  await api("POST", at("/comparisons"), { name: longName("Comparison"), run, guidelines });
  await playground(api, at, versions, dataset);
  await finish("POST", "/evaluations", { models: [first.model], sample: 3 });
  const deployment = "a-deployment-whose-name-is-as-long-as-a-deployment-s-name-can-b";
  await api("POST", at("/deployments"), { name: deployment, policy: "lab" });
  await finish("POST", "/gates", { deployment, model: first.model });
}

async function playground(api, at, versions) {
  const body = `${longName("Prompt", 500)} {{${"a".repeat(60)}}}`;
  await api("POST", at("/prompts"), { name: longName("Prompt"), body, latest: 0 });
  const column = (id, model) => ({
    id,
    model,
    messages: [
      { role: "user", content: longName("Question", 400) },
      { role: "assistant", content: `${longName("Answer", 400)} ${"y".repeat(300)}` },
    ],
  });
  await api("POST", at("/playground/sessions"), {
    title: longName("Session"),
    state: {
      system: longName("System", 300),
      history: [],
      prompt: body,
      variables: { ["a".repeat(60)]: longName("Value") },
      template: null,
      parameters: { temperature: 0.7, max_tokens: 128 },
      columns: [column("a", versions[0]), column("b", versions[1])],
      conversation: null,
      reference: null,
    },
  });
}
