"""The side to be measured against: the same fixed patterns by Python's `re`, each compiled once, each run on each text.

Answers each line of its input with one line, as `side.ts` does: `plain` scans the corpus, `conditions` scans it with the
same conditions before each pattern that our side has, `spans` tells what was found. Only the standard library.
"""

import hashlib
import json
import re
import resource
import sys
import time
from pathlib import Path

SEVEN_DIGITS = re.compile(r"[0-9](?:[ \-./()\u00a0\u2011]{0,2}[0-9]){6}").search
TWELVE_DIGITS = re.compile(r"[0-9](?:[ \u00a0-]?[0-9]){11}").search
DOTTED_DIGITS = re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]").search
COLONS = re.compile(r":[0-9A-Fa-f]{0,4}:").search
CODE = re.compile(r"[A-Za-z]{2}[0-9]{2}").search
ANYTHING = re.compile(
    r"@|:(?://|[0-9A-Fa-f]{0,4}:)|[0-9](?:\.[0-9]{1,3}\.[0-9]|(?<=[A-Za-z]{2}[0-9])[0-9]|(?:[ \-./()\u00a0\u2011]{0,2}[0-9]){6})"
).search
NEEDS = {
    "at": lambda text: "@" in text, "scheme": lambda text: "://" in text, "sevenDigits": SEVEN_DIGITS,
    "twelveDigits": TWELVE_DIGITS, "dottedDigits": DOTTED_DIGITS, "colons": COLONS, "code": CODE,
}  # fmt: skip


def digits_of(spelling: str) -> str:
    return "".join(each for each in spelling if "0" <= each <= "9")


def luhn(spelling: str) -> bool:
    total = 0
    for i, digit in enumerate(reversed(digits_of(spelling))):
        value = int(digit) * (1 + i % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def mod97(spelling: str) -> bool:
    plain = spelling.replace(" ", "").replace("-", "").upper()
    return int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


CHECKS = {"luhn": luhn, "mod97": mod97, "phoneLength": lambda spelling: 7 <= len(digits_of(spelling)) <= 15}

PATTERNS = [
    (each["kind"], re.compile(each["pattern"]).finditer, CHECKS.get(each.get("check")), NEEDS[each["need"]])
    for each in json.loads((Path(__file__).parent / "patterns.json").read_text())
]


def plain(text: str) -> list:
    found = []
    for kind, find, check, _ in PATTERNS:
        for match in find(text):
            if check is None or check(match[0]):
                found.append((kind, match.start(), match.end()))
    return found


def with_conditions(text: str) -> list:
    found = []
    if not ANYTHING(text):
        return found
    for kind, find, check, need in PATTERNS:
        if not need(text):
            continue
        for match in find(text):
            if check is None or check(match[0]):
                found.append((kind, match.start(), match.end()))
    return found


def measured(scan, parts: list, times: list) -> dict:
    spans, clocks = 0, []
    for part, repeats in zip(parts, times):
        processor, wall = time.process_time(), time.perf_counter()
        for _ in range(repeats):
            for text in part:
                spans += len(scan(text))
        clocks.append({"wall": time.perf_counter() - wall, "processor": time.process_time() - processor})
    return {"spans": spans, "clocks": clocks, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def spans_of(texts: list) -> list:
    return [(i, *span) for i, text in enumerate(texts) for span in plain(text)]


def main() -> None:
    labelled, times = int(sys.argv[2]), [int(each) for each in sys.argv[3:]]
    texts = [json.loads(line) for line in Path(sys.argv[1]).read_text("utf8").rstrip("\n").split("\n")]
    parts = [texts[labelled:], texts[:labelled]]
    say({"ready": True})
    for line in sys.stdin:
        command = line.strip()
        if command == "spans":
            joined = "\n".join(" ".join(map(str, span)) for span in spans_of(texts))
            say({"labelled": spans_of(parts[1]), "all": hashlib.sha256(joined.encode()).hexdigest()})
        else:
            say(measured(with_conditions if command == "conditions" else plain, parts, times))


def say(answer) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
