import { type ConversationBody, mainPath, messageText } from "#lib/core/conversation.ts";
import { seededRandom } from "#lib/stats/random.ts";
import type { Output, Person } from "./crew.ts";
import { simulateRating, simulateVote } from "./simulate.ts";
import type { Tour } from "./stages.ts";

/** Items that the simulated raters judge: enough for an interval, few enough for a minute. */
const labelledItems = 30;

const figure = (one: { value: number | null; low: number | null; high: number | null } | null) =>
  one?.value == null
    ? "not measurable"
    : `${one.value.toFixed(2)} [${one.low?.toFixed(2) ?? "–"}, ${one.high?.toFixed(2) ?? "–"}]`;

/** Three simulated raters judge the same answers; agreement is measured. */
export async function label({ crew, seed, found }: Tour): Promise<string> {
  const schema = await ensureSchema(crew.admin);
  const { task } = await crew.admin.call("labels.create-task", {
    name: "Helpfulness of support",
    schema,
    dataset: found.dataset,
    overlap: crew.raters.length,
    limit: labelledItems,
  });
  let labels = 0;
  for (const [index, rater] of crew.raters.entries()) {
    labels += await judgeAll(rater, task, seed * 31 + index);
  }
  const { questions } = await crew.admin.call("labels.agreement", { task });
  return `${labels} labels by ${crew.raters.length} simulated raters, Krippendorff's alpha ${figure(questions[0]?.alpha ?? null)}`;
}

async function ensureSchema(admin: Person): Promise<number> {
  const { schemas } = await admin.call("label-schemas.list", {});
  const known = schemas.find((one) => one.name === "Helpfulness");
  if (known) return known.id;
  const made = await admin.call("label-schemas.create", {
    name: "Helpfulness",
    guidelines:
      "5: answers the question fully. 3: says honestly that it does not know. 1: wrong or unfriendly.",
    questions: [
      { id: "helpful", type: "rating", title: "How helpful are the answers?", min: 1, max: 5 },
    ],
  });
  return made.id;
}

async function judgeAll(rater: Person, task: number, seed: number): Promise<number> {
  const random = seededRandom(seed);
  let labels = 0;
  for (;;) {
    const { items } = await rater.call("labels.next", { task });
    const item = items[0];
    if (!item) return labels;
    const answers = mainPath(item.body as ConversationBody).filter(
      (one) => one.role === "assistant",
    );
    const value = simulateRating(answers.map(messageText).join(" "), random);
    await rater.call("labels.submit", {
      slot: item.slot,
      revision: item.revision,
      answers: [{ question: "helpful", value }],
    });
    labels += 1;
  }
}

/** The raters vote blind on the answers of two versions; the leaderboard ranks them. */
export async function compare({ crew, seed, found }: Tour): Promise<string> {
  const references = await readReferences(crew.admin, found.run);
  const made = await crew.admin.call("compare.create", {
    name: found.models.join(" and "),
    run: found.run,
    overlap: 2,
  });
  for (const [index, rater] of crew.raters.entries()) {
    await voteAll(rater, made.comparison, references, seed * 17 + index);
  }
  const board = await crew.admin.call("compare.leaderboard", { comparison: made.comparison });
  const best = [...board.models].sort((a, b) => (b.rating?.value ?? 0) - (a.rating?.value ?? 0))[0];
  if (best?.rating) {
    found.models.sort((a, b) => Number(b === best.model) - Number(a === best.model));
    return `${board.votes} blind votes (${board.simulatedVotes} simulated), ${best.model} first with ${best.rating.value.toFixed(0)} points [${best.rating.low.toFixed(0)}, ${best.rating.high.toFixed(0)}]`;
  }
  return `${board.votes} blind votes (${board.simulatedVotes} simulated), not enough to rank`;
}

type Prompt = Output<"responses.list">["prompts"][number];
const keyOf = (messages: Prompt["messages"]) => JSON.stringify(messages.map((one) => one.content));

/** What the support team answered to each prompt. */
async function readReferences(admin: Person, run: number): Promise<Map<string, string>> {
  const { prompts } = await admin.call("responses.list", { run, limit: 200 });
  return new Map(prompts.map((prompt) => [keyOf(prompt.messages), prompt.reference ?? ""]));
}

async function voteAll(
  rater: Person,
  comparison: number,
  references: Map<string, string>,
  seed: number,
): Promise<void> {
  const random = seededRandom(seed);
  for (;;) {
    const { pairs } = await rater.call("compare.next", { comparison });
    const pair = pairs[0];
    if (!pair) return;
    const reference = references.get(keyOf(pair.messages)) ?? "";
    await rater.call("compare.vote", {
      comparison,
      token: pair.token,
      choice: simulateVote(pair.left, pair.right, reference, random),
    });
  }
}
