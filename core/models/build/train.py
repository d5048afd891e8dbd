"""Trains one of the shipped models; goes on where it was stopped."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import nn

from core.common.progress import report
from core.models.build.body import BodyShape, untrained
from core.models.build.mix import documents
from core.models.build.optimisers import go, optimisers, share_of_rate, slow_down
from core.models.build.recipe import (
    COOL_DOWN,
    DIET_SEED,
    HEADS,
    LAYERS,
    MLP,
    POSITIONS,
    RATE_MATRICES,
    RATE_ROWS,
    ROWS_PER_STEP,
    SHORT,
    WARM_UP,
    WIDTH,
    Recipe,
)
from core.models.build.texts import Part
from core.models.build.vocabularies import SPECIALS

_SAVE_EVERY = 25  # steps
_BATCH = 2_000  # documents tokenized at a time


def train(recipe: Recipe, tokenizer: Tokenizer, parts: Sequence[Part], device: torch.device, state: Path) -> Any:
    """The trained model, a transformers LlamaForCausalLM in float32.

    The number of steps is fixed, so the same device gives the same weights; another rounds differently.

    Args:
        state: file that holds what a broken-off run had reached; removed by the caller once the model is saved.
    """
    ids = {role: int(tokenizer.token_to_id(s) or 0) for role, s in SPECIALS[recipe.name].items()}
    torch.manual_seed(recipe.seed)
    module = build(recipe, ids).to(device)
    moving = optimisers(module, RATE_MATRICES, RATE_ROWS)
    begin = _resumed(state, module, moving)
    if begin == recipe.steps:
        return module
    text = diet(tokenizer, parts, ids, recipe.steps)
    for step in range(begin, recipe.steps):
        slow_down(moving, share_of_rate(step, recipe.steps, WARM_UP, COOL_DOWN))
        rows = torch.from_numpy(text[step].astype(np.int64)).to(device)
        length = POSITIONS // 2 if step < SHORT else POSITIONS
        read, targets = rows[:, :-1].reshape(-1, length), rows[:, 1:].flatten()
        with torch.autocast(device.type, torch.bfloat16):
            logits = module(read, use_cache=False).logits
        loss = nn.functional.cross_entropy(logits.float().flatten(0, 1), targets)
        go(moving, loss)
        report(step + 1, recipe.steps, f"{recipe.name}: {float(loss.detach()):.3f} nats per token")
        if (step + 1) % _SAVE_EVERY == 0 or step + 1 == recipe.steps:
            _save(state, module, moving, step + 1)
    return module


def build(recipe: Recipe, ids: dict[str, int]) -> Any:
    """The model before training, from torch's seed."""
    shape = BodyShape(
        n_vocabulary=recipe.n_vocabulary,
        width=WIDTH,
        mlp=MLP,
        layers=LAYERS,
        heads=HEADS,
        positions=POSITIONS,
        tied=recipe.tied,
    )
    return untrained(shape, ids)


def diet(tokenizer: Tokenizer, parts: Sequence[Part], ids: dict[str, int], steps: int) -> NDArray[np.int32]:
    """All that a model reads: (steps, ROWS_PER_STEP, POSITIONS + 1) ids, documents one behind the other.

    Each document begins with BOS and ends with EOS; where both are one token it stands once between documents.
    """
    size = (steps, ROWS_PER_STEP, POSITIONS + 1)
    n, written = int(np.prod(size)), 0
    text = np.empty(n, np.int32)
    stream = documents(parts, DIET_SEED)
    ends = [ids["eos"]] if ids["eos"] != ids["bos"] else []
    while written < n:
        batch = [next(stream) for _ in range(_BATCH)]
        for encoding in tokenizer.encode_batch_fast(batch, add_special_tokens=False):
            document = [ids["bos"], *encoding.ids, *ends][: n - written]
            text[written : written + len(document)] = document
            written += len(document)
    return text.reshape(size)


def _save(state: Path, module: Any, moving: list[torch.optim.Optimizer], step: int) -> None:
    part = state.with_suffix(".part")
    torch.save({"step": step, "module": module.state_dict(), "optimisers": [o.state_dict() for o in moving]}, part)
    part.replace(state)


def _resumed(state: Path, module: Any, moving: list[torch.optim.Optimizer]) -> int:
    """The step to go on with, after taking over what was saved."""
    if not state.is_file():
        return 0
    saved = torch.load(state, map_location=next(module.parameters()).device, weights_only=True)
    module.load_state_dict(saved["module"])
    for optimiser, its in zip(moving, saved["optimisers"], strict=True):
        optimiser.load_state_dict(its)
    return int(saved["step"])
