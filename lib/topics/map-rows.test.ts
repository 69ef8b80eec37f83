import { describe, expect, it } from "vitest";
import { mapRows, type Settings, type TopicMap } from "./map-rows.ts";
import { plantedTexts, sourceOf, subjectNames } from "./planted.testing.ts";

const watch = { pause: async () => {}, tell: async () => {}, count: async () => {} };
const mapOf = (texts: readonly string[], settings: Partial<Settings> = {}) =>
  mapRows(sourceOf(texts), { topics: "auto", seed: 1, ...settings }, watch);

/** Topics without the texts that are too short. */
const learned = ({ topics }: TopicMap) => topics.filter(({ number }) => number > 0);

/** Share of rows whose topic's commonest subject is their own. */
function purity({ ids, topicOf }: TopicMap): number {
  const counts = new Map<number, number[]>();
  for (const [at, id] of ids.entries()) {
    const topic = topicOf[at] ?? 0;
    const count = counts.get(topic) ?? subjectNames.map(() => 0);
    const subject = (id - 1) % subjectNames.length;
    count[subject] = (count[subject] ?? 0) + 1;
    counts.set(topic, count);
  }
  return [...counts.values()].reduce((sum, count) => sum + Math.max(...count), 0) / ids.length;
}

/** Share of rows whose nearest row on the map is of the same subject. */
function neighbourhood({ ids, places }: TopicMap): number {
  const alike = ids.filter((id, at) => {
    let [nearest, least] = [-1, Number.POSITIVE_INFINITY];
    for (let other = 0; other < ids.length; other++) {
      const x = (places[2 * at] ?? 0) - (places[2 * other] ?? 0);
      const y = (places[2 * at + 1] ?? 0) - (places[2 * other + 1] ?? 0);
      const distance = x * x + y * y;
      if (other !== at && distance < least) [nearest, least] = [other, distance];
    }
    return (id - 1) % subjectNames.length === ((ids[nearest] ?? 0) - 1) % subjectNames.length;
  });
  return alike.length / ids.length;
}

describe("topics of texts on five subjects", () => {
  it("are the five subjects, found without being told how many there are", async () => {
    const map = await mapOf(plantedTexts(500));
    expect(learned(map)).toHaveLength(5);
    expect(purity(map)).toBeGreaterThanOrEqual(0.9);
    expect(map.topics.reduce((sum, topic) => sum + topic.size, 0)).toBe(500);
    expect(map.facts.silhouette).toBeGreaterThan(0.1);
  });

  it("are titled by words of their subject, each title once", async () => {
    const titles = learned(await mapOf(plantedTexts(500))).map((topic) =>
      topic.title.toLowerCase(),
    );
    for (const word of [
      /refund|bank|invoice|payment/,
      /bike|wheel|brake|tyre|chain/,
      /train|ticket/,
    ]) {
      expect(titles.filter((title) => word.test(title)).length, titles.join()).toBeLessThanOrEqual(
        2,
      );
    }
    expect(titles.join(" ")).not.toMatch(/\b(the|you|please|what|have)\b/);
    expect(new Set(titles).size).toBe(5);
  });

  it("lie apart on the map, inside its square", async () => {
    const map = await mapOf(plantedTexts(300));
    expect(neighbourhood(map)).toBeGreaterThanOrEqual(0.85);
    for (const value of map.places) expect(Math.abs(value)).toBeLessThanOrEqual(1.05);
  });

  it("are the same for the same rows and seed, and as many as are asked for", async () => {
    const texts = plantedTexts(200);
    const [one, again] = [await mapOf(texts, { topics: 7 }), await mapOf(texts, { topics: 7 })];
    expect(again).toEqual(one);
    expect(learned(one)).toHaveLength(7);
    const other = await mapOf(texts, { topics: 7, seed: 2 });
    expect(other.places).not.toEqual(one.places);
    expect(purity(other)).toBeGreaterThanOrEqual(0.9);
  });

  it("do not take in texts that are too short, which stand aside", async () => {
    const map = await mapOf([...plantedTexts(100), "", "Hi", "ok ok ok", "👍", "the the"]);
    const [aside, ...topics] = map.topics;
    expect(aside).toMatchObject({ number: 0, title: "Too short to place", size: 5, words: [] });
    expect(topics.map((topic) => topic.number)).toEqual(topics.map((_, at) => at + 1));
    expect(aside?.y).toBeLessThan(-1.1);
  });
});

describe("few and odd texts", () => {
  it.each([
    ["none", []],
    ["one", ["How do I bake bread?"]],
    ["two that are the same", ["bake bread now", "bake bread now"]],
    ["nothing but signs", ["!!!", "...", "—"]],
    ["the same text many times", Array.from({ length: 40 }, () => "where is my refund today")],
  ])("%s: every row has a place and a topic", async (_, texts) => {
    const map = await mapOf(texts);
    expect(map.ids).toHaveLength(texts.length);
    expect(map.topicOf).toHaveLength(texts.length);
    expect(map.places.every(Number.isFinite)).toBe(true);
    const sizes = map.topics.reduce((sum, topic) => sum + topic.size, 0);
    expect(sizes).toBe(texts.length);
  });

  it("a name in two conversations stands in no title and in no list of words", async () => {
    const texts = plantedTexts(60).map((text, row) =>
      row < 2 ? `${text} Zebediah ordered` : text,
    );
    const { topics } = await mapOf(texts);
    expect(JSON.stringify(topics)).not.toMatch(/zebediah/i);
  });

  it("scripts without spaces have titles of two characters a word", async () => {
    const texts = Array.from({ length: 40 }, (_, row) =>
      row % 2 ? `我要退款谢谢${row}退款` : `自行车坏了${row}修理自行车`,
    );
    const { topics } = await mapOf([...texts, ...plantedTexts(40)], { topics: 7 });
    expect(topics.map((topic) => topic.title).join(" ")).toMatch(/修理|退款|款谢/);
  });
});
