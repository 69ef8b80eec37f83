"""What may be asked for, and which model folders may be opened."""

import json
import pickle
import shutil

import pytest
from conftest import run, write_attempt

from assay_trainer.__main__ import run as run_process
from assay_trainer.formats import check_base
from assay_trainer.lifeline import Lifeline
from assay_trainer.refusal import Refusal
from assay_trainer.spec import parse_spec


def test_defaults_are_a_whole_spec():
    spec = parse_spec({"schema": 1})
    assert parse_spec(spec.to_json()) == spec


@pytest.mark.parametrize(
    "change, named",
    [
        ({"method": "dpo"}, "method"),
        ({"wrong": 1}, "wrong is not known"),
        ({"hyper": {"batch_size": 0}}, "hyper.batch_size"),
        ({"hyper": {"learning_rate": "fast"}}, "hyper.learning_rate"),
        ({"hyper": {"epochs": True}}, "hyper.epochs"),
        ({"hyper": []}, None),
        ({"architecture": {"hidden_size": 30}}, "even multiple of heads"),
        ({"architecture": {"kv_heads": 3}}, "kv_heads"),
        ({"method": "sft"}, "base is needed"),
        ({"tuning": "lora"}, "tuning must be full"),
        ({"seed": -1}, "seed"),
        ({"schema": 2}, "schema 1"),
    ],
)
def test_what_is_wrong_is_named(change, named):
    if named is None:
        assert parse_spec({"schema": 1, **change})
        return
    with pytest.raises(Refusal, match=named) as refusal:
        parse_spec({"schema": 1, **change})
    assert refusal.value.code == "invalid_input"


@pytest.fixture
def folder(tmp_path):
    """The least that passes the check."""
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"")
    assert check_base(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "a/b/data.pkl", "consolidated.00.pth", "MODEL.BIN"])
def test_pickled_weights_are_refused_by_name(folder, name):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps({"weight": 1}))
    with pytest.raises(Refusal, match="Format not allowed: .*pickled") as refusal:
        check_base(folder)
    assert refusal.value.code == "unsupported_format"


def test_code_links_and_missing_parts_are_refused(folder):
    (folder / "modeling_custom.py").write_text("print('run')")
    with pytest.raises(Refusal, match="modeling_custom.py is code"):
        check_base(folder)
    (folder / "modeling_custom.py").unlink()
    for name in ("config.json", "tokenizer_config.json"):
        before = (folder / name).read_text() if (folder / name).exists() else None
        (folder / name).write_text('{"auto_map": {"AutoModel": "x.Y"}}')
        with pytest.raises(Refusal, match="auto_map"):
            check_base(folder)
        (folder / name).write_text(before) if before else (folder / name).unlink()
    (folder / "link").symlink_to("/etc/hostname")
    with pytest.raises(Refusal, match="is a link"):
        check_base(folder)
    (folder / "link").unlink()
    (folder / "model.safetensors").unlink()
    with pytest.raises(Refusal, match="no .safetensors file"):
        check_base(folder)


def test_pickle_named_safetensors_is_not_loaded(base, tmp_path):
    shutil.copytree(base, tmp_path / "base", ignore=shutil.ignore_patterns("onnx"))
    (tmp_path / "base" / "model.safetensors").write_bytes(pickle.dumps({"weight": [1] * 100}))
    with pytest.raises(Refusal, match="weights and config.json cannot be read"):
        run(write_attempt(tmp_path / "attempt", method="sft", base=str(tmp_path / "base")))


def test_a_run_on_a_refused_base_leaves_the_reason(base, tmp_path, monkeypatch):
    shutil.copytree(base, tmp_path / "base", ignore=shutil.ignore_patterns("onnx"))
    (tmp_path / "base" / "pytorch_model.bin").write_bytes(b"x")
    attempt = write_attempt(tmp_path / "attempt", method="sft", base=str(tmp_path / "base"))
    monkeypatch.setattr(Lifeline, "watch", lambda *_, **__: None)
    assert run_process(attempt, watch_stdin=False) == 2
    result = json.loads((attempt / "result.json").read_text())
    assert result["state"] == "failed" and result["code"] == "unsupported_format" and "pickled" in result["message"]
