"""python tests/word_vectors.py VECTORS.json OUT_DIR: known word vectors as an embedding model, as it comes and as it is served.

A BERT whose only layer adds nothing, so that a word's vector is what its table says: with x followed by -x in it, the
normalising of the layers keeps the direction (the mean is 0), and the cosine of two words is that of their vectors.
Special and unknown tokens are zeros, so a text's mean is that of its known words.
"""

import json
import sys
from pathlib import Path

import torch
from tiny_encoder import SPECIAL, around, save, write_modules
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import BertConfig, BertModel

POSITIONS = 130


def write_word_model(vectors: dict[str, list[float]], folder: Path) -> None:
    words = [*SPECIAL, *vectors]
    size = 2 * len(next(iter(vectors.values())))
    config = BertConfig(
        vocab_size=len(words), hidden_size=size, intermediate_size=8, num_hidden_layers=1, num_attention_heads=4,
        max_position_embeddings=POSITIONS, pad_token_id=0,
    )  # fmt: skip
    model = BertModel(config).eval()
    with torch.no_grad():
        table = torch.zeros(len(words), size)
        for i, vector in enumerate(vectors.values()):
            table[len(SPECIAL) + i] = torch.tensor(vector + [-each for each in vector])
        model.embeddings.word_embeddings.weight.copy_(table)
        layer = model.encoder.layer[0]
        for each in (model.embeddings.position_embeddings, model.embeddings.token_type_embeddings, layer.attention.output.dense, layer.output.dense):
            each.weight.zero_()
            if getattr(each, "bias", None) is not None:
                each.bias.zero_()
    tokenizer = Tokenizer(models.WordPiece({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    save(model, around(tokenizer), folder)
    write_modules(folder, "mean", False, POSITIONS - 2)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from assay_trainer.export_base import export_base

    out = Path(sys.argv[2])
    write_word_model(json.loads(Path(sys.argv[1]).read_text())["vectors"], out / "base")
    export_base(out / "base", out / "artefact")
