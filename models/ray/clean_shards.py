"""Cleans the rows of one dataset version on a Ray cluster: `clean_shards.py RUN_FOLDER NODE`, the entrypoint of a Ray job.

What a step does stands in TypeScript alone. Each actor of this job keeps one Node process and pipes rows through it
(lib/datasets/ray/clean-lines.ts, beside this script in the shipped code). This script moves rows, and knows no step.

RUN_FOLDER lies in a folder that every node of the cluster reaches under the same path:
  recipe.json            the steps, for Node; `compares` tells whether a step compares all texts
  rows/00000.parquet     id int64, body (JSON text), time (seconds, or null); rows in their order, shard after shard
  results/00000.parquet  id, computed, asks (both JSON text): as many rows in the same order, renamed into place when
                         whole; its metadata name the Ray node that made it (`assay.ray_node`)
  decided.json           what steps that compare all texts decided, where there are such steps
  done.json              written last: {"shards": n, "rows": n}

No database, no network, no secret. Rows never enter Ray's object store: only names of shards do, so a shard that
is lost with its node is made again from its file, and a shard that is there is not made twice.
"""

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import ray

# Code that was shipped with this script: models/ray/clean_shards.py -> lib/datasets/ray/clean-lines.ts
entry = Path(__file__).resolve().parents[2] / "lib/datasets/ray/clean-lines.ts"


class NodeProcess:
    """A Node process that speaks lines. It ends by itself when this process does: its input ends then."""

    def __init__(self, node: str, mode: str, recipe: str):
        self.child = subprocess.Popen(
            [node, str(entry), mode],
            cwd=entry.parents[3],
            env={"NODE_ENV": "production"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.said = b""
        # Read all the time: a full error pipe would stop the process.
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        self.write([recipe.encode() + b"\n"])

    def _listen(self):
        for line in self.child.stderr:
            self.said = (self.said + line)[-2000:]

    def write(self, lines):
        try:
            for line in lines:
                self.child.stdin.write(line)
            self.child.stdin.flush()
        except BrokenPipeError:
            pass  # it ended early; whoever reads its answers is told why

    def read(self) -> str:
        line = self.child.stdout.readline()
        if line.endswith(b"\n"):
            return line[:-1].decode()
        self.child.wait()
        self.listener.join(timeout=5)
        raise RuntimeError(f"The Node process ended ({self.child.returncode}): {self.said.decode(errors='replace').strip()}")

    def end(self):
        self.child.stdin.close()
        self.child.kill()
        self.child.wait()


def row_line(row_id: int, body: str) -> bytes:
    return b'{"id":%d,"body":%s}\n' % (row_id, body.encode())


class CleanShards:
    """Stateful map of Ray Data: one Node process an actor, for all the shards that it gets."""

    def __init__(self, run: str, node: str):
        self.run = Path(run)
        self.process = NodeProcess(node, "compute", (self.run / "recipe.json").read_text())
        self.ray_node = ray.get_runtime_context().get_node_id()

    def __call__(self, batch):
        rows = [self.clean(str(name)) for name in batch["shard"]]
        return {"shard": batch["shard"], "rows": rows}

    def clean(self, name: str) -> int:
        target = self.run / "results" / name
        if target.exists():
            return pq.read_metadata(target).num_rows
        shard = pq.read_table(self.run / "rows" / name, columns=["id", "body"])
        ids, bodies = shard["id"].to_pylist(), shard["body"].to_pylist()
        writer = threading.Thread(target=self.process.write, args=(map(row_line, ids, bodies),), daemon=True)
        writer.start()
        answers = [self.process.read().split("\t") for _ in ids]
        writer.join()
        made = pa.table(
            {
                "id": shard["id"],
                "computed": pa.array([computed for computed, _ in answers], pa.string()),
                "asks": pa.array([asks for _, asks in answers], pa.string()),
            }
        ).replace_schema_metadata({"assay.ray_node": self.ray_node})
        part = target.with_name(f".{name}.{uuid.uuid4().hex}")
        pq.write_table(made, part, compression="snappy", row_group_size=1000)
        os.replace(part, target)
        return len(ids)


@ray.remote(num_cpus=1, max_retries=2)
def decide(run: str, node: str, shards: list[str]) -> None:
    """Where steps compare all texts: one task, the very code that decides on one machine, over what the shards say."""
    folder = Path(run)
    process = NodeProcess(node, "decide", (folder / "recipe.json").read_text())
    for name in shards:
        asked = pq.read_table(folder / "results" / name, columns=["id", "asks"])
        times = pq.read_table(folder / "rows" / name, columns=["time"])
        process.write(
            b'{"id":%d,"time":%s,"asks":%s}\n' % (row_id, json.dumps(when).encode(), asks.encode())
            for row_id, when, asks in zip(asked["id"].to_pylist(), times["time"].to_pylist(), asked["asks"].to_pylist())
        )
    process.write([b"\n"])
    rows = pyarrow.dataset.dataset([str(folder / "rows" / name) for name in shards])
    while "decided" not in (answer := json.loads(process.read())):
        wanted = rows.to_table(columns=["id", "body"], filter=pyarrow.dataset.field("id").isin(answer["want"]))
        process.write(map(row_line, wanted["id"].to_pylist(), wanted["body"].to_pylist()))
        process.write([b"\n"])
    process.end()
    write_whole(folder / "decided.json", answer["decided"])


def write_whole(path: Path, value) -> None:
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    part.write_text(json.dumps(value))
    os.replace(part, path)


def main(run: str, node: str) -> None:
    started = time.monotonic()
    folder = Path(run)
    shards = sorted(path.name for path in (folder / "rows").glob("*.parquet"))
    (folder / "results").mkdir(exist_ok=True)
    ray.init(logging_level="warning")
    ray.data.DataContext.get_current().enable_progress_bars = False
    slots = max(1, int(ray.cluster_resources().get("CPU", 1)))
    cleaned = ray.data.from_items([{"shard": name} for name in shards], override_num_blocks=len(shards)).map_batches(
        CleanShards,
        fn_constructor_args=(run, node),
        batch_size=1,
        batch_format="numpy",
        concurrency=min(slots, len(shards)),
        num_cpus=1,
    )
    rows = sum(int(row["rows"]) for row in cleaned.iter_rows())
    print(f"{rows} rows in {len(shards)} shards were cleaned after {time.monotonic() - started:.1f} s", flush=True)
    if json.loads((folder / "recipe.json").read_text())["compares"]:
        ray.get(decide.remote(run, node, shards))
        print(f"texts were compared after {time.monotonic() - started:.1f} s", flush=True)
    write_whole(folder / "done.json", {"shards": len(shards), "rows": rows})


if __name__ == "__main__":
    main(*sys.argv[1:])
