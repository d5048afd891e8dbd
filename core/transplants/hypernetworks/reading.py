"""Spellings as a hypernetwork reads them: the rows of a token's old pieces, in order."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.models.matrices import Matrices


@dataclass(frozen=True, eq=False)
class ReadSpellings:
    """Spellings side by side.

    Args:
        ids: of old tokens, int64 (n, L), zero behind the end.
        inside: bool (n, L).
    """

    ids: Tensor
    inside: Tensor

    def of(self, rows: Tensor, chosen: Tensor) -> tuple[Tensor, Tensor]:
        """The rows of some of them, (n, L, W), and which are none, without columns that none of these has."""
        inside = self.inside[chosen]
        longest = max(1, int(inside.sum(1).max())) if len(chosen) else 1
        return rows[self.ids[chosen, :longest].to(rows.device)], inside[:, :longest].to(rows.device)


def spelled(spellings: Sequence[Sequence[int]], longest: int) -> ReadSpellings:
    """The first so many old tokens of each.

    >>> spelled([[4, 5, 6], [7]], 2).ids
    tensor([[4, 5],
            [7, 0]])
    """
    width = min(longest, max((len(ids) for ids in spellings), default=1) or 1)
    ids = torch.zeros(len(spellings), width, dtype=torch.int64)
    inside = torch.zeros(len(spellings), width, dtype=torch.bool)
    for n, one in enumerate(spellings):
        kept = list(one[:width])
        ids[n, : len(kept)], inside[n, : len(kept)] = torch.tensor(kept, dtype=torch.int64), True
    return ReadSpellings(ids, inside)


def stacked(matrices: Matrices) -> Tensor:
    """The rows of a model for reading and, where its head has its own, those for predicting behind them, float32."""
    sides = [matrices.input] if matrices.tied else [matrices.input, matrices.head]
    return torch.cat([side.float() for side in sides], 1)
