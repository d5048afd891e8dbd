"""Rows turned as rotary positions turn queries and keys: pairs of dimensions, each by its own frequency.

Source: Su et al. 2021, RoFormer; the halves of a head are paired as in Llama.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class RotaryShape:
    """How a model turns by positions.

    Args:
        heads: attention heads, among which a row is divided.
        theta: base of the frequencies.
    """

    heads: int
    theta: float

    def fits(self, width: int) -> bool:
        """Whether rows of this width divide into pairs in each head."""
        return width % (2 * self.heads) == 0

    def turned(self, rows: Tensor, positions: Tensor) -> Tensor:
        """Rows (…, D) at positions (…), which may be any numbers.

        >>> RotaryShape(1, 10_000.0).turned(torch.tensor([[1.0, 0.0]]), torch.tensor([torch.pi / 2])).round().abs()
        tensor([[0., 1.]])
        """
        angles = positions[..., None, None] * self._frequencies(rows)
        first, second = self._halves(rows)
        turned = torch.stack(
            [first * angles.cos() - second * angles.sin(), second * angles.cos() + first * angles.sin()], -2
        )
        return turned.flatten(-3)

    def position(self, rows: Tensor, targets: Tensor) -> Tensor:
        """The positions at which rows come near targets, (…): by least squares on the angles of all pairs."""
        (a, b), (c, d) = self._halves(rows), self._halves(targets)
        angles = torch.atan2(a * d - b * c, a * c + b * d)
        frequencies = self._frequencies(rows)
        found: Tensor = (angles * frequencies).sum((-1, -2)) / (self.heads * frequencies.square().sum())
        return found

    def _halves(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """The first and the second dimension of each pair, (…, heads, D / heads / 2) each."""
        parts = rows.reshape(*rows.shape[:-1], self.heads, 2, rows.shape[-1] // self.heads // 2)
        return parts[..., 0, :], parts[..., 1, :]

    def _frequencies(self, rows: Tensor) -> Tensor:
        half = rows.shape[-1] // self.heads // 2
        places = torch.arange(half, device=rows.device, dtype=rows.dtype)
        return self.theta ** (-places / half)
