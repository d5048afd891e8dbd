"""What H-Nets of one stage and of two share: routers, chunks picked and smoothed, and how often to cut."""

import torch
from torch import Tensor, nn

from core.segmenters.build.chunked import WIDTH


class TorchRouter(nn.Module):
    """p of a start where a state is unlike the one before: (1 - cos(Wq h_{t-1}, Wk h_t)) / 2."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.eye(WIDTH))
        self.key = nn.Parameter(torch.eye(WIDTH))

    def forward(self, states: Tensor) -> Tensor:
        """p of each state but the first, (B, T - 1) of (B, T, D)."""
        cosine = nn.functional.cosine_similarity(states[:, :-1] @ self.query, states[:, 1:] @ self.key, dim=-1)
        p: Tensor = ((1 - cosine) / 2).clamp(0, 1)
        return p


def picked(states: Tensor, at: Tensor) -> Tensor:
    """States (B, J, D) of (B, T, D) at these places, (B, J)."""
    return states.gather(1, at[..., None].expand(-1, -1, states.shape[-1]))


def chunked(b: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(chunk of each byte (B, T), where each chunk starts (B, J), whether there is such a chunk (B, J)).

    Rows have unequally many; places of chunks that are none are 0.
    """
    at = b.cumsum(1) - 1
    n = int(at.max()) + 1
    where = torch.zeros(len(b), n, dtype=torch.long)
    each, place = b.nonzero(as_tuple=True)
    where[each, at[each, place]] = place
    return at, where, torch.arange(n) <= at[:, -1:]


def smoothed(chunks: Tensor, p: Tensor) -> Tensor:
    """The moving average of chunks, each taken in by its own probability; the first whole."""
    keep = torch.log1p(-p.clamp(0, 1 - 1e-4))
    total = keep.cumsum(1)
    weight = total[:, :, None] - total[:, None, :]  # of chunk i in state j: what those between leave
    later = torch.ones(p.shape[1], p.shape[1]).tril().bool()
    share = torch.where(later, weight, -torch.inf).exp() * p[:, None, :]
    return share @ chunks


def sureness(p: Tensor, b: Tensor) -> Tensor:
    """1 whose slope is that of p where it cuts and of 1 - p where not, (B, T, 1)."""
    sure = torch.where(b, p, 1 - p)
    return (sure + (1 - sure).detach())[..., None]


def ratio_loss(p: Tensor, b: Tensor, ratio: float, there: Tensor | None = None) -> Tensor:
    """Least where one in `ratio` starts a chunk, in each row, so that no language lends its chunks to another.

    Args:
        there: which of (B, T) are in question; None for all.
    """
    counted = torch.ones_like(p) if there is None else there.float()
    size = counted.sum(1).clamp(1)
    hard, soft = (b.float() * counted).sum(1) / size, (p * counted).sum(1) / size
    return (ratio / (ratio - 1) * ((ratio - 1) * hard * soft + (1 - hard) * (1 - soft))).mean()
