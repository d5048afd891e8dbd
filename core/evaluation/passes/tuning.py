"""A short continued training of a transplanted model: new rows, both matrices, those with adapters, or everything.

A schedule says beforehand which bytes each step reads: the same for every model and tokenizer, every byte once before
any twice. The loss is per byte.

Source: the idea that some fifty steps rank methods better than the loss before the first, arXiv 2608.03494.
"""

import copy
from collections import deque
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
from core.text.blocks import equal_blocks

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
    phase: Phase,
    batches: Sequence[Sequence[str]],
    seed: int,
    after: Callable[[int], None],
) -> None:
    """Train a `tunable` model in place.

    Args:
        groups: `Group` of each row; where new rows are trained, all others stay bit for bit as they are.
        batches: texts of each step, as many as the phase has steps.
        seed: of what adapters begin with.
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
        for step, batch in zip(range(1, phase.steps + 1), batches, strict=True):
            optimiser.zero_grad(set_to_none=True)
            loss = _nats(model, batch) / sum(len(text.encode()) for text in batch)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(parameters, CLIP)
            optimiser.step()
            after(step)


def schedule(
    texts: Sequence[str], n_steps: int, batch_bytes: int, chunk_bytes: int, seed: int
) -> list[tuple[str, ...]]:
    """The texts of each step: chunks of them in random order, every byte once before any is read again.

    Args:
        texts: to train on, at least one of them not empty.
        batch_bytes: of a step, less at most three where a character would be cut.
        chunk_bytes: most of a text that is read at a time; a model looks back on no more.
        seed: of the order.

    >>> schedule(["abc", "defg"], 2, 4, 2, seed=0)
    [('de', 'a', 'b'), ('c', 'fg', 'f')]
    """
    left, steps = deque[str](), list[tuple[str, ...]]()
    rng = np.random.default_rng(seed)
    chunks = [chunk for text in texts for chunk in equal_blocks(text, chunk_bytes)]
    for _ in range(n_steps):
        batch, room = list[str](), batch_bytes
        while room:
            left = left or deque(chunks[n] for n in rng.permutation(len(chunks)).tolist())
            text = left.popleft()
            head = text.encode()[:room].decode(errors="ignore")
            if head != text:
                left.appendleft(text[len(head) :])
            batch += [head] if head else []
            room = room - len(head.encode()) if head == text else 0
        steps.append(tuple(batch))
    return steps


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
