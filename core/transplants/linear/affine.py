"""Maps from one embedding space into another, fitted on pairs of rows: a rotation, or any affine map.

Both work on sums over rows alone, taken block by block, so that no copy of the rows is made however many there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

EXACT = torch.float64
_TINY = 1e-10  # share of the largest eigenvalue below which a direction counts as absent
_MAX_FILLINGS = 50  # each costs a singular value decomposition; few are needed from the second guess
_MAX_LEFT_OUT = 4096  # pairs that are left out one by one to choose a ridge


@dataclass(frozen=True, eq=False)
class Pairs:
    """Rows of two matrices that belong together.

    Args:
        left: float32 (V_left, W_left); right: float32 (V_right, W_right).
        left_ids, right_ids: which rows, int64 (N,) each.
        memory_bytes: what may be taken for a block of rows.
    """

    left: Tensor
    left_ids: Tensor
    right: Tensor
    right_ids: Tensor
    memory_bytes: int

    def __len__(self) -> int:
        return len(self.left_ids)


@dataclass(frozen=True, eq=False)
class AffineMap:
    """x ↦ (x - source) · matrix + target.

    Args:
        matrix: float64 (W_left, W_right), where such numbers are at home.
        source, target: float64 (W_left,), (W_right,).
        facts: what was found while fitting, by name.
        errors: of pairs left out of the fit as a share of their spread, by the penalty tried; empty for one that is
            given.
        n_left_out: of those pairs.
    """

    matrix: Tensor
    source: Tensor
    target: Tensor
    facts: dict[str, float]
    errors: Mapping[float, float] = field(default_factory=dict)
    n_left_out: int = 0

    def apply(self, rows: Tensor, ids: Tensor, memory_bytes: int) -> Tensor:
        """The images of the chosen rows, float32 (n, W_right)."""
        matrix, source, target = (x.to(rows.device, torch.float32) for x in (self.matrix, self.source, self.target))
        out = torch.empty(len(ids), matrix.shape[1], device=rows.device)
        block = max(1, memory_bytes // (8 * sum(matrix.shape)))
        for at in range(0, len(ids), block):
            chosen = rows[ids[at : at + block].to(rows.device)]
            out[at : at + block] = (chosen - source) @ matrix + target
        return out


def home(device: torch.device) -> torch.device:
    """Where float64 is worked with: on a CUDA device, or on the CPU."""
    return device if device.type == "cuda" else torch.device("cpu")


def mean_of(rows: Tensor, ids: Tensor, memory_bytes: int) -> Tensor:
    """The mean of the chosen rows, float64 (W,), at `home`."""
    total = torch.zeros(rows.shape[1], dtype=EXACT, device=home(rows.device))
    block = max(1, min(4096, memory_bytes // (4 * rows.shape[1])))
    for at in range(0, len(ids), block):
        total += rows[ids[at : at + block].to(rows.device)].sum(0).to(total.device).double()
    return total / len(ids)


def centred_gram(rows: Tensor, ids: Tensor, mean: Tensor, memory_bytes: int) -> Tensor:
    """Σ (x - mean)(x - mean)ᵀ over the chosen rows, float64 (W, W), at `home`."""
    return centred_product(Pairs(rows, ids, rows, ids, memory_bytes), mean, mean)


def centred_product(pairs: Pairs, left_mean: Tensor, right_mean: Tensor) -> Tensor:
    """Σ (x - mean)(y - mean)ᵀ over the pairs, float64 (W_left, W_right), at `home`.

    On a CPU in float64; on other devices each block's product is in float32, and blocks add up in float64.
    """
    left, right = pairs.left, pairs.right
    kind = EXACT if left.device.type == "cpu" else torch.float32
    means = left_mean.to(left.device, kind), right_mean.to(right.device, kind)
    total = torch.zeros(left.shape[1], right.shape[1], dtype=EXACT, device=home(left.device))
    block = max(1, min(4096, pairs.memory_bytes // (16 * (left.shape[1] + right.shape[1]))))
    for at in range(0, len(pairs), block):
        a = left[pairs.left_ids[at : at + block].to(left.device)].to(kind) - means[0]
        b = right[pairs.right_ids[at : at + block].to(right.device)].to(kind) - means[1]
        total += (a.T @ b).to(total.device).double()
    return total


@dataclass(frozen=True, eq=False)
class _Sums:
    left_mean: Tensor
    right_mean: Tensor
    gram: Tensor  # (W_left, W_left)
    product: Tensor  # (W_left, W_right)
    right_total: float  # Σ ‖y - mean‖²


def _sums(pairs: Pairs) -> _Sums:
    left_mean = mean_of(pairs.left, pairs.left_ids, pairs.memory_bytes)
    right_mean = mean_of(pairs.right, pairs.right_ids, pairs.memory_bytes)
    right_total, block = 0.0, max(1, min(4096, pairs.memory_bytes // (8 * pairs.right.shape[1])))
    mean = right_mean.to(pairs.right.device, torch.float32)
    for at in range(0, len(pairs), block):
        rows = pairs.right[pairs.right_ids[at : at + block].to(pairs.right.device)]
        right_total += float((rows - mean).square().sum())
    return _Sums(
        left_mean,
        right_mean,
        centred_gram(pairs.left, pairs.left_ids, left_mean, pairs.memory_bytes),
        centred_product(pairs, left_mean, right_mean),
        right_total,
    )


def procrustes(pairs: Pairs, scaled: bool = True, centred: bool = True) -> AffineMap:
    """The rotation (or reflection), with a common factor, that takes left rows closest to their right ones.

    Between spaces of different width it is the matrix with orthonormal rows or columns. Into a wider space the rotation
    that the singular vectors of the product give is the best one. Into a narrower space that is so only for left rows
    that spread alike in all directions, so there the two best guesses are improved by filling in, again and again, the
    dimensions that the right space lacks. That never makes the fit worse, but may end short of the best.

    Source: Schönemann 1966; into fewer dimensions Ten Berge and Knol 1984.
    """
    sums = _sums(pairs) if centred else _uncentred(pairs)
    product, gram = sums.product, sums.gram
    narrower = product.shape[1] < product.shape[0]
    rotation = polar(product)
    if narrower:
        values, axes = torch.linalg.eigh(gram)
        inverse = torch.where(values > _TINY * values[-1], 1 / values, 0.0)
        guesses = rotation, polar((axes * inverse) @ (axes.T @ product))
        better = [_filled_in(guess, gram, product, scaled) for guess in guesses]
        rotation = min(better, key=lambda r: _misfit(r, gram, product, _factor(r, gram, product, scaled)))
    factor = _factor(rotation, gram, product, scaled)
    left = sums.right_total + _misfit(rotation, gram, product, factor)
    facts = {"scale": factor, "explained": 1 - left / sums.right_total if sums.right_total else float("nan")}
    return AffineMap(factor * rotation, sums.left_mean, sums.right_mean, facts)


def _uncentred(pairs: Pairs) -> _Sums:
    at = home(pairs.left.device)
    left, right = (torch.zeros(rows.shape[1], dtype=EXACT, device=at) for rows in (pairs.left, pairs.right))
    rows = pairs.right[pairs.right_ids.to(pairs.right.device)]
    gram = centred_gram(pairs.left, pairs.left_ids, left, pairs.memory_bytes)
    return _Sums(left, right, gram, centred_product(pairs, left, right), float(rows.square().sum()))


def polar(matrix: Tensor) -> Tensor:
    """The nearest matrix with orthonormal rows or columns, whichever are fewer."""
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    nearest: Tensor = left @ right
    return nearest


def _factor(rotation: Tensor, gram: Tensor, product: Tensor, scaled: bool) -> float:
    """The best common factor for a rotation."""
    turned = float((rotation * (gram @ rotation)).sum())
    return float((rotation * product).sum()) / turned if scaled and turned > 0 else 1.0


def _misfit(rotation: Tensor, gram: Tensor, product: Tensor, factor: float) -> float:
    """Σ ‖s x R - y‖² less what depends on neither s nor R."""
    return float(factor**2 * (rotation * (gram @ rotation)).sum() - 2 * factor * (rotation * product).sum())


def _filled_in(rotation: Tensor, gram: Tensor, product: Tensor, scaled: bool) -> Tensor:
    """A better rotation into fewer dimensions, reached from a good one."""
    factor = _factor(rotation, gram, product, scaled)
    before = _misfit(rotation, gram, product, factor)
    for _ in range(_MAX_FILLINGS):
        rest = torch.linalg.qr(rotation, mode="complete").Q[:, rotation.shape[1] :]
        better = polar(torch.cat([product / factor, gram @ rest], 1))[:, : rotation.shape[1]]
        factor = _factor(better, gram, product, scaled)
        now = _misfit(better, gram, product, factor)
        if before - now <= 1e-9 * abs(before) or factor <= 0:
            break
        rotation, before = better, now
    return rotation


def ridge(pairs: Pairs, strength: float | None = None, seed: int = 0) -> AffineMap:
    """The affine map with the least squared error plus a penalty on the squares of its matrix.

    Args:
        strength: penalty relative to the mean eigenvalue of the left rows' covariance; None chooses, of 10⁻⁶ to 10² in
            half decades, the one under which pairs left out of the fit one by one are met best. Leaving out is exact:
            the residual of a pair that is left out is its residual over one minus its leverage (Allen 1974). Of more
            than 4,096 pairs so many are drawn by `seed` and left out; all are fitted on.
        seed: of that draw.
    """
    sums = _sums(pairs)
    values, axes = torch.linalg.eigh(sums.gram)
    values = values.clamp(min=0)
    turned = axes.T @ sums.product  # (W_left, W_right)
    typical = float(values.mean())
    strengths = [strength] if strength is not None else [10 ** (n / 2) for n in range(-12, 5)]
    errors = _left_out(pairs, sums, values, axes, [s * typical for s in strengths], turned, seed)
    n = min(range(len(errors)), key=lambda i: errors[i])
    inverse = _inverse(values, strengths[n] * typical)
    facts = {"ridge": strengths[n], "explained when left out": 1 - errors[n]}
    tried = {} if strength is not None else dict(zip(strengths, errors, strict=True))
    n_left_out = min(len(pairs), _MAX_LEFT_OUT)
    return AffineMap((axes * inverse) @ turned, sums.left_mean, sums.right_mean, facts, tried, n_left_out)


def _inverse(values: Tensor, penalty: float) -> Tensor:
    """1 / (eigenvalue + penalty), zero for directions that are absent."""
    absent = values <= _TINY * values[-1] if penalty == 0 else torch.zeros_like(values, dtype=torch.bool)
    return torch.where(absent, 0.0, 1 / torch.where(absent, 1.0, values + penalty))


def _left_out(
    pairs: Pairs, sums: _Sums, values: Tensor, axes: Tensor, penalties: list[float], turned: Tensor, seed: int
) -> list[float]:
    """Squared error of pairs left out one by one, as a share of their spread, for each penalty."""
    chosen = torch.arange(len(pairs))
    if len(pairs) > _MAX_LEFT_OUT:
        draw = torch.Generator().manual_seed(seed)
        chosen = torch.randperm(len(pairs), generator=draw)[:_MAX_LEFT_OUT]
    errors, spread = [0.0] * len(penalties), 0.0
    block = max(1, min(1024, pairs.memory_bytes // (8 * 3 * sum(turned.shape))))
    for at in range(0, len(chosen), block):
        ids = chosen[at : at + block]
        left = pairs.left[pairs.left_ids[ids].to(pairs.left.device)].to(axes.device).double() - sums.left_mean
        right = pairs.right[pairs.right_ids[ids].to(pairs.right.device)].to(axes.device).double() - sums.right_mean
        along = left @ axes  # (b, W_left)
        spread += float(right.square().sum())
        for n, penalty in enumerate(penalties):
            inverse = _inverse(values, penalty)
            leverage = (along.square() * inverse).sum(1) + 1 / len(pairs)
            missed = (right - along @ (inverse[:, None] * turned)).square().sum(1)
            errors[n] += float((missed / (1 - leverage).clamp(min=1e-6).square()).sum())
    return [error / spread if spread else float("nan") for error in errors]
