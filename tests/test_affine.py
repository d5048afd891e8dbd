"""Maps between spaces recover the map that was planted."""

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from core.transplants.linear.affine import AffineMap, Pairs, procrustes, ridge

MB = 2**20


def _draw(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def _pairs(left: Tensor, right: Tensor, memory_bytes: int = MB) -> Pairs:
    ids = torch.randperm(len(left), generator=torch.Generator().manual_seed(9))  # row ids mean nothing
    return Pairs(left[torch.argsort(ids)], ids, right, torch.arange(len(right)), memory_bytes)


def _images(fitted: AffineMap, left: Tensor) -> Tensor:
    return fitted.apply(left, torch.arange(len(left)), MB)


def _spread(kind: str, width: int, seed: int) -> Tensor:
    """A matrix that gives rows their shape: round, stretched a hundredfold, or flat in half of its directions."""
    turn = torch.linalg.qr(_draw(width, width, seed=seed)).Q
    scales = {
        "round": torch.ones(width),
        "stretched": torch.logspace(0, -2, width),
        "flat": torch.cat([torch.ones(width - width // 2), torch.zeros(width // 2)]),
    }[kind]
    return turn * scales


@pytest.mark.parametrize("widths", [(24, 24), (16, 24), (24, 16)])
@pytest.mark.parametrize("kind", ["round", "stretched", "flat"])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_planted_rotation_is_recovered(widths: tuple[int, int], kind: str, seed: int) -> None:
    wide = max(widths)
    turn = torch.linalg.qr(_draw(wide, wide, seed=seed + 50)).Q[: widths[0], : widths[1]]
    if widths[0] > widths[1]:  # orthonormal columns
        turn = torch.linalg.qr(_draw(*widths, seed=seed + 60)).Q
    left = _draw(500, widths[0], seed=seed) @ _spread(kind, widths[0], seed).T + 5
    right = 2 * (left - 5) @ turn - 3
    fitted = procrustes(_pairs(left, right))
    if kind == "flat" and widths[0] > widths[1]:  # the search for it may end short of the best rotation
        assert fitted.facts["explained"] > 0.85
        return
    assert torch.allclose(_images(fitted, left), right, atol=1e-4)
    if kind != "flat":
        assert torch.allclose(fitted.matrix.float(), 2 * turn, atol=1e-4)
    assert fitted.facts["scale"] == pytest.approx(2, rel=1e-4)
    assert fitted.facts["explained"] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("widths", [(24, 24), (16, 24), (24, 16)])
@pytest.mark.parametrize("kind", ["round", "stretched"])
def test_a_planted_rotation_is_recovered_under_noise(widths: tuple[int, int], kind: str) -> None:
    """To the accuracy that noise of a tenth of the signal leaves; the transposed rotation would be far off."""
    turn = torch.linalg.qr(_draw(max(widths), max(widths), seed=50)).Q[: widths[0], : widths[1]]
    if widths[0] > widths[1]:
        turn = torch.linalg.qr(_draw(*widths, seed=60)).Q
    left = _draw(4000, widths[0], seed=0) @ _spread(kind, widths[0], 0).T
    clean = left @ turn
    right = clean + 0.1 * clean.std() * _draw(*clean.shape, seed=1)
    fitted = procrustes(_pairs(left, right), scaled=False)
    images = _images(fitted, left)
    assert torch.cosine_similarity(images, clean).min() > 0.95
    assert float((images - clean).norm() / clean.norm()) < 0.05
    rotation = fitted.matrix.float()
    narrow = rotation @ rotation.T if widths[0] <= widths[1] else rotation.T @ rotation
    assert torch.allclose(narrow, torch.eye(min(widths)), atol=1e-5)


def test_filling_in_never_fits_worse_than_the_first_guess() -> None:
    left, right = _draw(300, 20, seed=0) @ _spread("stretched", 20, 1).T, _draw(300, 6, seed=2)
    right += left[:, :6] * 3
    better = procrustes(_pairs(left, right), scaled=False)
    product = (left - left.mean(0)).T @ (right - right.mean(0))
    u, _, v = torch.linalg.svd(product, full_matrices=False)
    plain = (left - left.mean(0)) @ (u @ v) + right.mean(0)
    assert (_images(better, left) - right).square().sum() < 0.99 * (plain - right).square().sum()


@pytest.mark.parametrize("widths", [(12, 12), (12, 20), (20, 12)])
@pytest.mark.parametrize("kind", ["round", "stretched"])
def test_a_planted_affine_map_is_recovered_as_the_ridge_goes_to_zero(widths: tuple[int, int], kind: str) -> None:
    left = _draw(400, widths[0], seed=0) @ _spread(kind, widths[0], 1).T + 2
    right = left @ _draw(*widths, seed=2) - 7
    errors = [
        float((_images(ridge(_pairs(left, right), strength), left) - right).norm() / right.norm())
        for strength in (1.0, 1e-2, 1e-4, 1e-8, 0.0)
    ]
    assert all(later <= earlier + 1e-6 for earlier, later in pairwise(errors))
    assert errors[-1] < 1e-5


def test_a_flat_space_without_a_ridge_is_survived() -> None:
    left = _draw(100, 20, seed=0) @ _spread("flat", 20, 1).T
    right = left @ _draw(20, 8, seed=2)
    fitted = ridge(_pairs(left, right), 0.0)
    assert torch.allclose(_images(fitted, left), right, atol=1e-3)
    assert fitted.matrix.abs().max() < 1e3


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_leaving_out_is_exact_and_chooses_well(seed: int) -> None:
    left = _draw(40, 30, seed=seed) + 1  # hardly more pairs than dimensions
    truth = _draw(30, 5, seed=seed + 10)
    right = left @ truth + 8 * _draw(40, 5, seed=seed + 20)
    missed = 0.0
    for out in range(40):
        kept = torch.tensor([i for i in range(40) if i != out])
        # the penalty is relative to the mean eigenvalue, which is that of all pairs
        whole = (left - left.mean(0)).double()
        penalty = 0.1 * float((whole.T @ whole).trace()) / 30
        a, b = left[kept].double(), right[kept].double()
        a_mean, b_mean = a.mean(0), b.mean(0)
        gram = (a - a_mean).T @ (a - a_mean) + penalty * torch.eye(30)
        fitted = torch.linalg.solve(gram, (a - a_mean).T @ (b - b_mean))
        missed += float(((left[out].double() - a_mean) @ fitted + b_mean - right[out]).square().sum())
    spread = float((right - right.mean(0)).square().sum())
    found = ridge(_pairs(left, right), 0.1).facts["explained when left out"]
    assert found == pytest.approx(1 - missed / spread, rel=1e-5)
    chosen = ridge(_pairs(left, right))
    fresh = _draw(500, 30, seed=seed + 30) + 1
    errors = [
        float((_images(f, fresh) - fresh @ truth).square().sum())
        for f in (chosen, ridge(_pairs(left, right), 1e-6), ridge(_pairs(left, right), 100.0))
    ]
    assert errors[0] == min(errors)


def test_block_sizes_do_not_matter() -> None:
    left, right = _draw(500, 10, seed=0), _draw(500, 10, seed=1)
    for fit in (procrustes, ridge):
        assert torch.allclose(fit(_pairs(left, right)).matrix, fit(_pairs(left, right, 1)).matrix, atol=1e-9)
