import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findPii, type PiiType, placeholderNamer, redactPii } from "./pii.ts";

const found = (text: string, types?: PiiType[]) =>
  findPii(text, { types }).map(({ type, start, end }) => [type, text.slice(start, end)]);

describe("findPii", () => {
  it("finds e-mail addresses and not their look-alikes", () => {
    expect(found("Mail <ann.lee+x@mail.example.co.uk>, thanks.")).toEqual([
      ["email", "ann.lee+x@mail.example.co.uk"],
    ]);
    expect(found("jürgen@müller.de")).toEqual([["email", "jürgen@müller.de"]]);
    expect(found("meet @ noon, @handle, a@b, x@1.2, user@host")).toEqual([]);
  });

  it("finds phones by country code, plan, spelling or context", () => {
    expect(found("ring +49 (0)30 901820 or 020 7946 0958")).toEqual([
      ["phone", "+49 (0)30 901820"],
      ["phone", "020 7946 0958"],
    ]);
    expect(found("(212) 555-0147 x12")).toEqual([["phone", "(212) 555-0147 x12"]]);
    expect(found("my mobile is 60-56-85-91")).toEqual([["phone", "60-56-85-91"]]);
  });

  it("takes no dates, versions, prices, identity or order numbers for phones", () => {
    expect(
      found(
        "on 2024-05-17 12:30:00, v1.2.3.4, $1,299.00, SSN 460-89-9847, order 20240517001, 3.14159265",
      ),
    ).toEqual([]);
  });

  it("knows trunk prefixes, and numbers of things from phones", () => {
    const inCountry = (text: string, region: string) =>
      findPii(text, { regions: [region] }).map(({ start, end }) => text.slice(start, end));
    expect(inCountry("8 (912) 345-67-89", "RU")).toEqual(["8 (912) 345-67-89"]);
    expect(inCountry("06 20 123 4567", "HU")).toEqual(["06 20 123 4567"]);
    expect(found("My order number is 07738087327")).toEqual([]);
    expect(found("About order 12: 07738087327")).toEqual([["phone", "07738087327"]]);
    expect(found("order +447738087327")).toEqual([["phone", "+447738087327"]]);
  });

  it("checks cards by issuer, length and Luhn digit", () => {
    expect(found("card 4111 1111 1111 1111.")).toEqual([["card", "4111 1111 1111 1111"]]);
    expect(found("378282246310005")).toEqual([["card", "378282246310005"]]);
    expect(found("4111 1111 1111 1112 and 1111111111111117", ["card"])).toEqual([]);
    expect(found("4111 1111 1111 1111 12/27", ["card"])).toEqual([["card", "4111 1111 1111 1111"]]);
  });

  it("checks accounts by country length and checksum", () => {
    expect(found("IBAN: DE89 3704 0044 0532 0130 00")).toEqual([
      ["iban", "DE89 3704 0044 0532 0130 00"],
    ]);
    expect(found("gb29nwbk60161331926819,")).toEqual([["iban", "gb29nwbk60161331926819"]]);
    expect(found("DE89370400440532013001", ["iban"])).toEqual([]);
    expect(found("It says DE00 3704 0044 0532 0130 00")).toEqual([]);
  });

  it("finds addresses of machines that may be someone's", () => {
    expect(found("from 203.0.113.7 and 2001:db8::8a2e:370:7334")).toEqual([
      ["ip", "203.0.113.7"],
      ["ip", "2001:db8::8a2e:370:7334"],
    ]);
    expect(
      found("127.0.0.1, ::1, version 1.2.3.4, 1.2.3.4.5, 300.1.1.1, std::dec, 12:30:45"),
    ).toEqual([]);
  });

  it("takes an IPv6 address with IPv4 at its end as one", () => {
    expect(found("via ::ffff:203.0.113.9, 64:ff9b::198.51.100.7.")).toEqual([
      ["ip", "::ffff:203.0.113.9"],
      ["ip", "64:ff9b::198.51.100.7"],
    ]);
    expect(found("via ::ffff:127.0.0.1")).toEqual([]);
  });

  it("gives spans in order, without overlap, inside the text", () => {
    const pieces = fc.constantFrom(
      "a@b.co",
      "+1 202 555 0147",
      " ",
      "4111111111111111",
      "10.0.0.1",
      "x",
      "-",
      "DE89370400440532013000",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        let last = 0;
        for (const { start, end } of findPii(text, { minConfidence: 0 })) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          last = end;
        }
      }),
    );
  });

  it("refuses an unknown country", () => {
    expect(() => findPii("1", { types: ["phone"], regions: ["XX"] })).toThrow(/country code/);
  });

  it("stays linear on hostile text", () => {
    for (const unit of ["a@", "4111 1111 ", "555-123-4567 ", "GB29NWBK", "0 12 3 "]) {
      const text = unit.repeat(300_000 / unit.length);
      // Processor time: the clock on the wall also counts what other programs take.
      const start = process.cpuUsage();
      findPii(text);
      expect(process.cpuUsage(start).user / 1_000, unit).toBeLessThan(6_000);
    }
  }, 180_000);
});

describe("redactPii", () => {
  it("leaves nothing that is found again", () => {
    const text = "a@example.org, +44 20 7946 0958, 4111 1111 1111 1111, 203.0.113.7";
    const { text: redacted, replacements } = redactPii(
      text,
      findPii(text),
      placeholderNamer(false),
    );
    expect(redacted).toBe("[EMAIL], [PHONE], [CARD], [IP]");
    expect(replacements.map(({ before }) => before)).toContain("203.0.113.7");
    expect(findPii(redacted)).toEqual([]);
  });

  it("numbers values, not spellings", () => {
    const name = placeholderNamer(true);
    expect(name("phone", "202 555-0147")).toBe("[PHONE_1]");
    expect(name("phone", "202-555-0147")).toBe("[PHONE_1]");
    expect(name("phone", "202-555-0148")).toBe("[PHONE_2]");
    expect(name("email", "A@x.org")).toBe("[EMAIL_1]");
  });
});
