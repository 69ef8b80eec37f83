"""The formula for operations against what torch counts in a real step."""

import pytest
import torch
from assay_trainer.model import count_parameters, training_flops
from torch.utils.flop_counter import FlopCounterMode


def llama():
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=256, hidden_size=128, intermediate_size=384, num_hidden_layers=4, num_attention_heads=4,
            num_key_value_heads=4, max_position_embeddings=64, tie_word_embeddings=True, use_cache=False,
        )
    )  # fmt: skip


def with_lora(model):
    from peft import LoraConfig, get_peft_model

    return get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))


@pytest.mark.parametrize(("made", "share_learnt"), [(lambda: llama(), 1.0), (lambda: with_lora(llama()), 0.05)])
def test_the_formula_is_what_torch_counts(made, share_learnt):
    model = made()
    ids = torch.randint(0, 256, (8, 32), generator=torch.Generator().manual_seed(0))
    with FlopCounterMode(display=False) as counter:
        model(input_ids=ids, labels=ids).loss.backward()
    everything, learnt = count_parameters(model)
    assert learnt <= share_learnt * everything
    # Attention over 32 tokens is what the formula leaves out.
    assert counter.get_total_flops() == pytest.approx(training_flops(everything, learnt, ids.numel()), rel=0.08)
    if learnt < everything:
        assert counter.get_total_flops() < 0.75 * 6 * everything * ids.numel()
