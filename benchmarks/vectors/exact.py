"""The other side: numpy's exact scan, and usearch's HNSW graph built over the same vectors, on one core.

exact.py VECTORS QUERIES DIMENSIONS K HNSW_ROWS: files of float32. Answers each line `first last` on its input with the
neighbours and milliseconds of those queries; a line `build` with the seconds that the graph took. One JSON object a line.
"""

import json
import sys
import time

import numpy as np
from usearch.index import Index

vectors_file, queries_file, dimensions, k, hnsw_rows = sys.argv[1:]
dimensions, k, hnsw_rows = int(dimensions), int(k), int(hnsw_rows)
vectors = np.fromfile(vectors_file, dtype=np.float32).reshape(-1, dimensions)
queries = np.fromfile(queries_file, dtype=np.float32).reshape(-1, dimensions)


def search(query: np.ndarray) -> dict[str, object]:
    start = time.perf_counter()
    scores = vectors @ query
    best = np.argpartition(scores, -k)[-k:]
    best = best[np.argsort(-scores[best])]
    took = (time.perf_counter() - start) * 1000
    return {"ms": took, "rows": best.tolist(), "scores": scores[best].tolist()}


def build() -> dict[str, float]:
    rows = vectors[:hnsw_rows]
    start = time.perf_counter()
    index = Index(ndim=dimensions, metric="ip", dtype="f32")
    index.add(np.arange(len(rows)), rows, threads=1)
    return {"seconds": time.perf_counter() - start}


for line in sys.stdin:
    if line.strip() == "build":
        answer: object = build()
    else:
        first, last = map(int, line.split())
        answer = [search(query) for query in queries[first:last]]
    print(json.dumps(answer), flush=True)
