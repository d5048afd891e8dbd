"""A short continued training of a transplanted model: new rows, both matrices, those with adapters, or everything.

The texts of each step are given beforehand (`core.text.schedule`): the same for every model and tokenizer.

Source: the idea that some fifty steps rank methods better than the loss before the first, arXiv 2608.03494.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.evaluation.passes.adapters import adapted
from core.evaluation.passes.reading import Group
from core.models.language_model import LanguageModel
from core.models.read_together import read_together

Trained = Literal["new rows", "embeddings", "adapters", "everything"]
Loss = Callable[[LanguageModel, Sequence[str]], Tensor]
RANK = 8  # of adapters
CLIP = 1.0  # largest norm of a gradient


@dataclass(frozen=True)
class Phase:
    """Some steps of training.

    Args:
        trains: which parameters move; "adapters" are trained together with both matrices, and merged at the end.
        steps: how many.
        rate: learning rate.
    """

    trains: Trained
    steps: int
    rate: float


def tunable(model: LanguageModel) -> LanguageModel:
    """A copy with weights of its own, in float32, that training may change; the model stays as it is."""
    module = copy.deepcopy(model.module).float().eval()  # without dropout, so that equal seeds give equal bits
    return replace(model, module=module, content="")


def tune(
    model: LanguageModel,
    groups: NDArray[np.uint8],
    phase: Phase,
    batches: Sequence[Sequence[str]],
    seed: int,
    after: Callable[[int], None],
    loss: Loss | None = None,
) -> None:
    """Train a `tunable` model in place.

    Args:
        groups: `Group` of each row; where new rows are trained, all others stay bit for bit as they are.
        batches: texts of each step, as many as the phase has steps.
        seed: of what adapters begin with.
        after: called with the number of each step when it is done.
        loss: what a model and the texts of a step come to; nats per byte unless it is given.
    """
    loss = loss or _per_byte
    for parameter in model.module.parameters():
        parameter.requires_grad_(False)
    with ExitStack() as after_all:
        parameters = list(_parameters(model.module, phase.trains))
        if phase.trains == "adapters":
            parameters += after_all.enter_context(adapted(model.module, RANK, seed))
        new = torch.from_numpy(groups == Group.NEW).to(model.device)
        for parameter in parameters:
            parameter.requires_grad_(True)
            after_all.callback(parameter.requires_grad_, False)
            if phase.trains == "new rows":
                hook = parameter.register_hook(lambda grad: _only(grad, new))  # type: ignore[no-untyped-call]
                after_all.callback(hook.remove)
        # Without decay and with zero gradient Adam moves a weight by exactly nothing.
        optimiser = torch.optim.Adam(parameters, lr=phase.rate)
        for step, batch in zip(range(1, phase.steps + 1), batches, strict=True):
            optimiser.zero_grad(set_to_none=True)
            loss(model, batch).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(parameters, CLIP)
            optimiser.step()
            after(step)


def _parameters(module: Any, trains: Trained) -> Iterator[nn.Parameter]:
    """Those that move, tied ones once."""
    if trains == "everything":
        yield from module.parameters()
        return
    embedding, head = module.get_input_embeddings(), module.get_output_embeddings()
    yield embedding.weight
    if head.weight is not embedding.weight:
        yield head.weight
    if getattr(head, "bias", None) is not None:
        yield head.bias


def _only(grad: Tensor, rows: Tensor) -> Tensor:
    return grad * (rows if grad.ndim == 1 else rows[:, None])


def _nats(model: LanguageModel, texts: Sequence[str]) -> Tensor:
    """Summed over all tokens of all texts."""
    read = read_together(model, texts)
    logits = model.module(read.ids, use_cache=False).logits.float()
    return nn.functional.cross_entropy(logits.flatten(0, 1), read.targets.flatten(), reduction="sum")


def _per_byte(model: LanguageModel, texts: Sequence[str]) -> Tensor:
    return _nats(model, texts) / sum(len(text.encode()) for text in texts)
