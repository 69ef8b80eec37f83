"""An embedding model as a served artefact: a graph from tokens to one vector a token, parity checked, pooling kept.

Graph: input_ids, attention_mask -> last_hidden_state, all with a free number of rows and tokens. Pooling stands in the
folder's own files (encoders.py), not in the graph.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import torch

from .encoders import Encoding, read_encoding, write_encoding
from .events import file_manifest, sha256_file
from .export import check_graph_size, drop_local_paths, save_weights, write_program
from .model import count_parameters
from .refusal import Refusal, unreadable

# fp32 against fp32: other kernels and another order of sums stay far below both.
LEAST_COSINE = 0.99999
TOLERANCE = 1e-3
_PROBES = [
    "The weather was fine, so we walked to the station and bought 2 tickets.",
    "Once upon a time",
    "¿Qué hora es? 12:45!",
    "parcel " * 40,
]


class _Encoder(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


def export_encoder(base: Path, out: Path, config: dict) -> dict:
    """`base` was checked. Raises Refusal("parity_failed") with the figures; nothing is left at `out` then."""
    encoding = read_encoding(config, base)
    tokenizer = _load_tokenizer(base)
    model = load_encoder(base)
    check_graph_size(model)
    probes = [tokenizer.encode(text.lower() if encoding.lowercase else text).ids[: encoding.max_length] for text in _PROBES]
    new = out.with_name(out.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    (new / "onnx").mkdir(parents=True)
    save_weights(model, new)
    tokenizer.save(str(new / "tokenizer.json"))
    _save_tokenizer_config(base, new)
    drop_local_paths(new)
    write_encoder_graph(model, new / "onnx" / "model.onnx")
    parity, dimensions = check_vectors(model, new / "onnx" / "model.onnx", [ids for ids in probes if ids], encoding)
    if not parity["passed"]:
        shutil.rmtree(new)
        raise Refusal("parity_failed", "The exported graph does not give the base model's vectors.", {"parity": parity})
    write_encoding(encoding, dimensions, new)
    new.rename(out)
    return {
        "schema": 1,
        "state": "done",
        "files": file_manifest(out),
        "parameters": count_parameters(model)[0],
        "architecture": model.config.model_type,
        "context_length": encoding.max_length,
        "tokenizer_digest": sha256_file(out / "tokenizer.json"),
        "template_digest": None,
        "embedding": {
            "dimensions": dimensions,
            "pooling": encoding.pooling,
            "normalize": encoding.normalize,
            "max_length": encoding.max_length,
        },
        "parity": parity,
    }


def load_encoder(folder: Path):
    """fp32 weights without any head of a folder that check_base let through."""
    from transformers import AutoModel
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    try:
        return AutoModel.from_pretrained(
            str(folder), dtype=torch.float32, use_safetensors=True, trust_remote_code=False, local_files_only=True
        ).eval()
    except Exception as error:
        # As for models that write: many classes of failure, all of which would come again.
        if isinstance(error, MemoryError) or "memory" in str(error).lower():
            raise
        raise unreadable("weights and config.json", error) from error


def write_encoder_graph(model, path: Path) -> None:
    """torch -> ONNX. The sample has two rows and three tokens: sizes 0 and 1 would be taken for constants."""
    rows, tokens = torch.export.Dim("batch_size"), torch.export.Dim("sequence_length")
    sample = (torch.ones(2, 3, dtype=torch.long), torch.ones(2, 3, dtype=torch.long))
    write_program(
        _Encoder(model), sample, path, model.config.model_type,
        dynamic_shapes=({0: rows, 1: tokens}, {0: rows, 1: tokens}),
        input_names=["input_ids", "attention_mask"], output_names=["last_hidden_state"],
    )  # fmt: skip


def pool(hidden: np.ndarray, mask: np.ndarray, encoding: Encoding) -> np.ndarray:
    """[rows, tokens, size] and [rows, tokens] -> [rows, size], as sentence-transformers does it."""
    weight = mask[:, :, None].astype(np.float32)
    if encoding.pooling == "cls":
        vectors = hidden[:, 0]
    elif encoding.pooling == "max":
        vectors = np.where(weight > 0, hidden, -np.inf).max(1)
    else:
        vectors = (hidden * weight).sum(1) / np.maximum(weight.sum(1), 1e-9)
    if encoding.normalize:
        vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return vectors


@torch.no_grad()
def check_vectors(model, graph_path: Path, probes: list[list[int]], encoding: Encoding) -> tuple[dict, int]:
    """Each probe alone, and all in one batch padded on the right, against torch alone. (report, dimensions)"""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(str(graph_path), options, providers=["CPUExecutionProvider"])
    longest = max(map(len, probes))
    pad = model.config.pad_token_id or 0
    rows = np.array([ids + [pad] * (longest - len(ids)) for ids in probes], np.int64)
    mask = np.array([[1] * len(ids) + [0] * (longest - len(ids)) for ids in probes], np.int64)
    together = session.run(None, {"input_ids": rows, "attention_mask": mask})[0]
    least, worst, directed = 1.0, 0.0, False
    for i, ids in enumerate(probes):
        own, whole = np.array([ids], np.int64), np.ones((1, len(ids)), np.int64)
        hidden = model(input_ids=torch.from_numpy(own), attention_mask=torch.from_numpy(whole)).last_hidden_state.numpy()
        expected = pool(hidden, whole, encoding)[0].astype(np.float64)
        alone = pool(session.run(None, {"input_ids": own, "attention_mask": whole})[0], whole, encoding)[0]
        padded = pool(together[i : i + 1], mask[i : i + 1], encoding)[0]
        for found in (alone.astype(np.float64), padded.astype(np.float64)):
            norms = np.linalg.norm(expected), np.linalg.norm(found)
            # A text of unknown words may be zeros, which have no direction: the difference alone tells of it.
            zeros = max(norms) < TOLERANCE
            cosine = 1.0 if zeros else float(expected @ found / max(norms[0] * norms[1], 1e-30))
            directed = directed or not zeros
            difference = float(np.abs(expected - found).max())
            # What is no number is neither near nor far; the gate takes it for the farthest.
            least = min(least, cosine if np.isfinite(cosine) else 0.0)
            worst = max(worst, difference if np.isfinite(difference) else 1e9)
    report = {
        "passed": bool(directed and least >= LEAST_COSINE and worst <= TOLERANCE),
        "tolerance": TOLERANCE,
        "least_cosine_allowed": LEAST_COSINE,
        "least_cosine": least,
        "max_abs_difference": worst,
        "sequences": len(probes),
    }
    return report, int(together.shape[2])


def _load_tokenizer(folder: Path):
    """tokenizer.json as it is, without the cutting and padding that it may ask for."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:
        raise unreadable("tokenizer", error) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _save_tokenizer_config(base: Path, out: Path) -> None:
    path = base / "tokenizer_config.json"
    config = json.loads(path.read_text("utf-8")) if path.exists() else {}
    (out / "tokenizer_config.json").write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", "utf-8")
