"""Maps by landmarks, and rows turned by positions, where what is planted is known."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from core.common.errors import UserError
from core.models.matrices import Matrices
from core.transplants.base import METHODS, transplant
from core.transplants.linear.affine import Pairs, procrustes
from core.transplants.linear.landmarks import sparse_axes, turned_axes
from core.transplants.linear.rotary import RotaryShape
from core.transplants.problem import Problem
from core.transplants.resources import Resources
from tests.lexicons import lexicon

SHARED = [b"shared" + bytes([b]) for b in range(120)]
FRESH = [b"fresh" + bytes([b]) for b in range(30)]
SHAPE = RotaryShape(2, 10_000.0)


def rotation(width: int, seed: int) -> Tensor:
    draw = torch.Generator().manual_seed(seed)
    return torch.linalg.qr(torch.randn(width, width, generator=draw)).Q


def cloud(n: int, width: int, seed: int = 0) -> Tensor:
    """Rows that spread differently along each axis, around a mean of their own."""
    draw = torch.Generator().manual_seed(seed)
    return torch.randn(n, width, generator=draw) * torch.linspace(3, 1, width) + 2


def pairs(left: Tensor, right: Tensor) -> Pairs:
    ids = torch.arange(len(left))
    return Pairs(left, ids, right, ids, 2**20)


def image(pair: Pairs, made: object) -> Tensor:
    return made.apply(pair.left, pair.left_ids, 2**20)  # type: ignore[attr-defined]


def test_landmark_axes_find_a_turn_and_a_move() -> None:
    left = cloud(300, 8)
    right = (left - 2) @ rotation(8, 1) + 5
    torch.testing.assert_close(image(pairs(left, right), turned_axes(pairs(left, right))), right, rtol=1e-4, atol=1e-4)


def test_between_spaces_of_one_width_landmark_axes_are_procrustes_without_its_scale() -> None:
    left = cloud(300, 8)
    right = 1.7 * left @ rotation(8, 1) + torch.randn(300, 8, generator=torch.Generator().manual_seed(2))
    pair = pairs(left, right)
    torch.testing.assert_close(image(pair, turned_axes(pair)), image(pair, procrustes(pair, scaled=False)))


def test_backwards_it_is_right_only_where_axes_correspond() -> None:
    """As measured of mergekit: with axes rescaled the transposed rotation points elsewhere."""
    left = cloud(400, 8)
    right = (left * torch.linspace(0.2, 3, 8)) @ rotation(8, 1)
    pair, spread = pairs(left, right), right - right.mean(0)

    def alike(backwards: bool) -> float:
        made = image(pair, turned_axes(pair, backwards=backwards)) - right.mean(0)
        return float((made * spread).sum() / made.norm() / spread.norm())

    assert alike(False) > 0.7
    assert alike(True) < alike(False) - 0.3


@pytest.mark.parametrize(("wide", "narrow"), [(12, 8), (8, 12)])
def test_between_widths_what_both_spaces_hold_is_carried_over(wide: int, narrow: int) -> None:
    """Six dimensions of meaning seen in both: a map of rank six is exact by a sparse basis, and near by axes."""
    meaning = cloud(300, 6)
    left, right = meaning @ rotation(wide, 1)[:6], meaning @ rotation(narrow, 2)[:6]
    pair = pairs(left, right)
    torch.testing.assert_close(image(pair, sparse_axes(pair, 8)), right, rtol=1e-3, atol=1e-2)
    torch.testing.assert_close(image(pair, turned_axes(pair)), right, rtol=1e-3, atol=1e-2)


def test_a_sparse_basis_carries_any_affine_map_over_and_uses_few_rows() -> None:
    left = cloud(300, 6)
    right = left @ torch.randn(6, 6, generator=torch.Generator().manual_seed(3)) - 4
    made = sparse_axes(pairs(left, right), 3)
    torch.testing.assert_close(image(pairs(left, right), made), right, rtol=1e-3, atol=1e-2)
    assert made.facts["rows in axes"] <= 18


def test_a_position_is_found_again_and_turns_keep_lengths() -> None:
    rows, positions = cloud(50, 16), torch.linspace(-1.5, 1.5, 50)
    turned = SHAPE.turned(rows, positions)
    torch.testing.assert_close(SHAPE.position(rows, turned), positions, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(turned.norm(dim=1), rows.norm(dim=1))
    torch.testing.assert_close(SHAPE.turned(turned, -positions), rows, rtol=1e-4, atol=1e-4)


def turned_problem(shapes: tuple[RotaryShape, RotaryShape] = (SHAPE, SHAPE)) -> tuple[Problem, Tensor]:
    """New tokens that are anchors of both spaces turned by one position and made longer; their true rows."""
    old, new = lexicon(SHARED), lexicon([*SHARED, *FRESH])
    n_new, n_old = len(new.vocabulary), len(old.vocabulary)
    base, donor = cloud(n_new, 16, 1) - 2, cloud(n_new, 20, 2) - 2
    positions = torch.linspace(-1, 1, len(FRESH))
    anchors = torch.arange(n_old - len(FRESH), n_old)
    donor[n_old:] = 1.5 * RotaryShape(2, 10_000.0).turned(donor[anchors], positions)
    truth = 1.5 * SHAPE.turned(base[anchors], positions)
    resources = Resources(rotary=shapes)
    return Problem(old, new, Matrices(base[:n_old].clone()), Matrices(donor), resources), truth


def test_an_anchor_chosen_and_turned_is_exact_where_one_that_is_not_turned_misses() -> None:
    """Small turns leave the anchor the most similar one, so that its row comes out to the last digits."""
    at_hand, truth = turned_problem()
    found, plain = (transplant(at_hand, METHODS.get(key), {"k": 1}) for key in ("omp_rotary", "omp_robust"))
    missed, missed_plainly = (
        (one.matrices.input[-len(FRESH) :] - truth).norm(dim=1) / truth.norm(dim=1) for one in (found, plain)
    )
    exact = missed < 1e-3
    assert int(exact.sum()) >= len(FRESH) // 3
    assert (found.rows["input"].residual[exact] < 1e-3).all()
    assert missed_plainly[exact].mean() > 0.1


def test_heads_that_do_not_divide_rows_and_models_without_turns_are_refused() -> None:
    at_hand, _ = turned_problem((RotaryShape(3, 10_000.0), SHAPE))
    with pytest.raises(UserError, match="16 wide do not divide into pairs in 3 attention heads"):
        transplant(at_hand, METHODS.get("omp_rotary"), {"k": 1})
    without = replace(at_hand, resources=Resources())
    with pytest.raises(UserError, match="rotary positions, with a number of attention heads"):
        transplant(without, METHODS.get("omp_rotary"), {"k": 1})
