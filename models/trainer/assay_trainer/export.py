"""The served artefact: a transformers.js folder with an fp32 ONNX graph that keeps its KV cache outside.

Graph: input_ids, attention_mask, position_ids, past_key_values.N.key|value -> logits, present.N.key|value. The batch
dimension is named batch_size and heads are numbers, because transformers.js builds the empty cache from those names.
"""

from __future__ import annotations

import json
import logging
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import torch

from .model import context_length
from .parity import check_parity
from .refusal import Refusal
from .tokenizer import save_tokenizer

# One ONNX file holds at most 2 GB (protobuf); above it the weights would lie in a second file, which is not allowed here.
MAX_GRAPH_BYTES = 1_900_000_000


class _WithCache(torch.nn.Module):
    """Takes and returns the cache as plain tensors."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, position_ids, past):
        from transformers.cache_utils import DynamicCache

        # Without the configuration every layer keeps all positions, as the server's cache does; a sliding window is
        # then a matter of the mask alone.
        cache = DynamicCache()
        for layer, (key, value) in enumerate(past):
            cache.update(key, value, layer)
        output = self.model(
            input_ids=input_ids, attention_mask=attention_mask, position_ids=position_ids, past_key_values=cache, use_cache=True
        )
        return (output.logits, *(tensor for layer in output.past_key_values.layers for tensor in (layer.keys, layer.values)))


def export_artefact(model, tokenizer, folder: Path, probes: list[list[int]], check: Callable[[], None] = lambda: None) -> dict:
    """Writes the artefact at `folder` (replacing it) when parity passes; returns the report. Moves the model to the CPU, merges LoRA."""
    new = folder.with_name(folder.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    (new / "onnx").mkdir(parents=True)
    model.to("cpu").eval()
    if hasattr(model, "merge_and_unload"):
        _save_adapter(model, new / "adapter")
        model = model.merge_and_unload()
    model.float()
    model.config.use_cache = True
    save_weights(model, new)
    _save_generation(model, tokenizer, new)
    tokenizer.model_max_length = context_length(model.config)
    save_tokenizer(tokenizer, new)
    drop_local_paths(new)
    check()
    write_graph(model, new / "onnx" / "model.onnx")
    check()
    parity = check_parity(model, new / "onnx" / "model.onnx", probes)
    if not parity["passed"]:
        shutil.rmtree(new)
        return parity
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)
    return parity


def cache_shape(config) -> tuple[int, int, int]:
    """(layers, key/value heads, head dimension)."""
    heads = config.num_attention_heads
    kv_heads = getattr(config, "num_key_value_heads", None) or heads
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // heads
    return config.num_hidden_layers, kv_heads, head_dim


def write_graph(model, path: Path) -> None:
    """torch -> ONNX. The sample has two rows and three tokens: sizes 0 and 1 would be taken for constants."""
    check_graph_size(model)
    layers, kv_heads, head_dim = cache_shape(model.config)
    batch, query, past = 2, 3, 4
    cache = [(torch.zeros(batch, kv_heads, past, head_dim), torch.zeros(batch, kv_heads, past, head_dim)) for _ in range(layers)]
    positions = torch.arange(past, past + query).expand(batch, query).contiguous()
    sample = (
        torch.ones(batch, query, dtype=torch.long),
        torch.ones(batch, past + query, dtype=torch.long),
        positions,
        cache,
    )
    # Equal sizes must be one symbol: AUTO finds that the mask is as long as past and query together.
    rows, tokens, kept = (torch.export.Dim(name) for name in ("batch_size", "sequence_length", "past_sequence_length"))
    auto = torch.export.Dim.AUTO
    shapes = ({0: rows, 1: tokens}, {0: rows, 1: auto}, {0: rows, 1: tokens}, [({0: rows, 2: kept}, {0: rows, 2: kept})] * layers)
    names = [f"past_key_values.{i}.{part}" for i in range(layers) for part in ("key", "value")]
    write_program(
        _WithCache(model), sample, path, model.config.model_type, dynamic_shapes=shapes,
        input_names=["input_ids", "attention_mask", "position_ids", *names],
        output_names=["logits", *(name.replace("past_key_values", "present") for name in names)],
        mask_length="total_sequence_length",
    )  # fmt: skip


def check_graph_size(model) -> None:
    if sum(each.numel() for each in model.parameters()) * 4 > MAX_GRAPH_BYTES:
        raise Refusal("unsupported_format", "The model is larger than 1.9 GB in fp32, more than one ONNX file can hold.")


def write_program(module, sample: tuple, path: Path, kind: str, mask_length: str | None = None, **shapes) -> None:
    """Traces `module` and writes it as one file. `kind`: the model's type, for the refusal of one that cannot be traced."""
    # It warns of every operator library that is not installed; parity, not its log, says whether the graph is right.
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            program = torch.onnx.export(module, sample, dynamo=True, verbose=False, external_data=False, **shapes)
        except torch.onnx.errors.OnnxExporterError as error:
            raise Refusal("unsupported_format", f"Models of the type {kind} cannot be exported for serving.") from error
    path.write_bytes(_bare(program.model_proto, mask_length).SerializeToString(deterministic=True))


def _bare(graph_model, mask_length: str | None):
    """Without the exporter's notes (stack traces with this machine's paths) and, when given, with a name for the mask's length."""
    graph = graph_model.graph
    del graph.value_info[:], graph.metadata_props[:], graph_model.metadata_props[:]
    for node in graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in (*graph.input, *graph.output, *graph.initializer):
        del value.metadata_props[:]
        value.doc_string = ""
    if mask_length is not None:
        mask = next(value for value in graph.input if value.name == "attention_mask")
        mask.type.tensor_type.shape.dim[1].dim_param = mask_length
    return graph_model


def save_weights(model, folder: Path) -> None:
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    model.save_pretrained(str(folder), max_shard_size="100GB")


def _save_adapter(model, folder: Path) -> None:
    model.save_pretrained(str(folder))
    (folder / "README.md").unlink(missing_ok=True)


def _save_generation(model, tokenizer, folder: Path) -> None:
    ends = {tokenizer.eos_token_id, turn_end(tokenizer)} - {None}
    config = {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": sorted(ends)[0] if len(ends) == 1 else sorted(ends),
        "pad_token_id": tokenizer.pad_token_id,
        "do_sample": False,
    }
    (folder / "generation_config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")


def turn_end(tokenizer) -> int | None:
    """The control token that the template writes after an assistant's text, when it is not the EOS already."""
    try:
        text = tokenizer.apply_chat_template([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], tokenize=False)
    except Exception:  # noqa: BLE001  a template may refuse this conversation in any way; then EOS alone ends a turn
        return None
    tail = tokenizer.backend_tokenizer.encode(text[text.rindex("b") + 1 :], add_special_tokens=False).ids
    special = {id for id, token in tokenizer.added_tokens_decoder.items() if token.special}
    return next((id for id in tail if id in special), None)


def drop_local_paths(folder: Path) -> None:
    """The artefact travels: it names no folder of this machine."""
    for path in (folder / "config.json", folder / "adapter" / "adapter_config.json", folder / "tokenizer_config.json"):
        if not path.exists():
            continue
        config = json.loads(path.read_text("utf-8"))
        for key in ("_name_or_path", "name_or_path", "base_model_name_or_path"):
            config.pop(key, None)
        path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", "utf-8")
