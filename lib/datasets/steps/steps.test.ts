import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ConversationBody,
  linear,
  type MessageNode,
  mainPath,
  messageText,
  walk,
} from "#lib/core/conversation.ts";
import { loadLanguageDetector } from "#lib/safety/language.ts";
import { duplicateKey, foldText } from "./duplicates.ts";
import { splitFences } from "./fences.ts";
import { htmlToPlain, looksLikeMarkup } from "./html.ts";
import { stepById } from "./list.ts";
import type { StepContext, StepResult } from "./step.ts";
import { editsBetween, mapNodes } from "./texts.ts";

const chat = (...texts: string[]): ConversationBody => ({
  kind: "chat",
  root: linear(
    texts.map((content, i) => ({ role: i % 2 === 0 ? "user" : "assistant", content }) as const),
  ),
});
const run = (id: string, body: ConversationBody, params = {}, ctx: StepContext = {}): StepResult =>
  stepById(id).prepare(params).apply(body, ctx);
const texts = (body: ConversationBody) => mainPath(body).map(messageText);
const clean = (text: string, params = {}) => texts(run("unicode", chat(text), params).body)[0];

describe("unicode and whitespace", () => {
  it("composes letters and unifies line ends", () => {
    expect(clean("cafe\u0301\r\nnext\rlast\u2028end")).toBe("café\nnext\nlast\nend");
  });

  it("removes control, zero-width and reordering characters and lone surrogates", () => {
    expect(clean("a\u0000b\u200bc\ufeffd\u202ee\u00adf\ud800")).toBe("abcdef\ufffd");
  });

  it("keeps joiners where scripts and emoji need them, and flags", () => {
    const family = "👩‍👩‍👧";
    const wales = "🏴\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}";
    const persian = "می\u200cخواهم";
    expect(clean(`${family} ${wales} ${persian} ❤️‍🔥`)).toBe(`${family} ${wales} ${persian} ❤️‍🔥`);
    expect(clean("pay\u200dpal\u200c")).toBe("paypal");
    expect(clean("hi\u{e0041}\u{e0042}")).toBe("hi");
  });

  it("collapses spaces in prose and leaves code alone", () => {
    const code = "```py\ndef f():\n    return  1   # two\n\n\n\n\n    x\n```";
    expect(clean(`a   b\u00a0c  \n\n\n\n\n${code}\nend  here`)).toBe(
      `a b c\n\n\n${code}\nend here`,
    );
    expect(clean("list:\n    indented  code\n\tx  y\nuse `a  b`  now")).toBe(
      "list:\n    indented  code\n\tx  y\nuse `a  b` now",
    );
  });

  it("reports spans that rebuild the new text from the old", () => {
    const before = "one  two\nthree\u200b";
    const result = run("unicode", chat(before));
    let text = before;
    for (const change of result.changes.toReversed()) {
      expect(text.slice(change.start, change.end)).toBe(change.before);
      text = text.slice(0, change.start) + change.after + text.slice(change.end);
    }
    expect(text).toBe(texts(result.body)[0]);
  });

  it("is idempotent and returns the same body when nothing changes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const once = clean(text) ?? "";
        const again = run("unicode", chat(once));
        expect(again.outcome).toBe("same");
      }),
    );
    const body = chat("plain", "text");
    expect(run("unicode", body).body).toBe(body);
  });

  it("runs on every node of a tree and on text parts", () => {
    const root: MessageNode = {
      role: "user",
      content: [
        { type: "text", text: "a  b" },
        { type: "image", url: "data:x  y" },
      ],
      replies: [
        { role: "assistant", content: "c  d", rank: 1, replies: [] },
        { role: "assistant", content: "e f", rank: 0, replies: [] },
      ],
    };
    const result = run("unicode", { kind: "tree", root });
    expect([...walk(result.body.root)].map(({ node }) => messageText(node))).toEqual([
      "a b\n[image]",
      "c d",
      "e f",
    ]);
    expect(result.changes.map(({ node, field }) => [node, field])).toEqual([
      [0, "part"],
      [1, "text"],
    ]);
    expect(result.body.root.replies[1]).toBe(root.replies[1]);
  });
});

describe("html", () => {
  it("converts markup and keeps code", () => {
    const html =
      "<p>Hello &amp; <b>welcome</b></p><pre>if x:\n    y</pre><p>Use <code>npm i</code></p>";
    expect(htmlToPlain(html)).toBe("Hello & welcome\n\n```\nif x:\n    y\n```\n\nUse `npm i`");
    expect(htmlToPlain("Line one<br>line two")).toBe("Line one\nline two");
    expect(htmlToPlain('<p>See <a href="https://example.org/x">the page</a></p>', "keep")).toBe(
      "See the page [https://example.org/x]",
    );
  });

  it("leaves prose about tags, comparisons and fenced code as they are", () => {
    for (const text of [
      "Use the <b> tag for bold.",
      "if a < b and c > d",
      "List<String> items and Map<K, V>",
      "```html\n<p>one</p>\n<p>two</p>\n```",
      "I <3 this",
    ]) {
      expect(looksLikeMarkup(splitFences(text).find((s) => !s.code)?.text ?? "")).toBe(false);
      expect(htmlToPlain(text)).toBe(text);
    }
  });

  it("drops scripts and styles", () => {
    expect(htmlToPlain("<div><script>alert(1)</script><style>p{}</style>Text</div>")).toBe("Text");
  });
});

describe("personal data", () => {
  const body = chat("I am ann@example.org, call +44 20 7946 0958", "Noted: ANN@example.org");

  it("finds and leaves in place, with offsets of the message text", () => {
    const result = run("pii", body);
    expect(result.body).toBe(body);
    expect(result.counts).toEqual({ email: 2, phone: 1 });
    const spans = result.findings.map((f) => texts(body)[f.node]?.slice(f.start, f.end));
    expect(spans).toEqual(["ann@example.org", "+44 20 7946 0958", "ANN@example.org"]);
  });

  it("redacts with typed and with numbered placeholders", () => {
    expect(texts(run("pii", body, { mode: "redact" }).body)).toEqual([
      "I am [EMAIL], call [PHONE]",
      "Noted: [EMAIL]",
    ]);
    const two = chat("a@example.org b@example.org", "A@example.org");
    const result = run("pii", two, { mode: "redact", numbered: true });
    const [first = "", second = ""] = texts(result.body);
    expect(new Set(first.split(" ")).size).toBe(2);
    expect(first.split(" ")).toContain(second);
  });

  it("reaches names and tool-call arguments and leaves valid JSON", () => {
    const withCall: ConversationBody = {
      kind: "chat",
      root: {
        role: "assistant",
        name: "bob@example.org",
        content: "",
        toolCalls: [
          { name: "pay", arguments: '{"card": 4111111111111111, "n": 2, "to": ["x@y.org"]}' },
        ],
        replies: [],
      },
    };
    const { root } = run("pii", withCall, { mode: "redact" }).body;
    expect(root.name).toBe("[EMAIL]");
    expect(JSON.parse(root.toolCalls?.[0]?.arguments ?? "")).toEqual({
      card: "[CARD]",
      n: 2,
      to: ["[EMAIL]"],
    });
    expect(run("pii", withCall).findings.map((f) => f.field)).toEqual([
      "name",
      "arguments",
      "arguments",
    ]);
  });
});

describe("language", () => {
  it("notes the language and keeps those that are named", async () => {
    const ctx = { detectLanguage: await loadLanguageDetector() };
    const german = chat(
      "Ich möchte mein Paket zurückgeben, bitte.",
      "Gern, hier ist das Formular.",
    );
    expect(run("language", german, {}, ctx).detected?.language).toBe("de");
    expect(run("language", german, { keep: ["en"] }, ctx)).toMatchObject({
      outcome: "dropped",
      reason: "other_language",
    });
    expect(run("language", chat("12345"), { keep: ["en"] }, ctx).outcome).toBe("same");
    expect(run("language", chat("12345"), { keep: ["en"], unknown: "drop" }, ctx).outcome).toBe(
      "dropped",
    );
  });

  it("refuses to run without its detector", () => {
    expect(() => run("language", chat("Hello"))).toThrow(/without its detector/);
  });
});

describe("duplicates", () => {
  it("folds case, punctuation, accents and spaces", () => {
    expect(foldText("  Où est-ce? ")).toBe("ou est ce");
    expect(foldText("!!!")).toBe("!!!");
    const a = chat("Hello, World!", "Hi.");
    const b = chat("hello world", "hi");
    expect(duplicateKey(a, "normalised")).toBe(duplicateKey(b, "normalised"));
    expect(duplicateKey(a, "exact")).not.toBe(duplicateKey(b, "exact"));
  });

  it("tells apart who says what, and prompts from whole conversations", () => {
    expect(duplicateKey(chat("a", "b"), "exact")).not.toBe(duplicateKey(chat("a b"), "exact"));
    expect(duplicateKey(chat("q", "x"), "exact", "prompt")).toBe(
      duplicateKey(chat("q", "y"), "exact", "prompt"),
    );
  });

  it("keeps the first", () => {
    const keys = new Set<string>();
    const seen = (key: string) => {
      const known = keys.has(key);
      keys.add(key);
      return known;
    };
    const outcomes = [chat("One."), chat("one"), chat("two")].map(
      (body) => run("duplicates", body, {}, { seen }).outcome,
    );
    expect(outcomes).toEqual(["same", "dropped", "same"]);
  });
});

describe("length and turns", () => {
  it("drops what is out of bounds", () => {
    const body = chat("12345", "1234567890");
    expect(run("length", body, { min: 15, max: 15 }).outcome).toBe("same");
    expect(run("length", body, { min: 16 }).reason).toBe("too_short");
    expect(run("length", body, { max: 14 }).reason).toBe("too_long");
    expect(run("length", body, { maxMessage: 9 }).reason).toBe("message_too_long");
    const countTokens = (text: string) => text.length * 2;
    expect(run("length", body, { unit: "tokens", max: 29 }, { countTokens }).reason).toBe(
      "too_long",
    );
    expect(() => run("length", body, { min: 3, max: 2 })).toThrow(/below min/);
  });

  it("checks the shape of the exchange", () => {
    expect(run("turns", chat("q", "a")).outcome).toBe("same");
    expect(run("turns", chat("q")).reason).toBe("no_answer_at_end");
    expect(run("turns", chat("q", " ")).reason).toBe("empty_message");
    expect(run("turns", chat("q", "a"), { min: 3 }).reason).toBe("too_few_turns");
    expect(run("turns", chat("q", "a", "q", "a"), { max: 3 }).reason).toBe("too_many_turns");
    const alone: ConversationBody = {
      kind: "chat",
      root: linear([{ role: "assistant", content: "a" }]),
    };
    expect(run("turns", alone).reason).toBe("no_user");
    expect(run("turns", { ...alone, kind: "text" }).outcome).toBe("same");
  });
});

describe("trees and hostile texts", () => {
  it("maps a chain of 20,000 messages without recursion", () => {
    const messages = Array.from({ length: 20_000 }, (_, i) => ({
      role: i % 2 ? ("assistant" as const) : ("user" as const),
      content: `m  ${i}`,
    }));
    const body: ConversationBody = { kind: "chat", root: linear(messages) };
    const result = run("unicode", body);
    expect(result.counts.edits).toBe(20_000);
    expect(result.changes).toHaveLength(100);
    expect(mapNodes(body.root, (node) => node)).toBe(body.root);
  });

  it("takes every step through 1 MB of hostile text in seconds", async () => {
    const ctx: StepContext = { detectLanguage: await loadLanguageDetector(), seen: () => false };
    const units = ["<", "<div>", " ", "`", "a@", "1 ", "\u200d", "é\u0301"];
    for (const unit of units) {
      const body = chat(`${unit.repeat(Math.ceil(1_000_000 / unit.length))}x`, "ok");
      // Processor time: the clock on the wall also counts what other programs take.
      const start = process.cpuUsage();
      for (const id of ["html", "unicode", "pii", "language", "duplicates", "length", "turns"]) {
        run(id, body, id === "pii" ? { mode: "redact" } : {}, ctx);
      }
      const { user } = process.cpuUsage(start);
      expect(user / 1_000, JSON.stringify(unit)).toBeLessThan(30_000);
    }
  }, 180_000);

  it("editsBetween is linear and covers the difference", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        let text = before;
        for (const edit of editsBetween(before, after).toReversed()) {
          text = text.slice(0, edit.start) + edit.after + text.slice(edit.end);
        }
        expect(text).toBe(after);
      }),
    );
  });
});
