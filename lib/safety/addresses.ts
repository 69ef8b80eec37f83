import { isIPv6 } from "node:net";
import { countrySpecs, isValidIBAN } from "ibantools";
import { digitRuns, luhn, spaceOrHyphen, standsAlone } from "./digits.ts";
import { isAlphanumeric, precededBy, type Scored } from "./spans.ts";

/** RFC 5321: 64 units before the @, 255 after it. */
const longestLocal = 64;
const longestDomain = 255;
const localUnit = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]/u;
const domainUnit = /[\p{L}\p{N}.-]/u;
const domain =
  /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+(?:\p{L}{2,24}|xn--[a-z0-9]{2,59})$/iu;

/** E-mail addresses, in the dot-atom form of RFC 5322 with Unicode letters. Quoted locals are not found. */
export function findEmails(text: string): Scored[] {
  const found: Scored[] = [];
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    let start = at;
    while (start > 0 && at - start < longestLocal && localUnit.test(text.charAt(start - 1)))
      start--;
    while (start < at && /[^\p{L}\p{N}_]/u.test(text.charAt(start))) start++;
    let end = at + 1;
    while (end < text.length && end - at <= longestDomain && domainUnit.test(text.charAt(end)))
      end++;
    while (end > at + 1 && /[.-]/.test(text.charAt(end - 1))) end--;
    if (start === at || text[at - 1] === "." || !domain.test(text.slice(at + 1, end))) continue;
    found.push({ start, end, confidence: 0.95 });
  }
  return found;
}

/** Issuer prefixes and lengths (ISO/IEC 7812): Visa, Mastercard, Amex, Diners, JCB, Discover, UnionPay, Maestro. */
function issuer(digits: string): boolean {
  const n = digits.length;
  if (/^4/.test(digits)) return n === 13 || n === 16 || n === 19;
  if (/^(?:5[1-5]|2[2-7])/.test(digits)) return n === 16;
  if (/^3[47]/.test(digits)) return n === 15;
  if (/^3[0689]/.test(digits)) return n === 14;
  if (/^(?:1800|2131)/.test(digits)) return n === 15;
  if (/^35/.test(digits)) return n >= 16;
  if (/^(?:50|5[6-9]|6)/.test(digits)) return n >= 12;
  return false;
}

const cardWords = /\b(?:card|visa|mastercard|amex|cc|credit|debit|maestro)\b/i;

/**
 * Payment card numbers: 12 to 19 digits in groups, an issuer's prefix and length, and a right Luhn digit.
 * One in ten random numbers with such a prefix passes Luhn, hence 0.7 without a word such as "card" near.
 */
export function findCards(text: string): Scored[] {
  const found: Scored[] = [];
  for (const run of digitRuns(text, spaceOrHyphen)) {
    let from = 0;
    while (from < run.length) {
      let taken = 0;
      // A card has at most seven groups (4 4 4 4 3, or 4 6 5); longer windows only cost time.
      for (let to = Math.min(run.length, from + 7); to > from && taken === 0; to--) {
        const groups = run.slice(from, to);
        const start = groups[0]?.start ?? 0;
        const end = groups.at(-1)?.end ?? 0;
        const digits = groups.map((group) => text.slice(group.start, group.end)).join("");
        if (digits.length < 12 || digits.length > 19 || !standsAlone(text, start, end)) continue;
        if (!issuer(digits) || !luhn(digits)) continue;
        const confidence =
          precededBy(text, start, cardWords) || /^(\d)\1*$/.test(digits) ? 0.95 : 0.7;
        found.push({ start, end, confidence });
        taken = to - from;
      }
      from += taken || 1;
    }
  }
  return found;
}

const quad =
  /(?<![\w.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\w]|\.\d)/g;
const versionWords = /(?:version|release|build|v|ver)[\s.:]{0,2}$/i;
/** Addresses that name no one: this host, loopback, broadcast, documentation's own zero net. */
const noOne = /^(?:0\.|127\.|255\.255\.255\.255$)/;
const inside = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.)/;

/** IPv4 addresses. Private networks count 0.6; loopback and what follows "version" do not count. */
export function findIpv4(text: string): Scored[] {
  const found: Scored[] = [];
  for (const match of text.matchAll(quad)) {
    const start = match.index;
    // "%20|10.1.2.3" is percent-encoded text before an address, not a word that it continues.
    if (noOne.test(match[0]) || precededBy(text, start, versionWords)) continue;
    found.push({
      start,
      end: start + match[0].length,
      confidence: inside.test(match[0]) ? 0.6 : 0.9,
    });
  }
  return found;
}

/** Hexadecimal groups, maybe with an IPv4 address as the last two; `isIPv6` decides. */
const hexadecimal = /[0-9A-Fa-f:]{3,}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]{4,}/g;

/** IPv6 addresses, full, compressed and with IPv4 at the end (RFC 4291 2.2). Link-local and unique local ones count 0.6. */
export function findIpv6(text: string): Scored[] {
  const found: Scored[] = [];
  for (const match of text.matchAll(hexadecimal)) {
    const start = match.index;
    const word = match[0].replace(/(?<!:):$/, "");
    const end = start + word.length;
    if (word.length > 45 || !standsAlone(text, start, end) || !isIPv6(word)) continue;
    const groups = word.split(":").filter((group) => group !== "");
    if (groups.length < 2 || !/\d/.test(word)) continue;
    if (noOne.test(groups.at(-1) ?? "") && word.includes(".")) continue;
    found.push({ start, end, confidence: /^fe80|^f[cd]/i.test(word) ? 0.6 : 0.9 });
  }
  return found;
}

/** International bank account numbers, plain or in groups, with the length of their country and a right checksum (ISO 13616). */
export function findIbans(text: string): Scored[] {
  const found: Scored[] = [];
  for (const match of text.matchAll(/[A-Za-z]{2}\d{2}/g)) {
    const start = match.index;
    const length = countrySpecs[match[0].slice(0, 2).toUpperCase()]?.chars;
    if (!length || isAlphanumeric(text, start - 1)) continue;
    let plain = "";
    let end = start;
    while (plain.length < length && end < text.length) {
      if (isAlphanumeric(text, end)) plain += text.charAt(end++);
      else if (/[ \u00a0-]/.test(text.charAt(end)) && isAlphanumeric(text, end + 1)) end++;
      else break;
    }
    if (isAlphanumeric(text, end) || !isValidIBAN(plain.toUpperCase())) continue;
    found.push({ start, end, confidence: 0.98 });
  }
  return found;
}
