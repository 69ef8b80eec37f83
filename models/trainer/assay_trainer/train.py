"""One attempt, read downwards: settings, rows, tokenizer, model, steps, export, result.

The loop is our own hundred lines instead of transformers' Trainer: exact resume, a stop within one micro-batch, no
attention mask and no head on untrained positions. Optimizer, decay groups, schedule, clipping and loss normalisation
are those of transformers and TRL; tests hold the loss curve to TRL's.
"""

from __future__ import annotations

import json
import math
import resource
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from .chat import ChatEncoder
from .checkpoint import Progress, latest_checkpoint, load_checkpoint, random_state, read_progress
from .checkpoint import restore_random_state, save_checkpoint, trainable
from .data import IGNORED, Examples, collate, encode_rows, plan_steps, read_rows, require_examples, texts_of
from .events import EventLog, file_manifest, sha256_file, sha256_text
from .export import export_artefact
from .formats import check_base
from .lifeline import Lifeline
from .model import add_lora, context_length, count_parameters, load_model, loss_sum, new_model, pick_device, pick_precision, training_flops
from .model import precision_context
from .refusal import Refusal, Stopped
from .spec import Hyper, Spec, read_spec
from .tokenizer import load_tokenizer, save_tokenizer, train_tokenizer

# Evaluations during the run look at this many examples; the last one looks at all of them.
EVAL_EXAMPLES_DURING_RUN = 256
# Throughput is told from this step on: the first ones pay for memory and caches.
WARM_STEPS = 10
LOCK = Path(__file__).parents[1] / "requirements.lock"


@dataclass
class Prepared:
    """Everything the steps need, decided before the first of them."""

    spec: Spec
    tokenizer: object
    train: Examples
    evaluation: Examples | None
    model: torch.nn.Module
    optimizer: torch.optim.Optimizer
    steps: list[list[list[int]]]
    device: torch.device
    precision: str
    fingerprint: str
    parameters: tuple[int, int]  # all, trainable


@dataclass
class Trained:
    """A run after its last step."""

    run: Prepared
    progress: Progress
    loss: float | None
    scores: dict | None


def run_attempt(attempt: Path, log: EventLog, lifeline: Lifeline) -> dict:
    """Trains, exports and returns result.json's content. Raises Refusal or Stopped."""
    trained = train_attempt(attempt, log, lifeline)
    log.write("export", step=trained.progress.step)
    parity = export_artefact(
        trained.run.model, trained.run.tokenizer, attempt / "artefact", probe_sequences(trained.run), lifeline.check
    )
    log.write("parity", **parity)
    if not parity["passed"]:
        raise Refusal("parity_failed", parity_message(parity), {"parity": parity})
    return result_of(trained, attempt, parity)


def prepare_attempt(attempt: Path, lifeline: Lifeline) -> tuple[Prepared, Path | None]:
    """The run as it stands before its first step, and the checkpoint it may go on from."""
    spec = read_spec(attempt)
    torch.set_num_threads(spec.threads)
    fingerprint = run_fingerprint(spec, attempt)
    checkpoint = latest_checkpoint(attempt / "checkpoints", fingerprint)
    tokenizer = make_tokenizer(spec, attempt, lifeline, checkpoint)
    return prepare(spec, attempt, tokenizer, fingerprint, lifeline), checkpoint


def train_attempt(attempt: Path, log: EventLog, lifeline: Lifeline) -> Trained:
    """All steps that are not done yet, and the last evaluation."""
    run, checkpoint = prepare_attempt(attempt, lifeline)
    log.write("tokenizer", vocab_size=len(run.tokenizer), **run.train.summary())

    start = Progress(0, 0, 0.0)
    if checkpoint is not None:
        restore_random_state(load_checkpoint(checkpoint, run.model, run.optimizer))
        start = read_progress(checkpoint)
    everything, learnt = run.parameters
    log.write(
        "started", step=start.step, total_steps=len(run.steps), resumed_from=start.step if checkpoint else None,
        device=run.device.type, device_name=device_name(run.device), precision=run.precision, threads=run.spec.threads,
        parameters=everything, trainable_parameters=learnt,
    )  # fmt: skip
    progress, loss = take_steps(run, attempt, log, lifeline, start)
    return Trained(run, progress, loss, final_evaluation(run, log, progress.step, lifeline))


def result_of(trained: Trained, attempt: Path, parity: dict) -> dict:
    """What result.json tells of a finished run."""
    run, progress, scores = trained.run, trained.progress, trained.scores
    everything, learnt = run.parameters
    return {
        "state": "done",
        "files": file_manifest(attempt / "artefact"),
        "steps": progress.step,
        "tokens": progress.tokens,
        "seconds": round(progress.seconds, 3),
        "loss": trained.loss,
        "eval_loss": scores and scores["loss"],
        "eval_perplexity": scores and scores["perplexity"],
        "parameters": everything,
        "trainable_parameters": learnt,
        "flops": training_flops(everything, learnt, progress.tokens),
        "peak_memory_bytes": peak_memory_bytes(run.device),
        "device": run.device.type,
        "precision": run.precision,
        "data": {"train": run.train.summary(), "eval": run.evaluation.summary() if run.evaluation else None},
        "parity": parity,
        **provenance(run.spec, attempt, run.model),
    }


def make_tokenizer(spec: Spec, attempt: Path, lifeline: Lifeline, checkpoint: Path | None):
    if spec.base is not None:
        check_base(Path(spec.base))
        return load_tokenizer(Path(spec.base), spec.chat_template)
    if checkpoint is not None:
        return load_own_tokenizer(checkpoint, spec)
    texts = (text for row in read_rows(attempt / "train.jsonl") for text in texts_of(row))
    tokenizer = train_tokenizer(texts, spec.architecture.vocab_size, lifeline.check)
    if spec.chat_template is not None:
        tokenizer.chat_template = spec.chat_template
    return tokenizer


def load_own_tokenizer(checkpoint: Path, spec: Spec):
    """The tokenizer this run learnt before it was interrupted."""
    from tokenizers import Tokenizer

    from .tokenizer import wrap_tokenizer

    tokenizer = wrap_tokenizer(Tokenizer.from_file(str(checkpoint / "tokenizer.json")))
    if spec.chat_template is not None:
        tokenizer.chat_template = spec.chat_template
    return tokenizer


def prepare(spec: Spec, attempt: Path, tokenizer, fingerprint: str, lifeline: Lifeline) -> Prepared:
    torch.manual_seed(spec.seed)
    device = pick_device(spec)
    if spec.base is None:
        model = new_model(spec.architecture, len(tokenizer), tokenizer)
    else:
        model = load_model(Path(spec.base))
    if spec.tuning == "lora":
        model = add_lora(model, spec.hyper)
    model.to(device).train()
    cutoff = min(spec.hyper.cutoff_length, context_length(model.config))
    train, evaluation = read_examples(spec, attempt, tokenizer, cutoff, lifeline)
    hyper = spec.hyper
    return Prepared(
        spec, tokenizer, train, evaluation, model, make_optimizer(model, hyper),
        plan_steps(train.lengths, hyper.batch_size, hyper.grad_accum, hyper.epochs, hyper.max_steps, spec.seed),
        device, pick_precision(spec, device), fingerprint, count_parameters(model),
    )  # fmt: skip


def read_examples(spec: Spec, attempt: Path, tokenizer, cutoff: int, lifeline: Lifeline) -> tuple[Examples, Examples | None]:
    encoder = ChatEncoder(tokenizer, spec.hyper.train_on)
    chunk = spec.method == "pretrain"
    train = encode_rows(read_rows(attempt / "train.jsonl"), encoder, cutoff, chunk, lifeline.check)
    require_examples(train, "train.jsonl")
    if not (attempt / "eval.jsonl").exists():
        return train, None
    evaluation = encode_rows(read_rows(attempt / "eval.jsonl"), encoder, cutoff, chunk, lifeline.check)
    return train, evaluation if len(evaluation) else None


def make_optimizer(model, hyper: Hyper) -> torch.optim.Optimizer:
    """AdamW as transformers sets it up: no weight decay on biases and norms."""
    decayed, exempt = [], []
    for name, parameter in trainable(model).items():
        (exempt if parameter.ndim < 2 or name.endswith("bias") else decayed).append(parameter)
    groups = [{"params": decayed, "weight_decay": hyper.weight_decay}, {"params": exempt, "weight_decay": 0.0}]
    return torch.optim.AdamW([group for group in groups if group["params"]], lr=hyper.learning_rate, fused=True)


def learning_rate(hyper: Hyper, step: int, total: int) -> float:
    """For the step with this number (from 0): linear warm-up, then the schedule, as transformers.get_scheduler."""
    warmup = math.ceil(hyper.warmup_ratio * total)
    if step < warmup:
        return hyper.learning_rate * step / warmup
    done = (step - warmup) / max(1, total - warmup)
    factor = {"constant": 1.0, "linear": 1.0 - done, "cosine": 0.5 * (1.0 + math.cos(math.pi * done))}[hyper.schedule]
    return hyper.learning_rate * factor


def take_steps(run: Prepared, attempt: Path, log: EventLog, lifeline: Lifeline, progress: Progress) -> tuple[Progress, float | None]:
    """All steps after `progress`. On a stop the last finished step is checkpointed before Stopped goes on."""
    hyper, total = run.spec.hyper, len(run.steps)
    checkpoint_every = hyper.checkpoint_every or max(1, total // 10)
    ahead = remaining_work(run)
    rate = Rate()
    saved = progress.step if progress.step else None
    loss = None
    before = random_state()

    def save() -> None:
        nonlocal saved
        if saved == progress.step or progress.step == 0:
            return
        save_checkpoint(attempt / "checkpoints", run.fingerprint, progress, run.model, run.optimizer, before, tokenizer_json(run))
        saved = progress.step
        log.write("checkpoint", step=saved)

    try:
        while progress.step < total:
            started = time.perf_counter()
            lr = learning_rate(hyper, progress.step, total)
            loss, norm, tokens = one_step(run, run.steps[progress.step], lr, lifeline)
            seconds = time.perf_counter() - started
            progress = replace(progress, step=progress.step + 1, tokens=progress.tokens + tokens, seconds=progress.seconds + seconds)
            before = random_state()
            rate.add(progress.step, tokens, ahead[progress.step - 1] - ahead[progress.step], seconds)
            log.write(
                "step", step=progress.step, total_steps=total, loss=loss, lr=lr, grad_norm=norm, tokens=progress.tokens,
                tokens_per_second=rate.tokens_per_second(), eta_seconds=rate.eta(ahead[progress.step]),
                epoch=round(progress.step * hyper.batch_size * hyper.grad_accum / len(run.train), 4),
            )  # fmt: skip
            if run.evaluation and hyper.eval_every and progress.step % hyper.eval_every == 0 and progress.step < total:
                log.write("eval", step=progress.step, final=False, **evaluate(run, EVAL_EXAMPLES_DURING_RUN, lifeline))
            if progress.step % checkpoint_every == 0 or progress.step == total:
                save()
            lifeline.check()
    except Stopped:
        save()
        raise
    return progress, loss


def one_step(run: Prepared, batches: list[list[int]], lr: float, lifeline: Lifeline) -> tuple[float, float, int]:
    """(mean loss over the step's trained tokens, gradient norm, tokens read). Nothing changes when it is stopped midway."""
    for group in run.optimizer.param_groups:
        group["lr"] = lr
    run.optimizer.zero_grad(set_to_none=True)
    arrays = [collate(run.train, batch) for batch in batches]
    targets_in_step = sum(int((targets != IGNORED).sum()) for _, targets in arrays)
    total = 0.0
    for ids, targets in arrays:
        lifeline.check()
        with precision_context(run.device, run.precision):
            summed = loss_sum(run.model, torch.from_numpy(ids).to(run.device), torch.from_numpy(targets).to(run.device))
        (summed / targets_in_step).backward()
        total += summed.item()
    lifeline.check()
    norm = float(torch.nn.utils.clip_grad_norm_(list(trainable(run.model).values()), run.spec.hyper.max_grad_norm or math.inf))
    loss = total / targets_in_step
    if not (math.isfinite(loss) and math.isfinite(norm)):
        raise Refusal("diverged", f"The loss is no longer a number (learning rate {lr:g}). The last checkpoint is kept; try a lower learning rate.")
    run.optimizer.step()
    return loss, norm, int(sum(run.train.lengths[i] for batch in batches for i in batch))


class Rate:
    """Speed over the steps of this process: real tokens for the reader, padded positions for the time that is left."""

    def __init__(self) -> None:
        self._tokens = self._padded = 0
        self._seconds = 0.0
        self._seen = 0

    def add(self, step: int, tokens: int, padded: int, seconds: float) -> None:
        self._seen += 1
        if self._seen == WARM_STEPS + 1:
            self._tokens = self._padded = 0
            self._seconds = 0.0
        self._tokens += tokens
        self._padded += padded
        self._seconds += seconds

    def tokens_per_second(self) -> float:
        return round(self._tokens / max(self._seconds, 1e-9), 1)

    def eta(self, padded_left: int) -> float:
        return round(padded_left * self._seconds / max(self._padded, 1), 1)


def remaining_work(run: Prepared) -> list[int]:
    """Padded positions still to compute after each step, index 0 = before the first."""
    lengths = run.train.lengths
    work = [sum(len(batch) * int(max(lengths[i] for i in batch)) for batch in step) for step in run.steps]
    return [*np.cumsum(work[::-1])[::-1].tolist(), 0]


@torch.no_grad()
def evaluate(run: Prepared, limit: int | None, lifeline: Lifeline) -> dict:
    """Mean cross entropy a trained token (nats) and its perplexity over the first `limit` evaluation examples."""
    examples = run.evaluation
    chosen = sorted(range(min(len(examples), limit or len(examples))), key=lambda i: examples.lengths[i])
    run.model.eval()
    total, count = 0.0, 0
    for start in range(0, len(chosen), run.spec.hyper.batch_size):
        lifeline.check()
        ids, targets = collate(examples, chosen[start : start + run.spec.hyper.batch_size])
        with precision_context(run.device, run.precision):
            total += loss_sum(run.model, torch.from_numpy(ids).to(run.device), torch.from_numpy(targets).to(run.device)).item()
        count += int((targets != IGNORED).sum())
    run.model.train()
    loss = total / count
    return {"loss": loss, "perplexity": math.exp(min(loss, 700.0)), "examples": len(chosen), "trained_tokens": count}


def final_evaluation(run: Prepared, log: EventLog, step: int, lifeline: Lifeline) -> dict | None:
    if run.evaluation is None:
        return None
    scores = evaluate(run, None, lifeline)
    log.write("eval", step=step, final=True, **scores)
    return scores


def probe_sequences(run: Prepared) -> list[list[int]]:
    """Real sequences for the parity gate: the longest of the first few examples, at most 48 tokens each."""
    source = run.evaluation or run.train
    lengths = source.lengths[:64]
    chosen = np.argsort(-lengths, kind="stable")[:4]
    return [source.ids[source.offsets[i] : source.offsets[i] + min(48, int(lengths[i]))].tolist() for i in chosen]


def run_fingerprint(spec: Spec, attempt: Path) -> str:
    """Names what decides the curve: settings and rows, not who runs it or on how many threads."""
    settings = {key: value for key, value in spec.to_json().items() if key not in ("run", "attempt", "threads", "device")}
    path = attempt / "train.jsonl"
    if not path.is_file():
        raise Refusal("invalid_input", f"There is no train.jsonl in {attempt}.")
    return sha256_text(json.dumps(settings, sort_keys=True) + sha256_file(path))


def provenance(spec: Spec, attempt: Path, model) -> dict:
    artefact = attempt / "artefact"
    template = json.loads((artefact / "tokenizer_config.json").read_text("utf-8"))["chat_template"]
    return {
        "seed": spec.seed,
        "architecture": model.config.model_type,
        "context_length": context_length(model.config),
        "lock_digest": sha256_file(LOCK),
        "tokenizer_digest": sha256_file(artefact / "tokenizer.json"),
        "template_digest": sha256_text(template),
        "train_digest": sha256_file(attempt / "train.jsonl"),
    }


def parity_message(parity: dict) -> str:
    return (
        "The exported model does not answer like the trained one: logits differ by up to "
        f"{parity['max_abs_logit_difference']:.2e} (allowed {parity['tolerance']:.0e}), "
        f"{parity['greedy_equal']} of {parity['greedy_tokens']} greedy tokens are equal, the log-likelihood differs by "
        f"{parity['loglikelihood_difference']:.2e}. Nothing was registered; the checkpoint is kept."
    )


def peak_memory_bytes(device: torch.device) -> int:
    """The device's peak on CUDA, else the process's resident peak (kilobytes on Linux, bytes on macOS)."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def tokenizer_json(run: Prepared) -> str:
    return run.tokenizer.backend_tokenizer.to_str()


def device_name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
