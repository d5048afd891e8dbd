"""Rows of many tokens by a hypernetwork, in blocks of spellings of like length."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.models.matrices import Matrices
from core.transplants.hypernetworks.opening import Hypernetwork
from core.transplants.hypernetworks.reading import spelled, stacked

_COPIES = 12  # of the widest states, that are held at a time
_MOST_TOGETHER = 4096


@dataclass(frozen=True, eq=False)
class PredictedRows:
    """What a hypernetwork predicts for n tokens.

    Args:
        sides: rows of the input, and of the head where it predicts both, float32 (n, D) each.
        bias: of the head, (n,); zeros where it predicts none.
    """

    sides: tuple[Tensor, ...]
    bias: Tensor


@torch.no_grad()
def predicted_rows(
    one: Hypernetwork,
    matrices: Matrices,
    spellings: Sequence[Sequence[int]],
    device: torch.device,
    memory_bytes: int,
    language: int | None = None,
) -> PredictedRows:
    """Rows for tokens, each from the old ones that spell it.

    Args:
        matrices: of the model, whose rows are read.
        spellings: old ids of each token; those beyond what the network reads are left out.
        device: where it is computed.
        memory_bytes: that a block may take.
        language: that the tokens are for, a place in `NetworkShape.languages`.
    """
    layout, network = one.layout, one.network.to(device)
    read, old = spelled(spellings, layout.longest), stacked(matrices).to(device)
    n = len(read.ids)
    sides = tuple(torch.empty(n, layout.width, device=device) for _ in range(2 if layout.both else 1))
    bias = torch.empty(n, device=device)
    order = torch.argsort(read.inside.sum(1), stable=True)
    widest = max(old.shape[1], layout.middle, layout.hidden)
    of_one = 4 * _COPIES * widest * read.ids.shape[1]
    block = min(_MOST_TOGETHER, max(1, memory_bytes // of_one))
    for at in range(0, n, block):
        chosen = order[at : at + block]
        *made, said = network(*read.of(old, chosen), language)
        for whole, part in zip(sides, made, strict=True):
            whole[chosen.to(device)] = part
        bias[chosen.to(device)] = said
    return PredictedRows(sides, bias)
