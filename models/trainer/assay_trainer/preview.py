"""python -m assay_trainer preview ATTEMPT_DIR [--examples K]: what a run would learn from, and what it would cost.

Within seconds, whatever the size of the rows: at most SAMPLE_BYTES of train.jsonl are looked at. A file that fits is
counted exactly; a larger one is a sample, and `exact` is false.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from .chat import ChatEncoder, RowError
from .data import Examples, encode_rows, read_rows, require_examples, texts_of
from .estimate import EVALUATION_COST, EXPORT_SECONDS, EXPORT_SECONDS_PER_MILLION, measure_speed, peak_memory, workload
from .formats import check_base
from .model import add_lora, context_length, count_parameters, load_model, new_model, pick_device, pick_precision, training_flops
from .refusal import Refusal
from .spec import Spec, read_spec
from .tokenizer import load_tokenizer, train_tokenizer

# About two seconds of tokenising and templating on one slow core.
SAMPLE_BYTES = 2 * 2**20
# A longer example is shown up to here.
SHOWN_TOKENS = 2048


def main(arguments: list[str]) -> dict:
    parser = argparse.ArgumentParser(prog="assay_trainer preview")
    parser.add_argument("attempt", type=Path)
    parser.add_argument("--examples", type=int, default=3)
    options = parser.parse_args(arguments)
    spec = read_spec(options.attempt)
    torch.set_num_threads(spec.threads)
    torch.manual_seed(spec.seed)
    return preview(spec, options.attempt, options.examples)


def preview(spec: Spec, attempt: Path, shown: int) -> dict:
    path = attempt / "train.jsonl"
    if not path.is_file():
        raise Refusal("invalid_input", f"There is no train.jsonl in {attempt}.")
    scale = max(1.0, path.stat().st_size / SAMPLE_BYTES)
    started = time.perf_counter()
    tokenizer = _tokenizer(spec, path)
    encoder = ChatEncoder(tokenizer, spec.hyper.train_on)
    model = _model(spec, tokenizer)
    cutoff = min(spec.hyper.cutoff_length, context_length(model.config))
    examples = encode_rows(_sample(path), encoder, cutoff, spec.method == "pretrain")
    require_examples(examples, "train.jsonl")
    reading = (time.perf_counter() - started) * scale
    return {
        "schema": 1,
        "exact": scale == 1.0,
        "tokenizer": {"vocab_size": len(tokenizer), "source": "base" if spec.base else "rows"},
        "examples": _shown(path, encoder, tokenizer, cutoff, shown),
        "data": {**examples.summary(), "sampled_share": round(1 / scale, 6)},
        "estimate": estimate(spec, model, examples, scale, reading, _evaluation_share(attempt)),
    }


def estimate(spec: Spec, model, examples: Examples, scale: float, reading: float, evaluation_share: float) -> dict:
    """`evaluation_share`: size of eval.jsonl as a part of train.jsonl's."""
    work = workload(examples, spec.hyper, spec.seed, scale)
    precision = pick_precision(spec, pick_device(spec))
    everything, learnt = count_parameters(model)
    memory = peak_memory(model, work, precision)
    speed, measured_on = measure_speed(spec, model, examples)
    steps = work.padded / speed
    evaluation = EVALUATION_COST * evaluation_share * float(examples.lengths.sum()) * scale / speed
    export = EXPORT_SECONDS + EXPORT_SECONDS_PER_MILLION * everything / 1e6
    return {
        "steps": work.steps,
        "tokens": work.tokens,
        "parameters": everything,
        "trainable_parameters": learnt,
        "flops": training_flops(everything, learnt, work.tokens),
        "seconds": round(reading + steps + evaluation + export, 1),
        "seconds_of": {
            "reading": round(reading, 1), "steps": round(steps, 1), "evaluation": round(evaluation, 1), "export": round(export, 1),
        },
        "tokens_per_second": round(speed * work.tokens / max(1, work.padded), 1),
        "peak_memory_bytes": memory,
        "device": pick_device(spec).type,
        "precision": precision,
        "how": f"Measured just now on {measured_on} tokens with {spec.threads} thread(s); other work on the machine makes it slower.",
    }


def _evaluation_share(attempt: Path) -> float:
    path = attempt / "eval.jsonl"
    return path.stat().st_size / max(1, (attempt / "train.jsonl").stat().st_size) if path.exists() else 0.0


def _tokenizer(spec: Spec, path: Path):
    if spec.base is not None:
        check_base(Path(spec.base))
        return load_tokenizer(Path(spec.base), spec.chat_template)
    tokenizer = train_tokenizer(_sample_texts(path), spec.architecture.vocab_size)
    if spec.chat_template is not None:
        tokenizer.chat_template = spec.chat_template
    return tokenizer


def _model(spec: Spec, tokenizer):
    if spec.base is None:
        return new_model(spec.architecture, len(tokenizer), tokenizer)
    model = load_model(Path(spec.base))
    return add_lora(model, spec.hyper) if spec.tuning == "lora" else model


def _sample(path: Path) -> Iterator[dict | None]:
    """Rows from the beginning while they fit in SAMPLE_BYTES; always at least one."""
    with open(path, "rb") as file:
        lines = len(file.read(SAMPLE_BYTES).splitlines())
    return read_rows(path, limit=max(1, lines if path.stat().st_size <= SAMPLE_BYTES else lines - 1))


def _sample_texts(path: Path) -> Iterator[str]:
    return itertools.chain.from_iterable(texts_of(row) for row in _sample(path))


def _shown(path: Path, encoder: ChatEncoder, tokenizer, cutoff: int, count: int) -> list[dict]:
    """The first rows as the model meets them: ids, the text of each token, and which tokens count in the loss."""
    pieces = TokenText(tokenizer)
    shown = []
    for row in _sample(path):
        if len(shown) == count:
            break
        try:
            example = encoder.encode(row or {})
        except RowError as error:
            shown.append({"skipped": str(error)})
            continue
        end = min(len(example.ids), cutoff, SHOWN_TOKENS)
        trained = [i > 0 and each for i, each in enumerate(example.trained[:end])]
        shown.append(
            {
                "ids": example.ids[:end],
                "tokens": [pieces.text(id) for id in example.ids[:end]],
                "trained": trained,
                "length": len(example.ids),
            }
        )
    return shown


class TokenText:
    """A token as a reader can see it; bytes that are no whole character are written as \\xNN."""

    def __init__(self, tokenizer):
        self._backend = tokenizer.backend_tokenizer
        self._special = set(tokenizer.added_tokens_decoder)
        byte_level = "ByteLevel" in str(self._backend.decoder)
        self._bytes = _byte_level_alphabet() if byte_level else None

    def text(self, id: int) -> str:
        token = self._backend.id_to_token(id) or ""
        if id in self._special:
            return token
        if self._bytes is None:
            return token.replace("\u2581", " ")
        return bytes(self._bytes[each] for each in token).decode("utf-8", "backslashreplace")


def _byte_level_alphabet() -> dict[str, int]:
    """GPT-2's mapping from printable characters back to bytes."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [each for each in range(256) if each not in printable]
    return {**{chr(each): each for each in printable}, **{chr(256 + n): each for n, each in enumerate(others)}}
