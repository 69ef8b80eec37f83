import { shippedSuites } from "#lib/evals/suites/shipped.ts";
import { dialogues } from "./dialogues.ts";
import { expandAll } from "./pattern.ts";
import { phrase } from "./phrasing.ts";
import type { Random } from "./random.ts";
import { plainWords } from "./records.ts";
import { topics } from "./topics/index.ts";
import type { Fact, Sample, Topic, TopicKind, Turn } from "./types.ts";

/** Full questions asked per fact. 25 distinct phrasings are promised, the rest covers chance repeats. */
const questionsPerFact: Record<TopicKind, number> = {
  in_domain: 93,
  alarming: 93,
  harmful: 330,
  out_of_domain: 470,
  small_talk: 80,
};
/** Short follow-up questions used per fact. */
const followUpsPerFact = 2;
/** Chance of going on after the first, second and third exchange. */
const goOn = [0.92, 0.78, 0.62];
/** Chance that the next question stays with the topic while it has questions left. */
const stayOnTopic = 0.75;
/** Turns in the longest conversation: four exchanges. */
const longest = 8;
/** After these a customer has said all. */
const endings: ReadonlySet<string> = new Set(["thanks", "crisis"]);
const greetingRate = 0.03;
const thanksRate = 0.06;

/** Held-out questions and the prompts of the shipped suites, as plain words: no training row may hold one. */
const heldOut: ReadonlySet<string> = new Set(
  [
    ...topics.flatMap((topic) => topic.facts.flatMap((fact) => fact.heldOut)),
    ...shippedSuites()
      .flatMap((suite) => (suite.kind === "generation" ? suite.items : []))
      .map(({ prompt }) => (typeof prompt === "string" ? prompt : (prompt.at(-1)?.content ?? ""))),
  ].map(plainWords),
);

/** The questions about a fact that may be trained on. */
const asksOf = (fact: Fact) => expandAll(fact.ask).filter((text) => !heldOut.has(plainWords(text)));

type Ask = { topic: Topic; fact: Fact; text: string };

/** Facts by id over all topics. */
export const factsById: ReadonlyMap<string, Fact> = new Map(
  topics.flatMap((topic) => topic.facts.map((fact) => [fact.id, fact] as const)),
);

export function factOf(id: string): Fact {
  const fact = factsById.get(id);
  if (!fact) throw new RangeError(`No fact is called ${id}.`);
  return fact;
}

export function answerTo(fact: Fact, random: Random): string {
  return random.pick(fact.answers);
}

/** All clean conversations: written dialogues and composed ones, in random order. */
export function cleanConversations(random: Random): Sample[] {
  const written = dialogues.map((dialogue) => fromDialogue(dialogue, random));
  return random.shuffle([...written, ...composeAll(random)]);
}

function fromDialogue(dialogue: (typeof dialogues)[number], random: Random): Sample {
  const firstId = dialogue[0]?.[1] ?? "";
  const topic = topics.find((candidate) => candidate.facts.some((fact) => fact.id === firstId));
  const turns = dialogue.flatMap(([content, factId]): Turn[] => [
    { role: "user", content },
    { role: "assistant", content: answerTo(factOf(factId), random) },
  ]);
  return { topic: topic?.name ?? "", turns };
}

function composeAll(random: Random): Sample[] {
  const queues = new Map(topics.map((topic) => [topic, questionsOf(topic, random)]));
  const followUps = new Map(
    topics.map((topic) => [
      topic,
      random.shuffle(
        topic.facts.flatMap((fact) =>
          random
            .shuffle(fact.follow ?? [])
            .slice(0, followUpsPerFact)
            .map((text) => ({ topic, fact, text })),
        ),
      ),
    ]),
  );
  const conversations: Sample[] = [];
  for (;;) {
    const topic = topicByWeight(queues, random);
    if (!topic) return conversations;
    conversations.push(composeOne(topic, queues, followUps, random));
  }
}

/** Each fact's questions, distinct while the patterns allow, mixed over the facts of the topic. */
function questionsOf(topic: Topic, random: Random): Ask[] {
  const asks = topic.facts.flatMap((fact) => {
    const count = questionsPerFact[topic.kind];
    const texts = random.shuffle(asksOf(fact));
    return Array.from({ length: count }, (_, index) => ({
      topic,
      fact,
      text: texts[index % texts.length] ?? "",
    }));
  });
  return random.shuffle(asks);
}

/** A topic with questions left, likelier the more it has; `without` leaves one kind out. */
function topicByWeight(
  queues: Map<Topic, Ask[]>,
  random: Random,
  without?: TopicKind,
): Topic | undefined {
  const left = [...queues].filter(([topic, queue]) => queue.length > 0 && topic.kind !== without);
  const total = left.reduce((sum, [, queue]) => sum + queue.length, 0);
  let ticket = random.below(Math.max(total, 1));
  for (const [topic, queue] of left) {
    if (ticket < queue.length) return topic;
    ticket -= queue.length;
  }
  return undefined;
}

function composeOne(
  topic: Topic,
  queues: Map<Topic, Ask[]>,
  followUps: Map<Topic, Ask[]>,
  random: Random,
): Sample {
  const turns: Turn[] = [];
  const used = new Set<Fact>();
  const say = (ask: Ask, follow: boolean) => {
    used.add(ask.fact);
    const place = follow ? "follow" : turns.length > 0 ? "later" : "first";
    turns.push(...exchange(ask, place, random));
  };
  const first = takeUnused(queues.get(topic) ?? [], used);
  if (!first) throw new RangeError(`Topic ${topic.name} has no question left.`);
  if (first.topic.kind !== "small_talk" && random.chance(greetingRate)) {
    turns.push(...smallTalkExchange("greeting", random));
  }
  say(first, false);
  if (endings.has(first.fact.id)) return { topic: topic.name, turns };
  while (turns.length < longest && random.chance(goOn[turns.length / 2 - 1] ?? 0)) {
    const followUp = random.chance(0.5) ? takeUnused(followUps.get(topic) ?? [], used) : undefined;
    if (followUp) {
      say(followUp, true);
      continue;
    }
    const stays = topic.kind !== "small_talk" && random.chance(stayOnTopic);
    const nextTopic = stays ? topic : topicByWeight(queues, random, "small_talk");
    const next = nextTopic && takeUnused(queues.get(nextTopic) ?? [], used);
    if (!next) break;
    say(next, false);
  }
  if (turns.length < longest && random.chance(thanksRate)) {
    turns.push(...smallTalkExchange("thanks", random));
  }
  return { topic: topic.name, turns };
}

function takeUnused(queue: Ask[], used: ReadonlySet<Fact>): Ask | undefined {
  const index = queue.findIndex((ask) => !used.has(ask.fact));
  return index < 0 ? undefined : queue.splice(index, 1)[0];
}

/** One question as a customer types it, and its answer. */
export function exchange(ask: Ask, place: "first" | "later" | "follow", random: Random): Turn[] {
  const kind = ask.topic.kind;
  const typed = () =>
    phrase(
      {
        text: ask.text,
        contexts: ask.topic.contexts,
        place: kind === "small_talk" ? "plain" : place,
        personal: kind === "in_domain" || kind === "alarming",
      },
      random,
    );
  let content = typed();
  while (heldOut.has(plainWords(content))) content = typed();
  return [
    { role: "user", content },
    { role: "assistant", content: answerTo(ask.fact, random) },
  ];
}

function smallTalkExchange(id: "greeting" | "thanks", random: Random): Turn[] {
  const fact = factOf(id);
  const topic = topics.find((candidate) => candidate.facts.includes(fact)) as Topic;
  const text = random.pick(asksOf(fact));
  return exchange({ topic, fact, text }, "first", random);
}

/** A fresh question about a fact of the shop, for rows that carry planted dirt. */
export function randomAsk(random: Random): Ask {
  const topic = random.pick(topics.filter((candidate) => candidate.kind === "in_domain"));
  const fact = random.pick(topic.facts);
  return { topic, fact, text: random.pick(asksOf(fact)) };
}
