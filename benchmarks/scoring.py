"""Scoring texts against the bare forward pass of the same model on the same tokens: what probabilities cost beyond it.

The bare pass runs the same padded batches through the whole model and drops the logits. Ours cuts the text into tokens,
takes logarithms of 64-bit sums and keeps spans; a ratio of 1 would be all that for nothing.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from benchmarks.measure import in_turns, markdown
from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.models.memory_peak import MemoryPeak
from core.models.score import score
from core.models.shipped import shipped

SAMPLE = Path(__file__).parents[1] / "data" / "samples" / "parallel.jsonl"
LLAMA2C = Path(__file__).parents[2] / "shared" / "data" / "models" / "stories260K" / "stories260K.bin"
_SENTENCES = 1


def run(seconds: float = 5.0) -> str:
    """The table: each shipped model, stories260K where it is at hand, and a wider model of random weights."""
    texts = _texts()
    models = [open_model(f"shipped:{name}") for name in shipped()]
    if LLAMA2C.is_file():
        models.append(open_model(str(LLAMA2C)))
    if models:
        models.append(_wider(models[0]))
    return table(texts, models, seconds)


def table(texts: Sequence[str], models: Sequence[LanguageModel], seconds: float) -> str:
    """A row for each model, whose architecture must split."""
    return markdown(
        f"Scoring {len(texts):,} texts against the bare forward pass of the same batches",
        ["model", "parameters", "rows", "device", "scored tokens/s", "of the bare pass", "peak memory, ours / bare"],
        [_row(model, texts, seconds) for model in models],
    )


def _row(model: LanguageModel, texts: Sequence[str], seconds: float) -> list[str]:
    batches: list[torch.Tensor] = []
    assert model.halves is not None
    hook = model.halves.body.register_forward_pre_hook(lambda _, arguments: batches.append(arguments[0]))
    found = score(model, texts)
    hook.remove()
    n_tokens = sum(len(text.ids) for text in found.texts)

    def bare() -> None:
        with torch.no_grad():
            for ids in batches:
                model.module(ids, use_cache=False)
        _wait(model)

    def ours() -> None:
        score(model, texts)
        _wait(model)

    ratio = in_turns(ours, bare, seconds)
    peaks = [_peak(work, model) for work in (ours, bare)]
    return [
        model.name,
        f"{model.n_parameters / 1e6:.1f} M",
        f"{model.n_rows:,}",
        model.device.type,
        f"{n_tokens / ratio.ours:,.0f}",
        f"{1 / ratio.value:.2f}×",
        " / ".join(f"{peak / 2**20:,.0f} MiB" for peak in peaks),
    ]


def _peak(work: Callable[[], None], model: LanguageModel) -> float:
    """Bytes that a piece of work takes beyond the model."""
    peak = MemoryPeak(model.device)
    work()
    return peak.bytes()


def _texts() -> list[str]:
    """The first sentences of the project's own sample in every language."""
    records = [json.loads(line) for line in SAMPLE.read_text().splitlines()]
    return [sentence for record in records for sentence in record["sentences"][:_SENTENCES]]


def _wider(model: LanguageModel) -> LanguageModel:
    """Random weights 512 wide under 32,000 rows, with another model's tokenizer."""
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=32_000, hidden_size=512, intermediate_size=1376, num_hidden_layers=2, num_attention_heads=8,
        num_key_value_heads=8, max_position_embeddings=1024,
    )  # fmt: skip
    module = LlamaForCausalLM(config).eval().to(model.device)
    return LanguageModel("512 wide, random", "", module, model.tokenizer, model.special_ids)


def _wait(model: LanguageModel) -> None:
    if model.device.type == "cuda":
        torch.cuda.synchronize()
