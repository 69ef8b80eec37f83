"""python tests/tiny_encoder.py OUT_DIR: an embedding model in seconds, as it comes (base/) and as it is served (artefact/).

A random BERT of a few thousand parameters with a WordPiece tokenizer, as sentence-transformers saves it. Its vectors mean
nothing; that they differ between texts, and are the same for one, is what tests need. expected.json holds what torch and
transformers' own tokenizer make of some texts, for each pooling.
"""

import json
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
TEXTS = ["the parcel came late and my invoice is wrong", "where is the blue lamp", "a new card for our gym booking", "tax law, 2 apples"]
SIZES = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
# The same sizes in the words of families that have their own, and the positions that are kept for padding.
OTHER_SIZES = {"distilbert": {"dim": 32, "hidden_dim": 64, "n_layers": 2, "n_heads": 4}}
OFFSETS = {"roberta", "xlm-roberta", "camembert", "mpnet"}


def wordpiece() -> Tokenizer:
    """Lower-cased WordPiece learnt from a few lines, [CLS] and [SEP] around a text."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.train_from_iterator(TEXTS * 5, trainers.WordPieceTrainer(vocab_size=300, special_tokens=SPECIAL, show_progress=False))
    return around(tokenizer)


def around(tokenizer: Tokenizer) -> Tokenizer:
    marks = [(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=marks)
    return tokenizer


def write_encoder(
    folder: Path, *, family="bert", pooling="mean", normalize=False, seed=0, max_length: int | None = 48, positions=64
) -> None:
    torch.manual_seed(seed)
    tokenizer = wordpiece()
    table = positions + (1 if family in OFFSETS else 0)
    config = AutoConfig.for_model(
        family, vocab_size=tokenizer.get_vocab_size(), pad_token_id=0, max_position_embeddings=table, **OTHER_SIZES.get(family, SIZES)
    )
    model = AutoModel.from_config(config).eval()
    with torch.no_grad():
        # Small random weights give every text nearly the same vector.
        for each in model.parameters():
            if each.dim() > 1:
                each.mul_(8)
    save(model, tokenizer, folder)
    write_modules(folder, pooling, normalize, max_length)


def save(model, tokenizer: Tokenizer, folder: Path) -> None:
    model.save_pretrained(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"))
    names = {f"{token.strip('[]').lower()}_token": token for token in SPECIAL}
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer", "do_lower_case": True, **names}))


def write_modules(folder: Path, pooling: str, normalize: bool, max_length: int | None) -> None:
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling"), *([("2_Normalize", "Normalize")] if normalize else [])]
    modules = [{"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"} for i, (path, kind) in enumerate(kinds)]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    mode = {"mean": "mean_tokens", "cls": "cls_token", "max": "max_tokens"}.get(pooling, pooling)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({f"pooling_mode_{mode}": True, "pooling_mode_weightedmean_tokens": False}))
    if max_length is not None:
        (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": max_length, "do_lower_case": False}))


def expected(folder: Path, texts: list[str]) -> list[dict]:
    """By torch and transformers alone: nothing of the trainer's or the engine's own pooling."""
    model = AutoModel.from_pretrained(str(folder)).eval()
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
    found = []
    for text in texts:
        ids = tokenizer(text)["input_ids"]
        with torch.no_grad():
            hidden = model(input_ids=torch.tensor([ids])).last_hidden_state[0]
        vectors = {"mean": hidden.mean(0), "cls": hidden[0], "max": hidden.max(0).values}
        vectors["normalized"] = torch.nn.functional.normalize(hidden.mean(0), dim=0)
        found.append({"text": text, "ids": ids, **{name: vector.tolist() for name, vector in vectors.items()}})
    return found


def main(out: Path) -> None:
    from assay_trainer.export_base import export_base

    write_encoder(out / "base")
    texts = [*TEXTS, "Überraschung: 12 café-tables?", "x", "the parcel " * 20, "[SEP] a \u200d zzzz"]
    (out / "expected.json").write_text(json.dumps(expected(out / "base", texts)))
    export_base(out / "base", out / "artefact")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main(Path(sys.argv[1]))
