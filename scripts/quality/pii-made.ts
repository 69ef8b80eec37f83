import { countrySpecs, isValidIBAN } from "ibantools";
import { type CountryCode, getExampleNumber } from "libphonenumber-js/max";
import examples from "libphonenumber-js/mobile/examples";
import { luhn } from "#lib/safety/digits.ts";
import type { PiiOptions, PiiType } from "#lib/safety/pii.ts";

/** A text with what must be found in it, or nothing of its type where `value` is missing. */
export type Case = { text: string; type: PiiType; value?: string; options?: PiiOptions };

/** A small generator with a known sequence, so that every run measures the same texts. */
function numbersBelow(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const around = (value: string) => `It is ${value}, thanks.`;
const digits = (next: (below: number) => number, length: number) =>
  Array.from({ length }, () => next(10)).join("");

/** The last digit changed: the checksum no longer holds. */
const broken = (plain: string) => plain.slice(0, -1) + ((Number(plain.at(-1)) + 1) % 10);

/** Prefix and length of each issuer's cards (ISO/IEC 7812). */
const issuers: [string, number][] = [
  ...([
    ["4", 13],
    ["4", 16],
    ["4", 19],
    ["51", 16],
    ["55", 16],
    ["2221", 16],
    ["2720", 16],
  ] as const),
  ...([
    ["34", 15],
    ["37", 15],
    ["300", 14],
    ["36", 14],
    ["38", 14],
    ["6011", 16],
    ["65", 16],
  ] as const),
  ...([
    ["3528", 16],
    ["3589", 16],
    ["62", 16],
    ["62", 19],
    ["5018", 12],
    ["6304", 13],
  ] as const),
].map(([prefix, length]) => [prefix, length]);

function cards(): { valid: string[]; wrong: string[] } {
  const next = numbersBelow(3);
  const valid = issuers.flatMap(([prefix, length]) =>
    Array.from({ length: 20 }, () => {
      const start = prefix + digits(next, length - prefix.length - 1);
      const last = Array.from({ length: 10 }, (_, digit) => start + digit).find(luhn);
      return last ?? start;
    }),
  );
  return { valid, wrong: valid.map(broken) };
}

const inFours = (plain: string) => plain.replace(/(.{4})(?=.)/g, "$1 ");

/** A valid number for each country of the registry: random by the country's own pattern, check digits computed. */
function ibans(): string[] {
  const next = numbersBelow(5);
  return Object.entries(countrySpecs).flatMap(
    ([country, { chars, bban_regexp: pattern, IBANRegistry }]) => {
      if (!IBANRegistry || !chars || !pattern) return [];
      const bban = pattern
        .slice(1, -1)
        .replace(/\[([^\]]+)\](?:\{(\d+)\})?/g, (_all, kind: string, count = "1") =>
          kind.startsWith("A-Z") && !kind.includes("0-9")
            ? Array.from({ length: Number(count) }, () => String.fromCharCode(65 + next(26))).join(
                "",
              )
            : digits(next, Number(count)),
        );
      const all = Array.from(
        { length: 97 },
        (_, n) => `${country}${String(n + 2).padStart(2, "0")}${bban}`,
      );
      const valid = all.find((plain) => isValidIBAN(plain));
      return valid ? [valid] : [];
    },
  );
}

const countries = Object.keys(examples) as CountryCode[];

/** The example number of each country's plan, as the plan spells it. */
function phones(spell: (country: CountryCode) => string | undefined): [CountryCode, string][] {
  return countries.flatMap((country): [CountryCode, string][] => {
    const spelling = spell(country);
    return spelling ? [[country, spelling]] : [];
  });
}

const emails = [
  ...[
    "ann@example.org",
    "ann.lee@mail.example.co.uk",
    "a.b+news@example.com",
    "x_y-z@sub.sub.example.io",
  ],
  ...[
    "o'brien@example.ie",
    "1234567890@example.com",
    "ann@xn--bcher-kva.example",
    "jürgen@müller.de",
  ],
  ...[
    "用户@例子.广告",
    "чебурашка@ящик-с-апельсинами.рф",
    "ANN@EXAMPLE.ORG",
    "a@b.co",
    "ann@example.museum",
  ],
  ...[
    "first.last@123.com",
    "a!b#c$d@example.org",
    "user%example.com@example.org",
    "δοκιμή@παράδειγμα.δοκιμή",
  ],
];
const noEmails = [
  ...[
    "meet @ noon",
    "@handle",
    "user@host",
    "x@1.2",
    "a@b.1",
    "ann@.org",
    "ann@example..org",
    "git@host:path",
  ],
  ...["price@$5.00", "@", "ann.@example.org", "ann@-example.org", "5@3.5"],
];
const ipv6 = [
  ...[
    "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
    "2001:db8:85a3::8a2e:370:7334",
    "2001:db8::1",
    "2606:4700::1111",
  ],
  ...[
    "2001:db8:0:1:1:1:1:1",
    "2a00:1450:4001:82a::200e",
    "2001:DB8::AB9:C0A8:102",
    "1:2:3:4:5:6:7:8",
  ],
  ...[
    "2001:db8::",
    "2001:db8:1::ab9:c0a8:102",
    "::ffff:203.0.113.9",
    "64:ff9b::198.51.100.7",
    "fe80::1ff:fe23:4567:890a",
  ],
];
const noIps = [
  ...[
    "12:30:45",
    "std::vector",
    "a::b",
    "1:2",
    "::",
    "01:23:45:67:89:ab",
    "2001:db8:::1",
    "1:2:3:4:5:6:7:8:9",
  ],
  ...[
    "version 1.2.3.4",
    "1.2.3",
    "256.1.2.3",
    "1.2.3.4.5",
    "127.0.0.1",
    "0.0.0.0",
    "1.2.3.400",
    "v10.0.0.1",
  ],
];

/** All made texts by what they are made of. */
export function madeCases(): { title: string; cases: Case[] }[] {
  const next = numbersBelow(9);
  const card = cards();
  const iban = ibans();
  const known = (type: PiiType, values: readonly string[]): Case[] =>
    values.map((value) => ({ text: around(value), type, value }));
  const none = (type: PiiType, values: readonly string[]): Case[] =>
    values.map((value) => ({ text: around(value), type }));
  const ipv4 = Array.from({ length: 200 }, () =>
    [11 + next(89), next(256), next(256), 1 + next(254)].join("."),
  );
  const orders = Array.from({ length: 500 }, () => `order ${digits(next, 8 + next(4))} of 2024`);
  const international = phones((country) =>
    getExampleNumber(country, examples)?.formatInternational(),
  );
  const plain = phones((country) => getExampleNumber(country, examples)?.number);
  const national = phones((country) => getExampleNumber(country, examples)?.formatNational());
  return [
    { title: "e-mail: plus, dots, subdomains, Unicode", cases: known("email", emails) },
    { title: "e-mail: look-alikes", cases: none("email", noEmails) },
    {
      title: "phone: each country's, `+` and spaces",
      cases: known(
        "phone",
        international.map(([, value]) => value),
      ),
    },
    {
      title: "phone: each country's, `+` and digits",
      cases: known(
        "phone",
        plain.map(([, value]) => value),
      ),
    },
    {
      title: "phone: each country's national spelling, the country named in `regions`",
      cases: national.map(([country, value]) => ({
        ...{ text: around(value), type: "phone" as const, value, options: { regions: [country] } },
      })),
    },
    {
      title: 'phone: each country\'s national spelling, behind "call me at"',
      cases: national.map(([, value]) => ({
        text: `Call me at ${value}.`,
        type: "phone" as const,
        value,
      })),
    },
    { title: "phone: order numbers", cases: none("phone", orders) },
    { title: "card: issuers × lengths, plain", cases: known("card", card.valid) },
    { title: "card: in groups of four", cases: known("card", card.valid.map(inFours)) },
    { title: "card: one wrong digit", cases: none("card", card.wrong) },
    { title: "IBAN: each country's", cases: known("iban", iban) },
    { title: "IBAN: each country's, in groups of four", cases: known("iban", iban.map(inFours)) },
    {
      title: "IBAN: one wrong digit",
      cases: none(
        "iban",
        iban.map((value) => (/\d$/.test(value) ? broken(value) : `${value}0`)),
      ),
    },
    { title: "IPv4", cases: known("ip", ipv4) },
    { title: "IPv6: full, compressed, with IPv4 at the end", cases: known("ip", ipv6) },
    { title: "IP: times, versions, code, hardware addresses", cases: none("ip", noIps) },
  ];
}
