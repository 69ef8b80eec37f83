import { describe, expect, it } from "vitest";
import { languageByFunctionWords, wordCounts } from "./function-words.ts";

describe("language by function words", () => {
  it("gives each word a number of its own", () =>
    expect(wordCounts.numbers).toBe(wordCounts.words));

  it.each([
    ["When does the shop open, and can you tell me what it has?", "en"],
    ["Wann macht der Laden auf und können Sie mir sagen, was es dort gibt?", "de"],
    ["Quand est-ce que le magasin est ouvert et que peut-on y acheter dans la rue ?", "fr"],
    ["¿Cuándo abre la tienda y qué es lo que se puede comprar en ella?", "es"],
    ["Quando apre il negozio e che cosa si può comprare dove sono io?", "it"],
    ["Quando é que a loja abre e o que se pode comprar com isso?", "pt"],
    ["Wanneer gaat de winkel open en wat kan ik daar voor mij kopen?", "nl"],
    ["När öppnar affären och vad kan jag köpa där för min vän?", "sv"],
    ["Kiedy otwiera się sklep i co tam jest dla mnie na dziś?", "pl"],
    ["店は何時に開きますか。そこで何が買えますか。", "ja"],
    ["가게는 언제 열고 거기서 무엇을 살 수 있나요?", "ko"],
    ["Πότε ανοίγει το κατάστημα και τι μπορώ να αγοράσω;", "el"],
  ])("%s", (text, language) => expect(languageByFunctionWords(text)).toBe(language));

  it.each([
    ["few words", "Hello there"],
    ["names and numbers", "Berlin 2024 Paris 2025 Madrid Roma Lisboa 12,50 € – 7"],
    ["a script that several languages write", "Когда открывается магазин и что там есть?"],
    [
      "two languages in one",
      "The shop is open and you can go. Der Laden ist auf und die Tür nicht zu.",
    ],
    ["a foreign name in a sentence", "Please ask Ευαγγελία whether the shop of the town is open"],
    ["nothing", ""],
  ])("leaves %s to the n-gram detector", (_what, text) =>
    expect(languageByFunctionWords(text)).toBeUndefined(),
  );
});
