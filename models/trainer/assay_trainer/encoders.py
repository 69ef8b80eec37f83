"""Which folders are embedding models, and how the vectors of their tokens become the vector of a text.

The files are sentence-transformers' own: modules.json (what is applied, in order), 1_Pooling/config.json and
sentence_bert_config.json. The engine (models/server/engine/encoder-config.ts) reads the same files by the same rules.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from .refusal import Refusal

# Families that read a text in both directions and whose graph needs ids and mask alone.
ENCODERS = {"albert", "bert", "camembert", "distilbert", "electra", "modernbert", "mpnet", "roberta", "xlm-roberta"}
# Their positions are counted from behind the padding's id, so the table holds that many fewer.
_OFFSET_POSITIONS = {"camembert", "mpnet", "roberta", "xlm-roberta"}
# What a text encoder's folder names itself; a classifier's head gives scores, no vectors.
_HEADLESS = re.compile(r"(Model|ForMaskedLM|ForPreTraining)$")
POOLINGS = ("mean", "cls", "max")
_MODES = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls", "pooling_mode_max_tokens": "max"}
_ORDERS = (["Transformer"], ["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])


@dataclass(frozen=True)
class Encoding:
    pooling: str
    normalize: bool
    # Tokens of a text, the tokenizer's own around it included.
    max_length: int
    lowercase: bool


def is_encoder(config: dict, folder: Path) -> bool:
    """Raises Refusal for a folder that is an encoder of another use, or an embedding model of another family."""
    kind = config.get("model_type")
    encoder = kind in ENCODERS and not config.get("is_decoder")
    if not encoder and (folder / "modules.json").exists():
        raise _refuse(f"it is an embedding model of the type {kind}; supported are {', '.join(sorted(ENCODERS))}")
    names = config.get("architectures") or []
    if encoder and not all(_HEADLESS.search(str(name)) for name in names):
        raise _refuse(f"{', '.join(map(str, names))} gives scores of classes, neither text nor vectors")
    return encoder


def read_encoding(config: dict, folder: Path) -> Encoding:
    """How the folder's texts become vectors; without sentence-transformers' files the mean, not normalised."""
    modules = _modules(folder)
    pooling = "mean"
    where = next((path for kind, path in modules if kind == "Pooling"), "1_Pooling")
    if (folder / where / "config.json").exists():
        pooling = _pooling(_read(folder / where / "config.json", dict))
    elif any(kind == "Pooling" for kind, _ in modules):
        raise _refuse(f"{where}/config.json is missing, and modules.json names it")
    sentence = _read(folder / "sentence_bert_config.json", dict) if (folder / "sentence_bert_config.json").exists() else {}
    return Encoding(
        pooling=pooling,
        normalize=any(kind == "Normalize" for kind, _ in modules),
        max_length=_max_length(config, sentence.get("max_seq_length")),
        lowercase=sentence.get("do_lower_case") is True,
    )


def write_encoding(encoding: Encoding, dimensions: int, folder: Path) -> None:
    """The same three files in one form, so that a served folder says everything itself."""
    modules = ["Transformer", "Pooling", *(["Normalize"] if encoding.normalize else [])]
    paths = ["", "1_Pooling", "2_Normalize"]
    files = {
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (kind, path) in enumerate(zip(modules, paths))
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": dimensions,
            **{name: mode == encoding.pooling for name, mode in _MODES.items()},
        },
        "sentence_bert_config.json": {"max_seq_length": encoding.max_length, "do_lower_case": encoding.lowercase},
    }
    (folder / "1_Pooling").mkdir(exist_ok=True)
    for name, value in files.items():
        (folder / name).write_text(json.dumps(value, indent=2) + "\n", "utf-8")


def _modules(folder: Path) -> list[tuple[str, str]]:
    """(kind, folder below) of each step. Raises Refusal for steps that the engine does not know."""
    if not (folder / "modules.json").exists():
        return []
    found = []
    for entry in _read(folder / "modules.json", list):
        if not isinstance(entry, dict) or not isinstance(entry.get("type"), str) or not isinstance(entry.get("path", ""), str):
            raise _refuse("modules.json does not name its modules")
        found.append((entry["type"].rsplit(".", 1)[-1], entry.get("path", "")))
    kinds = [kind for kind, _ in found]
    if kinds not in _ORDERS:
        raise _refuse(f"modules.json applies {', '.join(kinds) or 'nothing'}; Transformer, Pooling and Normalize are known, in this order")
    if found[0][1] != "" or any(not re.fullmatch(r"\w[\w.-]*", path) for _, path in found[1:]):
        raise _refuse("modules.json names a path that is no plain folder")
    return found


def _pooling(config: dict) -> str:
    chosen = [mode for name, mode in _MODES.items() if config.get(name) is True]
    others = [name for name, value in config.items() if name.startswith("pooling_mode_") and value is True and name not in _MODES]
    named = config.get("pooling_mode")
    if isinstance(named, str):
        chosen = [named]
    if len(chosen) != 1 or others or chosen[0] not in POOLINGS:
        raise _refuse(f"its pooling is {', '.join([*chosen, *others]) or 'not named'}; one of {', '.join(POOLINGS)} is needed")
    return chosen[0]


def _max_length(config: dict, wanted: object) -> int:
    """The position table bounds what sentence_bert_config.json may ask for."""
    table = config.get("max_position_embeddings")
    if not isinstance(table, int) or table < 3:
        raise _refuse("config.json does not say how many positions the model has")
    if config.get("model_type") in _OFFSET_POSITIONS:
        table -= int(config.get("pad_token_id") or 0) + 1
    if wanted is None:
        return table
    if not isinstance(wanted, int) or wanted < 3:
        raise _refuse(f"sentence_bert_config.json asks for {wanted} tokens")
    return min(table, wanted)


def _read(path: Path, kind: type):
    try:
        value = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _refuse(f"{path.name} is not valid JSON ({error})") from None
    if not isinstance(value, kind):
        raise _refuse(f"{path.name} has an unknown form")
    return value


def _refuse(reason: str) -> Refusal:
    return Refusal("unsupported_format", f"Format not allowed: {reason}.")
