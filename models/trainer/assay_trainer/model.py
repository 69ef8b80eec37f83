"""The network: made new from an architecture, or loaded from a checked folder; its device, precision and loss."""

from __future__ import annotations

import contextlib
from pathlib import Path

import torch
from torch.nn import functional as F

from .data import IGNORED
from .refusal import Refusal, unreadable
from .spec import Architecture, Hyper, Spec

# Here logits are exactly head(hidden): the head may be applied to the trained positions alone.
_PLAIN_HEAD = {"llama", "mistral", "qwen2", "qwen3", "smollm3", "gpt_neox", "phi3", "olmo2"}


def new_model(shape: Architecture, vocab_size: int, tokenizer):
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=vocab_size,
        hidden_size=shape.hidden_size,
        intermediate_size=shape.intermediate_size,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        max_position_embeddings=shape.context_length,
        tie_word_embeddings=shape.tie_embeddings,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        dtype="float32",
    )
    return LlamaForCausalLM(config)


def load_model(folder: Path):
    """fp32 weights of a folder that check_base let through."""
    from transformers import AutoModelForCausalLM
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    try:
        return AutoModelForCausalLM.from_pretrained(
            str(folder), dtype=torch.float32, use_safetensors=True, trust_remote_code=False, local_files_only=True
        )
    except Exception as error:
        # A folder that is cut or of another shape fails in many classes, and would fail the same again.
        if isinstance(error, MemoryError) or "memory" in str(error).lower():
            raise
        raise unreadable("weights and config.json", error) from error


def add_lora(model, hyper: Hyper):
    """LoRA adapters on the chosen projections; everything else is frozen."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=hyper.lora_rank,
        lora_alpha=hyper.lora_alpha,
        lora_dropout=hyper.lora_dropout,
        target_modules=hyper.lora_targets,
        task_type="CAUSAL_LM",
    )
    try:
        return get_peft_model(model, config)
    except ValueError as error:
        raise Refusal("invalid_input", f"hyper.lora_targets does not fit this model: {error}") from error


def context_length(config) -> int:
    """The longest sequence the model was made for. Raises Refusal for one that does not say."""
    length = getattr(config, "max_position_embeddings", None)
    if not isinstance(length, int):
        raise Refusal("unsupported_format", f"The base model ({config.model_type}) names no context length.")
    return length


def pick_device(spec: Spec) -> torch.device:
    if spec.device == "cuda" and not torch.cuda.is_available():
        raise Refusal("invalid_input", "A CUDA device was asked for, and this machine has none that PyTorch can use.")
    use_cuda = spec.device != "cpu" and torch.cuda.is_available()
    return torch.device("cuda" if use_cuda else "cpu")


def pick_precision(spec: Spec, device: torch.device) -> str:
    """bf16 where the device computes in it natively; weights, gradients and optimizer state stay fp32."""
    if spec.hyper.precision != "auto":
        return spec.hyper.precision
    return "bf16" if device.type == "cuda" and torch.cuda.is_bf16_supported() else "fp32"


def precision_context(device: torch.device, precision: str):
    return torch.autocast(device.type, torch.bfloat16) if precision == "bf16" else contextlib.nullcontext()


def loss_sum(model, ids: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Summed cross entropy (nats) over the trained targets of right-padded `ids`, both [batch, length]."""
    wanted = targets != IGNORED
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    if inner.config.model_type in _PLAIN_HEAD:
        hidden = inner.base_model(input_ids=ids, use_cache=False)[0]
        logits = inner.get_output_embeddings()(hidden[wanted])
    else:
        logits = inner(input_ids=ids, use_cache=False).logits[wanted]
    return F.cross_entropy(logits.float(), targets[wanted], reduction="sum")


def training_flops(everything: int, learnt: int, tokens: int) -> int:
    """Operations of a dense transformer's training: (4 × all + 2 × trained parameters) × tokens.

    A forward pass costs 2 a parameter and token; going back, another 2 carry the gradient through each weight and 2 more
    make the gradient of the weight itself (Kaplan et al. 2020, "Scaling Laws for Neural Language Models", §2.1: 2 + 4 = 6
    when all are trained). A frozen weight, as under LoRA, passes the gradient on and has none itself. Left out as there:
    attention over the context, which is small while context < 12 × hidden size, and looking up embeddings, which counts
    as if it were a product.
    """
    return (4 * everything + 2 * learnt) * tokens


def count_parameters(model) -> tuple[int, int]:
    """(all, trainable); tied weights count once."""
    sizes = [(each.numel(), each.requires_grad) for each in model.parameters()]
    return sum(size for size, _ in sizes), sum(size for size, trainable in sizes if trainable)
