"""Embedding models: which folders are taken, what is kept of them, and that the graph gives torch's vectors."""

import json

import numpy as np
import onnxruntime
import pytest
import torch
from tiny_encoder import write_encoder

from assay_trainer import export_encoder
from assay_trainer.encoders import ENCODERS, Encoding, read_encoding
from assay_trainer.export_base import export_base
from assay_trainer.refusal import Refusal


def change(path, **values):
    path.write_text(json.dumps({**(json.loads(path.read_text()) if path.exists() else {}), **values}))


@pytest.mark.parametrize("family", sorted(ENCODERS))
def test_every_family_passes_parity(tmp_path, family):
    write_encoder(tmp_path / "base", family=family)
    result = export_base(tmp_path / "base", tmp_path / "out")
    assert result["embedding"] == {"dimensions": 32, "pooling": "mean", "normalize": False, "max_length": 48}
    assert result["architecture"] == family and result["template_digest"] is None
    assert result["parity"]["passed"] and result["parity"]["least_cosine"] >= 0.99999
    assert "onnx/model.onnx" in result["files"] and "1_Pooling/config.json" in result["files"]


def test_rows_and_tokens_of_the_graph_are_free_and_padding_changes_nothing(tmp_path):
    write_encoder(tmp_path / "base", pooling="cls", normalize=True)
    result = export_base(tmp_path / "base", tmp_path / "out")
    assert result["embedding"]["pooling"] == "cls" and result["embedding"]["normalize"] is True
    session = onnxruntime.InferenceSession(str(tmp_path / "out" / "onnx" / "model.onnx"))
    ids = np.array([[2, 9, 8, 7, 3]], np.int64)
    alone = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
    rows = np.zeros((7, 48), np.int64)
    mask = np.zeros((7, 48), np.int64)
    rows[3, :5], mask[3, :5], rows[4], mask[4] = ids, 1, 11, 1
    together = session.run(None, {"input_ids": rows, "attention_mask": mask})[0]
    assert together.shape == (7, 48, 32)
    assert np.abs(together[3, :5] - alone[0]).max() < 1e-5
    # The gate would mean nothing if every text had one vector.
    assert np.abs(together[4, :5] - alone[0]).max() > 0.1


def test_a_graph_of_other_weights_does_not_pass(tmp_path, monkeypatch):
    write_encoder(tmp_path / "base", seed=1)
    write_encoder(tmp_path / "other", seed=2)
    ours = export_encoder.write_encoder_graph
    other = export_encoder.load_encoder(tmp_path / "other")
    monkeypatch.setattr(export_encoder, "write_encoder_graph", lambda _model, path: ours(other, path))
    with pytest.raises(Refusal, match="base model's vectors") as refusal:
        export_base(tmp_path / "base", tmp_path / "out")
    assert refusal.value.code == "parity_failed" and refusal.value.detail["parity"]["least_cosine"] < 0.999
    assert not (tmp_path / "out").exists() and not (tmp_path / "out.new").exists()


def test_weights_that_are_no_numbers_do_not_pass(tmp_path):
    write_encoder(tmp_path / "base")
    model = export_encoder.load_encoder(tmp_path / "base")
    with torch.no_grad():
        model.embeddings.LayerNorm.weight.fill_(float("nan"))
    model.save_pretrained(str(tmp_path / "base"))
    with pytest.raises(Refusal, match="base model's vectors"):
        export_base(tmp_path / "base", tmp_path / "out")


def test_texts_of_unknown_words_may_be_zeros_but_not_all_texts(tmp_path):
    from word_vectors import write_word_model

    write_word_model({"once": [1.0, 2.0, -0.5, 0.25], "the": [0.5, -1.0, 2.0, 0.0]}, tmp_path / "base")
    assert export_base(tmp_path / "base", tmp_path / "out")["parity"]["passed"]
    write_word_model({"zebra": [1.0, 2.0, -0.5, 0.25]}, tmp_path / "blank")
    with pytest.raises(Refusal, match="base model's vectors"):
        export_base(tmp_path / "blank", tmp_path / "none")


@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
def test_pooling_sees_no_padding(pooling):
    hidden = np.array([[[1.0, -4.0], [3.0, -2.0], [99.0, 99.0]]], np.float32)
    vector = export_encoder.pool(hidden, np.array([[1, 1, 0]]), Encoding(pooling, False, 8, False))[0]
    assert vector.tolist() == {"mean": [2.0, -3.0], "cls": [1.0, -4.0], "max": [3.0, -2.0]}[pooling]


def test_what_the_folder_says_is_read(tmp_path):
    write_encoder(tmp_path / "base", pooling="max", normalize=True)
    config = json.loads((tmp_path / "base" / "config.json").read_text())
    assert read_encoding(config, tmp_path / "base") == Encoding("max", True, 48, False)
    # The table of positions bounds what is asked for; RoBERTa's keeps the first places for padding.
    change(tmp_path / "base" / "sentence_bert_config.json", max_seq_length=5000, do_lower_case=True)
    assert read_encoding(config, tmp_path / "base") == Encoding("max", True, 64, True)
    roberta = {"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1}
    assert read_encoding(roberta, tmp_path / "base").max_length == 512
    (tmp_path / "bare").mkdir()
    assert read_encoding(config, tmp_path / "bare") == Encoding("mean", False, 64, False)


@pytest.mark.parametrize(
    ("file", "values", "message"),
    [
        ("1_Pooling/config.json", {"pooling_mode_cls_token": True}, "its pooling is mean, cls"),
        ("1_Pooling/config.json", {"pooling_mode_lasttoken": True}, "lasttoken"),
        ("1_Pooling/config.json", {"pooling_mode": "weightedmean"}, "weightedmean"),
        ("config.json", {"architectures": ["BertForSequenceClassification"]}, "scores of classes"),
        ("config.json", {"model_type": "qwen3"}, "embedding model of the type qwen3"),
        ("sentence_bert_config.json", {"max_seq_length": "long"}, "asks for long tokens"),
    ],
)
def test_what_cannot_be_served_rightly_is_refused(tmp_path, file, values, message):
    write_encoder(tmp_path / "base")
    change(tmp_path / "base" / file, **values)
    with pytest.raises(Refusal, match=message):
        export_base(tmp_path / "base", tmp_path / "out")


@pytest.mark.parametrize(
    ("kinds", "path", "message"),
    [
        (["Transformer", "Pooling", "Dense"], "1_Pooling", "Dense"),
        (["Transformer", "Pooling"], "../../etc", "no plain folder"),
        (["Transformer", "Pooling"], "2_Other", "is missing"),
    ],
)
def test_steps_that_are_unknown_are_refused(tmp_path, kinds, path, message):
    write_encoder(tmp_path / "base")
    modules = [{"type": f"sentence_transformers.models.{kind}", "path": "" if i == 0 else path} for i, kind in enumerate(kinds)]
    (tmp_path / "base" / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(Refusal, match=message):
        export_base(tmp_path / "base", tmp_path / "out")
