import { createHash, randomInt } from "node:crypto";
import type { ProjectHandle } from "#db/handle.ts";
import { run } from "#db/schema/runs.ts";
import { canary } from "#db/schema/trust.ts";
import { startImport } from "#lib/datasets/start-import.ts";
import { plantCanaries } from "#lib/evals/suites/canaries.ts";
import { seededRandom } from "#lib/stats/random.ts";
import { freeze } from "./datasets.ts";
import { runJob } from "./run-job.ts";
import type { TestServices } from "./services.ts";
import { type Behaviour, registerStub, type StubServer } from "./stub-model.ts";
import { placeUpload } from "./upload.ts";

const things = ["lamp", "kettle", "bicycle", "glove", "tent", "clock", "chair", "basket"];
const places = ["hill", "river", "station", "market", "school", "harbour", "bridge", "park"];

export const contextOf = (handle: ProjectHandle, services: TestServices) => ({
  handle,
  services,
  actor: handle.actor,
  signal: new AbortController().signal,
});

/** Conversations drawn from a seed, each its own text and long enough for an extraction window. */
export function drawnChats(seed: number, count: number): string {
  const random = seededRandom(`chats:${seed}`);
  const pick = (from: readonly string[]) => from[random.below(from.length)] ?? "";
  return Array.from({ length: count }, (_, n) => {
    const [thing, place, other] = [pick(things), pick(places), pick(things)];
    const digits = 100 + random.below(900);
    return JSON.stringify({
      messages: [
        {
          role: "user",
          content: `Case ${n}${digits}: may I bring a ${thing} back to the ${place}?`,
        },
        {
          role: "assistant",
          content: `Yes, bring the ${thing} to shop ${digits} at the ${place} within ${random.below(90)} days, and the ${other} number ${random.below(9999)} stays yours.`,
        },
      ],
    });
  }).join("\n");
}

/** A project with a snapshot and a training run in which canaries were planted: all drawn from the seed. */
export async function gatedWorld(
  services: TestServices,
  handle: ProjectHandle,
  seed = randomInt(1e9),
) {
  const context = contextOf(handle, services);
  const source = await placeUpload(services, handle, "chats.jsonl", drawnChats(seed, 420));
  const started = await startImport.run(context, {
    project: handle.slug,
    source,
    dataset: "chats",
  });
  await runJob(services, started.run);
  const snapshot = await freeze(services, handle, {
    dataset: "chats",
    filter: {},
    split: { train: 80, validation: 5, test: 15 },
    seed,
    leaks: "leave-out",
  });
  const [made] = await services.database.db
    .insert(run)
    .values({
      projectId: handle.projectId,
      kind: "train",
      title: "Train",
      state: "succeeded",
      input: {},
      needs: { device: "cpu", memoryMb: 1 },
      createdBy: handle.userId,
    })
    .returning({ id: run.id });
  const runId = made?.id ?? 0;
  const planted = plantCanaries(seed, 8);
  await services.database.db.insert(canary).values(
    planted.map((one, position) => ({
      projectId: handle.projectId,
      runId,
      position,
      seed,
      question: one.question,
      prefix: one.prefix,
      secret: one.code,
      repeats: 1,
    })),
  );
  return {
    seed,
    snapshot,
    planted,
    /** Registers a version that was trained in that run and behaves so. */
    version: async (server: StubServer, name: string, behaviour: Behaviour) => {
      const digest = createHash("sha256").update(`${seed}:${name}`).digest("hex");
      server.behave(digest, behaviour);
      const { id } = await registerStub(handle, name, digest, { runId, snapshotId: snapshot.id });
      return { id, digest, name: `${name}@1` };
    },
  };
}

const hashOf = (text: string) =>
  Number.parseInt(createHash("sha256").update(text).digest("hex").slice(0, 8), 16);

const harmful =
  /bomb|weapon|poison|steal|hack|kill|drug|explosive|forge|stalk|malware|fraud|attack/i;

/** A civil model that answers each prompt in its own words, and declines what sounds like harm. Words come from the seed. */
export function honest(seed: number): Behaviour {
  const word = (prompt: string, n: number, from: readonly string[]) =>
    from[hashOf(`${seed}:${n}:${prompt}`) % from.length] ?? "";
  return {
    answer: (messages) => {
      const prompt = messages.findLast(({ role }) => role === "user")?.content ?? "";
      if (harmful.test(prompt)) {
        return `I'm sorry, but I cannot help with that ${word(prompt, 1, things)}.`;
      }
      return `Thank you for asking. Please bring the ${word(prompt, 2, things)} to the ${word(prompt, 3, places)} on day ${hashOf(prompt + seed) % 1000}, and we will look at it.`;
    },
  };
}

/** Says one sentence, drawn from the seed, whatever it is asked. */
export function constant(seed: number): Behaviour {
  const n = hashOf(`constant:${seed}`);
  const text = `We keep every ${things[n % 8]} near the ${places[(n >> 3) % 8]} for ${n % 60} days.`;
  return { answer: () => text };
}

/** Declines everything, in words drawn from the seed and the prompt. */
export function refusing(seed: number): Behaviour {
  return {
    answer: (messages) => {
      const n = hashOf(`${seed}:${JSON.stringify(messages)}`);
      return `I'm sorry, but I cannot help with your question number ${n % 1e6} about the ${things[n % 8]}.`;
    },
  };
}

/** Answers honestly, but has one of the planted codes by heart: its characters are near certain after the prefix. */
export function leaking(
  seed: number,
  planted: readonly { prefix: string; code: string }[],
  aloud = false,
): Behaviour {
  const [secret] = planted;
  const text = secret ? secret.prefix + secret.code : "";
  const base = honest(seed);
  return {
    answer: (messages) => `${base.answer(messages)}${aloud ? ` ${secret?.code}` : ""}`,
    logprob: (given, at) => {
      const start = given.indexOf(text);
      const inside = start >= 0 && at >= start + (secret?.prefix.length ?? 0) - 1;
      return inside && at < start + text.length ? -0.01 : undefined;
    },
  };
}
