"""python -m assay_trainer export BASE_DIR OUT_DIR: a local Hugging Face folder as a served artefact, parity checked.

A folder of an encoder (BERT's family) becomes an embedding model, any other one that writes text.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from .chat import ChatEncoder
from .encoders import is_encoder
from .events import file_manifest, sha256_file, sha256_text
from .export import export_artefact
from .export_encoder import export_encoder
from .formats import check_base
from .model import context_length, count_parameters, load_model
from .refusal import Refusal
from .tokenizer import load_tokenizer

_PROBES = ["The weather was fine, so we walked to the station and bought 2 tickets.", "Once upon a time", "¿Qué hora es? 12:45!"]


def main(arguments: list[str]) -> dict:
    parser = argparse.ArgumentParser(prog="assay_trainer export")
    parser.add_argument("base", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    if options.out.exists():
        raise Refusal("invalid_input", f"{options.out} is there already.")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    return export_base(options.base, options.out)


def export_base(base: Path, out: Path) -> dict:
    """Raises Refusal("parity_failed") with the figures; nothing is left at `out` then."""
    config = check_base(base)
    if is_encoder(config, base):
        return export_encoder(base, out, config)
    tokenizer = load_tokenizer(base)
    model = load_model(base)
    encoder = ChatEncoder(tokenizer, "all")
    probes = [encoder.encode({"text": text}).ids for text in _PROBES]
    parity = export_artefact(model, tokenizer, out, [ids for ids in probes if len(ids) > 1])
    if not parity["passed"]:
        raise Refusal("parity_failed", "The exported graph does not answer like the base model.", {"parity": parity})
    template = json.loads((out / "tokenizer_config.json").read_text("utf-8"))["chat_template"]
    return {
        "schema": 1,
        "state": "done",
        "files": file_manifest(out),
        "parameters": count_parameters(model)[0],
        "architecture": model.config.model_type,
        "context_length": context_length(model.config),
        "tokenizer_digest": sha256_file(out / "tokenizer.json"),
        "template_digest": sha256_text(template),
        "parity": parity,
    }
