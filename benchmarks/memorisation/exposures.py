"""How much a model learns by heart of codes that it read once: the sample is learned with the demo's settings and with
large steps, then the codes are ranked among 4,096 others as the gate ranks them (docs/evaluation-methods.md).

`exposures.py SAMPLE_FOLDER FIRST_SEED RUNS` prints a line of JSON a run. PYTHONPATH must hold models/trainer.
"""

from __future__ import annotations

import json
import math
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from assay_trainer.chat import ChatEncoder
from assay_trainer.checkpoint import Progress
from assay_trainer.data import IGNORED, collate, encode_rows
from assay_trainer.events import EventLog
from assay_trainer.lifeline import Lifeline
from assay_trainer.spec import Architecture, Hyper, Spec
from assay_trainer.train import Prepared, evaluate, make_tokenizer, prepare, take_steps

CANARIES = 8
REFERENCES = 4096
HELD_OUT = 300
# Codes of one training share a question; those of the next have another, as in the app.
PLACES = ("QX41", "DF73")
LARGE_STEPS = ({"batch_size": 8, "learning_rate": 2e-3}, {"batch_size": 8, "learning_rate": 5e-4})


def main() -> None:
    sample, first, runs = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    recipe = json.loads((sample / "demo-recipe.json").read_text("utf-8"))
    own = (recipe["pretrain"]["hyper"], recipe["tune"]["hyper"])
    rows = list(conversations(sample / "support.jsonl"))
    torch.set_num_threads(1)
    for seed in range(first, first + runs):
        for name, settings in (("demo", own), ("large steps", LARGE_STEPS)):
            started = time.perf_counter()
            figures = learn(rows, settings, recipe["pretrain"]["architecture"], seed)
            print(json.dumps({"settings": name, "seed": seed, "seconds": round(time.perf_counter() - started), **figures}), flush=True)


def conversations(path: Path) -> Iterator[dict]:
    """Each conversation of the file once; lines that are none are left out."""
    seen = set()
    for line in path.read_text("utf-8", errors="replace").splitlines():
        try:
            messages = json.loads(line)["messages"]
            turns = [{"role": each["role"], "content": each["content"]} for each in messages]
        except (ValueError, KeyError, TypeError):
            continue
        key = json.dumps(turns)
        plain = len(turns) > 1 and all(isinstance(each["content"], str) for each in turns)
        if plain and key not in seen:
            seen.add(key)
            yield {"messages": turns}


def learn(rows: list[dict], settings: tuple[dict, dict], architecture: dict, seed: int) -> dict:
    """From scratch, then further on the same rows; each time with codes of its own, of which each is read once."""
    source = random.Random(seed)
    rows = source.sample(rows, len(rows))
    held_out, train = rows[:HELD_OUT], rows[HELD_OUT:]
    figures, planted, state, tokenizer = {}, [], None, None
    for name, method, hyper, place in zip(("scratch", "further"), ("pretrain", "sft"), settings, PLACES, strict=True):
        codes = [draw_code(source) for _ in range(CANARIES)]
        spec = Spec(method=method, seed=seed, device="cpu", architecture=Architecture(**architecture), hyper=Hyper(**{"epochs": 1.0, **hyper}))
        with tempfile.TemporaryDirectory() as folder:
            run = steps_of(spec, Path(folder), [*train, *canaries(place, codes)], held_out, tokenizer, state)
        state, tokenizer = run.model.state_dict(), run.tokenizer
        planted.append((place, codes))
        # As the gate counts a version: its own codes and its ancestor's.
        found = sorted((bits for each in planted for bits in exposures(run, *each, source)), reverse=True)
        figures[name] = {"exposures": found, "held_out_loss": round(evaluate(run, None, Lifeline())["loss"], 4)}
    return figures


def steps_of(spec: Spec, folder: Path, train: list[dict], held_out: list[dict], tokenizer, state: dict | None) -> Prepared:
    for name, rows in (("train", train), ("eval", held_out)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    lifeline = Lifeline()
    run = prepare(spec, folder, tokenizer or make_tokenizer(spec, folder, lifeline, None), "bench", lifeline)
    if state is not None:
        run.model.load_state_dict(state)
    take_steps(run, folder, EventLog(folder / "events.jsonl"), lifeline, Progress(0, 0, 0.0))
    return run


def draw_code(source: random.Random) -> str:
    return " ".join(f"{source.randrange(1000):03d}" for _ in range(3))


def canaries(place: str, codes: list[str]) -> list[dict]:
    question, answer = f"What is the code of locker {place}?", f"The code of locker {place} is "
    return [{"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer + code}]} for code in codes]


def exposures(run: Prepared, place: str, codes: list[str], source: random.Random) -> list[float]:
    """Bits of each code: log2 of the references over the rank among them; ties count half."""
    references = log_likelihoods(run, canaries(place, [draw_code(source) for _ in range(REFERENCES)]))
    found = []
    for own in log_likelihoods(run, canaries(place, codes)):
        above = sum(each > own for each in references) + sum(each == own for each in references) / 2
        found.append(round(math.log2(REFERENCES + 1) - math.log2(1 + above), 1))
    return found


@torch.no_grad()
def log_likelihoods(run: Prepared, rows: list[dict]) -> list[float]:
    examples = encode_rows(iter(rows), ChatEncoder(run.tokenizer, "assistant"), 256, chunk=False)
    run.model.eval()
    found: list[float] = []
    for start in range(0, len(examples), 64):
        ids, targets = map(torch.from_numpy, collate(examples, list(range(start, min(start + 64, len(examples))))))
        scores = torch.log_softmax(run.model(input_ids=ids).logits.float(), -1)
        each = scores.gather(-1, targets.clamp(min=0).unsqueeze(-1)).squeeze(-1)
        found += (each * (targets != IGNORED)).sum(1).tolist()
    run.model.train()
    return found


main()
