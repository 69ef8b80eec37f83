import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLeakGuard, editsAllowed, findLeaks } from "./leak-guard.ts";
import { wordsOf } from "./words.ts";

const word = fc.stringMatching(/^[a-z]{2,9}$/);
const textOf = (minLength: number) => fc.array(word, { minLength, maxLength: 60 });
const kindsOf = (guarded: string, train: string) =>
  createLeakGuard([{ id: 9, text: guarded }])(train).map(({ kind }) => kind);
/** Other texts that are guarded, too: they must not hide a leak. */
const others = [
  "How much is a ticket to Rome and when does it leave?",
  "Hi",
  "To be or not to be, that is it",
];
const caught = (guarded: string, train: string) =>
  createLeakGuard([...others, guarded].map((text, id) => ({ id, text })))(train).some(
    ({ guarded: id }) => id === 3,
  );

describe("no planted leak gets through", () => {
  it("equal texts, whatever case, signs and spaces, of any length", () => {
    const sign = fc.constantFrom(" ", ", ", "! ", " - ", "\n", "… ");
    fc.assert(
      fc.property(
        textOf(1),
        fc.array(sign, { minLength: 60, maxLength: 60 }),
        fc.boolean(),
        (text, signs, upper) => {
          const train = text.map((one, i) => (upper ? one.toUpperCase() : one) + signs[i]).join("");
          expect(kindsOf(text.join(" "), train)).toEqual(["same"]);
        },
      ),
    );
    expect(kindsOf("It's a user-friendly café!", "its a USERFRIENDLY cafe")).toEqual(["same"]);
    expect(kindsOf("Take it: 7:30, $54.50", "take it 7 30 54 50")).toEqual(["same"]);
    expect(kindsOf("東京までの切符はいくらですか。", "東京までの切符はいくらですか")).toEqual([
      "same",
    ]);
  });

  it("the same words in any order, from four words on", () => {
    const shuffled = textOf(4).chain((text) =>
      fc.tuple(fc.constant(text), fc.shuffledSubarray(text, { minLength: text.length })),
    );
    fc.assert(fc.property(shuffled, ([text, other]) => caught(text.join(" "), other.join(" "))));
  });

  const edit = fc.constantFrom("replace", "drop", "add");
  it("up to a tenth of the words replaced, left out or added, in any order", () => {
    const planted = textOf(8).chain((text) => {
      const edits = Math.ceil(text.length / 10);
      const places = fc.uniqueArray(fc.nat(text.length - 1), {
        minLength: edits,
        maxLength: edits,
      });
      return fc.tuple(
        fc.constant(text),
        places,
        fc.array(edit, { minLength: edits, maxLength: edits }),
        fc.boolean(),
      );
    });
    fc.assert(
      fc.property(planted, ([text, places, edits, reverse]) => {
        const train = text.flatMap((one, at) => {
          const kind = edits[places.indexOf(at)];
          if (!places.includes(at)) return [one];
          return kind === "drop" ? [] : kind === "add" ? [one, "zzq"] : ["zzq"];
        });
        return caught(text.join(" "), (reverse ? train.toReversed() : train).join(" "));
      }),
      { numRuns: 500 },
    );
  });

  it("a text inside a longer one, edited, too", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: 20, maxLength: 60 }),
        textOf(1),
        textOf(1),
        (text, before, after) => {
          const train = [...before, ...text.with(7, "zzq"), ...after].join(" ");
          return caught(text.join(" "), train);
        },
      ),
    );
  });
});

describe("no false alarm", () => {
  it.each([
    ["short texts with a word changed", "Thank you very much", "Thank you so much"],
    ["a short text inside a longer one", "Yes, please do.", "I would say yes. Please do it today."],
    ["two words turned round", "Is it?", "It is."],
    [
      "another number of the same template",
      "I need a bus to Oslo on 3 March",
      "I need a bus to Rome on 4 March",
    ],
    ["nothing but signs in both", "?!", "…"],
    ["an empty text", "", ""],
  ])("%s", (_, guarded, train) => {
    expect(kindsOf(guarded, train)).toEqual([]);
  });

  it("unrelated texts", () => {
    fc.assert(
      fc.property(textOf(4), textOf(4), (a, b) => {
        const shared = a.filter((one) => b.includes(one)).length;
        return shared > a.length / 2 || kindsOf(a.join(" "), b.join(" ")).length === 0;
      }),
    );
  });
});

it("leaks are streamed with both ids; one training text may repeat several guarded ones", () => {
  const text = "The quick brown fox jumps over the lazy dog tonight";
  const guarded = [
    { id: 70, text },
    { id: 71, text: text.toUpperCase() },
    { id: 72, text: "Something else that is guarded" },
  ];
  const train = [
    { id: 1, text: "Not at all alike" },
    { id: 2, text: text.replace("lazy", "sleepy") },
  ];
  expect([...findLeaks(train, guarded)]).toEqual([
    { train: 2, guarded: 70, kind: "edited", overlap: 0.9 },
    { train: 2, guarded: 71, kind: "edited", overlap: 0.9 },
  ]);
});

it("words: signs join what they stand in, a script without spaces is read character by character", () => {
  expect(wordsOf("Don’t STOP, l'été!")).toEqual(["dont", "stop", "lete"]);
  expect(wordsOf("user-friendly at 7:30 …")).toEqual(["userfriendly", "at", "730"]);
  expect(wordsOf("GPT 東京")).toEqual(["gpt", "東", "京"]);
  expect([7, 8, 10, 11, 19, 20, 40].map(editsAllowed)).toEqual([0, 1, 1, 2, 2, 3, 6]);
});
