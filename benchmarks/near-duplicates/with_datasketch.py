"""The other side: the same texts through datasketch, with the same bands and permutations, on one core.

with_datasketch.py TEXTS PAIRS THRESHOLD BANDS ROWS: texts (one a line) in, verified pairs out; prints what it took.
"""

import json
import resource
import sys
import time

from datasketch import MinHash, MinHashLSH

texts_file, pairs_file, threshold, bands, rows = sys.argv[1:]
threshold, bands, rows = float(threshold), int(bands), int(rows)
with open(texts_file, encoding="latin1") as file:
    texts = file.read().split("\n")


def shingles(text: str) -> set[str]:
    return {text[i : i + 5] for i in range(max(1, len(text) - 4))}


def hash32(shingle: str) -> int:
    """Python's own string hash: the cheapest there is, several times faster than the default SHA-1."""
    return hash(shingle) & 0xFFFFFFFF


wall, cpu = time.perf_counter(), time.process_time()
lsh = MinHashLSH(num_perm=256, params=(bands, rows))
# Made once and copied: permutations are the same for all, and making them costs more than using them.
first = MinHash(num_perm=256, hashfunc=hash32)
pairs = []
for row, text in enumerate(texts):
    minhash = first.copy()
    mine = shingles(text)
    minhash.update_batch(mine)
    for other in lsh.query(minhash):
        theirs = shingles(texts[other])
        shared = len(mine & theirs)
        if shared / (len(mine) + len(theirs) - shared) >= threshold:
            pairs.append((other, row))
    lsh.insert(row, minhash)
took = {"seconds": time.perf_counter() - wall, "cpuSeconds": time.process_time() - cpu}
with open(pairs_file, "w") as file:
    file.write("\n".join(f"{a} {b}" for a, b in pairs))
print(json.dumps({**took, "peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
