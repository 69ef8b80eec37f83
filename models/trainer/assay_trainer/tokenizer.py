"""Tokenizers: a byte-level BPE learnt from the run's own rows, or the base model's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from .refusal import unreadable
from .templates import BEGIN, END, PAD, PLAIN_TEMPLATE, ROLE_TEMPLATE, SPECIAL_TOKENS

# BPE stops getting better long before: 64 MB of text hold every merge that a vocabulary of this size needs.
TRAINING_TEXT_BYTES = 64 * 2**20


def train_tokenizer(texts: Iterable[str], vocab_size: int, check: Callable[[], None] = lambda: None):
    """Byte-level BPE with the role template; every text can be encoded, none is ever unknown. Deterministic."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(_capped(texts, check), trainer)
    backend.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A", pair=f"{BEGIN} $A $B", special_tokens=[(BEGIN, backend.token_to_id(BEGIN))]
    )
    return wrap_tokenizer(backend)


def wrap_tokenizer(backend):
    """A tokenizer of ours as transformers wants it, with our control tokens named and the role template."""
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token=BEGIN,
        eos_token=END,
        pad_token=PAD,
        chat_template=ROLE_TEMPLATE,
        clean_up_tokenization_spaces=False,
        padding_side="left",
    )


def load_tokenizer(folder: Path, chat_template: str | None = None):
    """The tokenizer of a checked local folder; `chat_template` overrides, and a base without one gets the plain one."""
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
    except Exception as error:
        raise unreadable("tokenizer", error) from error
    if chat_template is not None:
        tokenizer.chat_template = chat_template
    elif not isinstance(tokenizer.chat_template, str):
        named = tokenizer.chat_template or {}
        tokenizer.chat_template = named.get("default", PLAIN_TEMPLATE)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def save_tokenizer(tokenizer, folder: Path) -> None:
    """Writes tokenizer.json and tokenizer_config.json, the template inside the latter, where the server reads it."""
    tokenizer.save_pretrained(str(folder), save_jinja_files=False)


def _capped(texts: Iterable[str], check: Callable[[], None]) -> Iterator[str]:
    left = TRAINING_TEXT_BYTES
    for text in texts:
        check()
        left -= len(text.encode("utf-8", "surrogatepass"))
        if left < 0:
            return
        yield text
