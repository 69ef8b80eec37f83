"""Runs from the first step to the artefact, disturbed and undisturbed."""

import json
import shutil

import numpy as np
import pytest
import torch
from conftest import events, run, weights, write_attempt
from safetensors.torch import load_file

from assay_trainer.events import file_manifest
from assay_trainer.lifeline import Lifeline
from assay_trainer.parity import Graph
from assay_trainer.refusal import Refusal, Stopped
from assay_trainer.tiny import conversation, small_talk

LORA = {"method": "sft", "tuning": "lora", "hyper": {"lora_dropout": 0.1, "max_steps": 16, "grad_accum": 2, "checkpoint_every": 5, "learning_rate": 1e-2}}


class StopAt(Lifeline):
    """Asks for the end at the n-th look."""

    def __init__(self, folder, step):
        super().__init__()
        self._folder, self._step = folder, step

    def check(self):
        if any(each["step"] >= self._step for each in events(self._folder, "step")):
            raise Stopped("signal")


def losses(folder):
    return {each["step"]: each["loss"] for each in events(folder, "step")}


def test_pretraining_learns_and_accounts_for_itself(tmp_path):
    pairs = [conversation(pair) for pair in small_talk(1)]
    folder = write_attempt(
        tmp_path / "a", rows=pairs[:60], evaluation=pairs[60:],
        hyper={"max_steps": 60, "train_on": "all", "eval_every": 20, "learning_rate": 1e-2},
    )  # fmt: skip
    result = run(folder)
    curve = losses(folder)
    assert curve[60] < 0.5 * curve[1]
    assert result["files"] == file_manifest(folder / "artefact")
    assert result["steps"] == 60 and result["loss"] == curve[60]
    assert result["flops"] == 6 * result["parameters"] * result["tokens"]
    assert result["eval_perplexity"] == pytest.approx(np.exp(result["eval_loss"]))
    assert [each["final"] for each in events(folder, "eval")] == [False, False, True]
    assert result["parity"]["passed"] and result["parity"]["greedy_equal"] == 64
    assert events(folder)[-1]["type"] == "parity"


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_the_seed_decides_the_weights(tmp_path):
    first, again, other = (weights(write_attempt(tmp_path / name, seed=seed)) for name, seed in (("a", 3), ("b", 3), ("c", 4)))
    assert same(first, again) and not same(first, other)


def test_the_same_model_gives_the_same_bytes(tmp_path, base):
    """A second export of the same weights has the same digest, so the store keeps it once."""
    from assay_trainer.export_base import export_base

    exported = export_base(base, tmp_path / "out")
    assert exported["files"]["onnx/model.onnx"] == file_manifest(base)["onnx/model.onnx"]


@pytest.mark.parametrize("kind", ["pretrain", "lora"])
def test_a_stopped_run_goes_on_with_the_same_curve(base, tmp_path, kind):
    spec = {**LORA, "base": str(base)} if kind == "lora" else {"hyper": {"max_steps": 16, "grad_accum": 2, "checkpoint_every": 5}}
    undisturbed = weights(write_attempt(tmp_path / "whole", **spec))
    folder = write_attempt(tmp_path / "broken", **spec)
    with pytest.raises(Stopped):
        weights(folder, StopAt(folder, 8))
    resumed = weights(folder)
    assert events(folder, "started")[1]["resumed_from"] == 8
    assert losses(folder) == losses(tmp_path / "whole")
    assert same(resumed, undisturbed)
    assert events(folder, "step")[-1]["tokens"] == events(tmp_path / "whole", "step")[-1]["tokens"]


def test_torn_and_foreign_checkpoints_do_not_exist(tmp_path):
    folder = write_attempt(tmp_path / "a", hyper={"checkpoint_every": 4})
    with pytest.raises(Stopped):
        weights(folder, StopAt(folder, 6))
    (good,) = (folder / "checkpoints").iterdir()
    for name, damage in {
        "step-00000009": lambda path: (path / "manifest.json").unlink(),
        "step-00000010": lambda path: (path / "state.safetensors").write_bytes((path / "state.safetensors").read_bytes()[:-50]),
        "step-00000011": lambda path: (path / "state.json").unlink(),
    }.items():
        shutil.copytree(good, folder / "checkpoints" / name)
        damage(folder / "checkpoints" / name)
    weights(folder)
    assert events(folder, "started")[-1]["resumed_from"] == 6

    other = write_attempt(tmp_path / "other", hyper={"checkpoint_every": 4}, seed=1)
    shutil.copytree(folder / "checkpoints", other / "checkpoints")
    weights(other)
    assert events(other, "started")[-1]["resumed_from"] is None


def test_lora_merges_into_what_the_adapter_answers(base, tmp_path):
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    folder = write_attempt(tmp_path / "a", base=str(base), **LORA)
    result = run(folder)
    assert 0 < result["trainable_parameters"] < result["parameters"]
    assert result["flops"] == (4 * result["parameters"] + 2 * result["trainable_parameters"]) * result["tokens"]
    ids = torch.randint(0, 300, (2, 20), generator=torch.Generator().manual_seed(0))
    merged = AutoModelForCausalLM.from_pretrained(folder / "artefact")(input_ids=ids).logits
    plain = AutoModelForCausalLM.from_pretrained(base)
    unadapted = plain(input_ids=ids).logits
    adapted = PeftModel.from_pretrained(plain, str(folder / "artefact" / "adapter")).eval()(input_ids=ids).logits
    assert (merged - adapted).abs().max() < 1e-4
    assert (merged - unadapted).abs().max() > 0.01, "and training changed something"
    assert load_file(folder / "artefact" / "model.safetensors").keys() == load_file(base / "model.safetensors").keys()
    assert str(base) not in (folder / "artefact" / "adapter" / "adapter_config.json").read_text()


def test_fine_tuning_learns_the_answers_and_keeps_the_tokenizer(base, tmp_path):
    rows = [conversation((question, "Blue.")) for question, _ in small_talk(0)]
    folder = write_attempt(tmp_path / "a", method="sft", base=str(base), rows=rows, hyper={"max_steps": 60, "learning_rate": 1e-2})
    result = run(folder)
    assert losses(folder)[60] < 0.1
    assert (folder / "artefact" / "tokenizer.json").read_bytes() == (base / "tokenizer.json").read_bytes()
    assert result["architecture"] == "llama"


def test_the_graph_follows_the_contract(base):
    import onnx

    graph = onnx.load(base / "onnx" / "model.onnx").graph
    shape = {value.name: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim] for value in (*graph.input, *graph.output)}
    assert list(shape)[:3] == ["input_ids", "attention_mask", "position_ids"]
    assert shape["input_ids"] == ["batch_size", "sequence_length"]
    assert shape["attention_mask"] == ["batch_size", "total_sequence_length"]
    for name in (f"past_key_values.{layer}.{part}" for layer in (0, 1) for part in ("key", "value")):
        assert shape[name] == ["batch_size", 2, "past_sequence_length", 8]
    assert "present.1.value" in shape and shape["logits"][0] == "batch_size"
    assert not any(tensor.external_data for tensor in graph.initializer)
    assert b"/" not in b"".join(p.value.encode() for node in graph.node for p in node.metadata_props)


def test_a_graph_that_differs_fails_the_run_with_the_figures(tmp_path, monkeypatch):
    run_graph = Graph.run

    def off(self, *arguments):
        logits, cache = run_graph(self, *arguments)
        return logits + np.linspace(0, 0.01, logits.shape[-1], dtype=np.float32), cache

    monkeypatch.setattr(Graph, "run", off)
    folder = write_attempt(tmp_path / "a")
    with pytest.raises(Refusal, match="logits differ by up to 1.00e-02") as refusal:
        run(folder)
    assert refusal.value.code == "parity_failed"
    assert not (folder / "artefact").exists() and list((folder / "checkpoints").iterdir())


def test_a_cache_that_is_not_read_fails_the_gate(tmp_path, monkeypatch):
    run_graph = Graph.run

    def forgetful(self, ids, mask, cache):
        return run_graph(self, ids, mask[:, -ids.shape[1] :], self.empty_cache(len(ids)))

    monkeypatch.setattr(Graph, "run", forgetful)
    with pytest.raises(Refusal) as refusal:
        run(write_attempt(tmp_path / "a", hyper={"max_steps": 60, "learning_rate": 1e-2}))
    assert refusal.value.detail["parity"]["greedy_equal"] < 64


def test_a_loss_that_is_no_number_ends_the_run(tmp_path, monkeypatch):
    import assay_trainer.train as train

    real, calls = train.loss_sum, iter(range(1000))
    monkeypatch.setattr(train, "loss_sum", lambda *given: real(*given) * (float("nan") if next(calls) == 5 else 1.0))
    folder = write_attempt(tmp_path / "a", hyper={"checkpoint_every": 2})
    with pytest.raises(Refusal, match="lower learning rate") as refusal:
        run(folder)
    assert refusal.value.code == "diverged"
    assert events(folder, "checkpoint")[-1]["step"] == 4


def test_the_preview_foretells_the_run(tmp_path):
    from assay_trainer.preview import preview
    from assay_trainer.spec import read_spec

    folder = write_attempt(tmp_path / "a", hyper={"epochs": 3, "max_steps": 0, "batch_size": 8})
    shown = preview(read_spec(folder), folder, 2)
    result = run(folder)
    # This process has run other tests, so its own peak says little; the estimate starts from an idle one.
    assert 300e6 < shown["estimate"]["peak_memory_bytes"] < 1e9
    assert shown["exact"] and shown["estimate"]["steps"] == result["steps"]
    assert shown["estimate"]["tokens"] == result["tokens"] and shown["estimate"]["flops"] == result["flops"]
    assert shown["tokenizer"]["vocab_size"] == json.loads((folder / "artefact" / "config.json").read_text())["vocab_size"]
    example = shown["examples"][0]
    text = "".join(token for token, trained in zip(example["tokens"], example["trained"]) if trained)
    assert text == json.loads((folder / "train.jsonl").read_text().splitlines()[0])["messages"][1]["content"] + "<|end|>"
