"""New rows as weighted sums of old rows, kept as the few weights that are not zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Coefficients:
    """Weights of old rows per new row, row after row.

    Args:
        offsets: where each row's entries begin, and where the last end, int64 (n + 1,).
        ids: old ids, int64 (m,).
        weights: float32 (m,).
    """

    offsets: Tensor
    ids: Tensor
    weights: Tensor

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @cached_property
    def lengths(self) -> Tensor:
        """Entries per row, int64 (n,)."""
        return self.offsets[1:] - self.offsets[:-1]

    @cached_property
    def row_of(self) -> Tensor:
        """Row of each entry, int64 (m,)."""
        return torch.repeat_interleave(torch.arange(len(self), device=self.lengths.device), self.lengths)

    @cached_property
    def sums(self) -> Tensor:
        """Sum of each row's weights, float32 (n,)."""
        return self._total(self.weights)

    @cached_property
    def l1(self) -> Tensor:
        """Sum of each row's absolute weights, float32 (n,)."""
        return self._total(self.weights.abs())

    def apply(self, rows: Tensor, memory_bytes: int) -> Tensor:
        """The weighted sums, float32 (n, W), on the device of `rows`; zero for a row without entries.

        Args:
            rows: old rows, (V, W).
            memory_bytes: what may be taken for gathering old rows; at least one new row is made at a time.

        >>> Coefficients(torch.tensor([0, 2]), torch.tensor([0, 1]), torch.tensor([0.5, 0.5])).apply(torch.eye(2), 99)
        tensor([[0.5000, 0.5000]])
        """
        out = torch.zeros(len(self), rows.shape[1], device=rows.device)
        lengths, starts = self.lengths.cpu(), self.offsets[:-1].cpu()
        ids, weights = self.ids.to(rows.device), self.weights.to(rows.device)
        most = max(1, memory_bytes // (rows.shape[1] * 8))  # gathered entries at a time; float32, twice
        order = torch.argsort(lengths, stable=True)  # so that rows are padded to little more than they have
        sizes, at = lengths[order].tolist(), 0
        while at < len(order):
            n = 1
            while at + n < len(order) and (n + 1) * sizes[at + n] <= most:
                n += 1
            widest = sizes[at + n - 1]
            chosen = order[at : at + n]
            columns = torch.arange(widest)
            inside = columns < lengths[chosen, None]  # (n, widest)
            entries = torch.where(inside, starts[chosen, None] + columns, 0).to(rows.device)
            if widest:
                scaled = torch.where(inside.to(rows.device), weights[entries], 0.0)
                gathered = rows[ids[entries]].float()  # (n, widest, W)
                out[chosen.to(rows.device)] = torch.bmm(scaled[:, None], gathered)[:, 0]
            at += n
        return out

    def _total(self, values: Tensor) -> Tensor:
        running = torch.cat([torch.zeros(1, dtype=torch.float64), values.double().cpu().cumsum(0)])
        offsets = self.offsets.cpu()
        return (running[offsets[1:]] - running[offsets[:-1]]).float().to(values.device)


def from_lists(rows: Sequence[Sequence[int]], weights: Sequence[Sequence[float]] | None = None) -> Coefficients:
    """Coefficients from lists of old ids; equal weights that sum to one unless others are given.

    >>> from_lists([[4, 5], []]).weights
    tensor([0.5000, 0.5000])
    """
    lengths = torch.tensor([len(ids) for ids in rows], dtype=torch.int64)
    ids = torch.tensor([i for row in rows for i in row], dtype=torch.int64)
    if weights is None:
        return Coefficients(_offsets(lengths), ids, 1 / lengths.repeat_interleave(lengths))
    return Coefficients(_offsets(lengths), ids, torch.tensor([w for row in weights for w in row], dtype=torch.float32))


def from_table(ids: Tensor, weights: Tensor) -> Coefficients:
    """Coefficients from tables (n, k); entries with weight zero are dropped.

    >>> from_table(torch.tensor([[3, 1]]), torch.tensor([[1.0, 0.0]])).ids
    tensor([3])
    """
    kept = weights != 0
    return Coefficients(_offsets(kept.sum(1)), ids[kept], weights[kept].float())


def from_entries(row_of: Tensor, ids: Tensor, weights: Tensor, n: int) -> Coefficients:
    """Coefficients of n rows from entries in any order; those of weight zero are dropped, others keep their order.

    >>> from_entries(torch.tensor([1, 0]), torch.tensor([7, 8]), torch.tensor([1.0, 0.5]), 2).ids
    tensor([8, 7])
    """
    kept = torch.nonzero(weights != 0).flatten()
    order = kept[torch.argsort(row_of[kept], stable=True)]
    return Coefficients(_offsets(torch.bincount(row_of[order], minlength=n)), ids[order], weights[order])


def concatenated(parts: Sequence[Coefficients]) -> Coefficients:
    """The rows of all parts, one after another.

    >>> concatenated([from_lists([[4]]), from_lists([[], [5]])]).offsets
    tensor([0, 1, 1, 2])
    """
    if not parts:
        return from_lists([])
    lengths = torch.cat([part.lengths for part in parts])
    return Coefficients(_offsets(lengths), torch.cat([p.ids for p in parts]), torch.cat([p.weights for p in parts]))


def _offsets(lengths: Tensor) -> Tensor:
    """Where each of some rows begins, and where the last ends, int64 (n + 1,)."""
    return torch.cat([lengths.new_zeros(1), lengths.cumsum(0)])
