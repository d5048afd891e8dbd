"""A short continued training of a transplanted model: new rows, both matrices, those with adapters, or everything.

Batches hold the same bytes for every tokenizer, the same texts for every method and seed, and the loss is per byte.

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

Trained = Literal["new rows", "embeddings", "adapters", "everything"]
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
    texts: Sequence[str],
    phase: Phase,
    batch_bytes: int,
    seed: int,
    after: Callable[[int], None],
) -> None:
    """Train a `tunable` model in place.

    Args:
        groups: `Group` of each row; where new rows are trained, all others stay bit for bit as they are.
        texts: to train on, drawn with `seed`.
        batch_bytes: of text in a step; a text is cut to what is left.
        after: called with the number of each step when it is done.
    """
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
        for step, batch in zip(range(1, phase.steps + 1), batches(texts, batch_bytes, seed), strict=False):
            optimiser.zero_grad(set_to_none=True)
            loss = _nats(model, batch) / sum(len(text.encode()) for text in batch)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(parameters, CLIP)
            optimiser.step()
            after(step)


def batches(texts: Sequence[str], n_bytes: int, seed: int) -> Iterator[list[str]]:
    """Batches without end, of texts in random order, the last of a batch cut to whole characters.

    >>> [sum(map(len, batch)) for batch, _ in zip(batches(["abc", "defg"], 5, 0), range(3))]
    [5, 5, 5]
    """
    rng = np.random.default_rng(seed)
    usable = [text for text in texts if text]
    batch: list[str] = []
    left = n_bytes
    while usable:
        for n in rng.permutation(len(usable)).tolist():
            data = usable[n].encode()
            text = data[:left].decode(errors="ignore")
            if text:
                batch.append(text)
            left -= len(data[:left])
            if left <= 0:
                yield batch
                batch, left = [], n_bytes


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
    lead = [] if model.bos is None else [model.bos]
    rows = [[*lead, *model.tokenizer.segment(text).ids.tolist()][: model.max_tokens] for text in texts]
    width = max(map(len, rows))
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    targets = torch.full((len(rows), width), -100)
    for n, row in enumerate(rows):
        ids[n, : len(row)] = torch.tensor(row)
        targets[n, : len(row) - 1] = torch.tensor(row[1:])
    logits = model.module(ids.to(model.device), use_cache=False).logits.float()
    return nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten().to(model.device), reduction="sum")
