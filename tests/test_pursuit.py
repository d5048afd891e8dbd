"""Orthogonal matching pursuit: exact where it must be, and bounded where it cannot be."""

import pytest
import torch
from torch import Tensor

from core.transplants.linear.pursuit import Pursuit, published, pursue

MB = 2**20


def _draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def _sum(found: Pursuit, atoms: Tensor) -> Tensor:
    return torch.einsum("nk,nkd->nd", found.weights.double(), atoms.double()[found.ids.clamp(min=0)])


def used(found: Pursuit) -> Tensor:
    """Atoms chosen per target, int64 (n,)."""
    return (found.ids >= 0).sum(1)


def _reference(target: Tensor, atoms: Tensor, k: int) -> tuple[list[int], float]:
    """Ids and relative residual in float64, each step by least squares."""
    wanted, unit = target.double(), torch.nn.functional.normalize(atoms.double(), dim=1)
    residual, ids = wanted, list[int]()
    for _ in range(k):
        ids.append(int((unit @ residual).abs().argmax()))
        chosen = atoms.double()[ids].T
        residual = wanted - chosen @ torch.linalg.lstsq(chosen, wanted[:, None]).solution[:, 0]
    return ids, float(residual.norm() / wanted.norm())


@pytest.mark.parametrize("screen", [False, True])
def test_orthonormal_atoms_are_recovered_exactly(screen: bool) -> None:
    atoms = torch.linalg.qr(_draw(64, 64)).Q * torch.linspace(0.1, 9, 64)[:, None]
    truth = torch.zeros(20, 64)
    support = torch.stack([torch.randperm(64, generator=torch.Generator().manual_seed(s))[:5] for s in range(20)])
    truth.scatter_(1, support, _draw(20, 5, seed=1).sign() * (1 + _draw(20, 5, seed=2).abs()))
    found = pursue(truth @ atoms, atoms, 9, MB, screen=screen)
    assert used(found).tolist() == [5] * 20
    made = torch.zeros(20, 64).scatter_(1, found.ids[:, :5], found.weights[:, :5])
    assert torch.allclose(made, truth, atol=1e-4)
    assert found.residual.max() < 1e-4


@pytest.mark.parametrize("screen", [False, True])
def test_it_agrees_with_float64_least_squares(screen: bool) -> None:
    atoms, targets = _draw(700, 48) + 0.3, _draw(30, 48, seed=1)
    found = pursue(targets, atoms, 12, MB, screen=screen)
    for row in range(30):
        ids, residual = _reference(targets[row], atoms, 12)
        assert found.ids[row].tolist() == ids
        assert found.residual[row] == pytest.approx(residual, rel=1e-4)
    assert torch.allclose(
        (targets - _sum(found, atoms).float()).norm(dim=1) / targets.norm(dim=1), found.residual, atol=1e-5
    )
    if screen:
        assert 1 <= found.n_rescored < 20  # a few of 700


def test_screening_changes_nothing_among_near_equal_atoms() -> None:
    """Atoms that differ by less than bfloat16 can tell; supports may then differ, what is left over may not."""
    close = _draw(8, 32).repeat_interleave(40, 0) + 1e-4 * _draw(320, 32, seed=1) + 3
    targets = _draw(50, 32, seed=2) + 3
    exact, screened = (pursue(targets, close, 6, MB, screen=screen) for screen in (False, True))
    assert torch.allclose(exact.residual, screened.residual, rtol=1e-3)


def test_the_residual_never_grows_and_is_orthogonal_to_what_was_chosen() -> None:
    atoms, targets = _draw(300, 24) + 2, _draw(40, 24, seed=1)  # a strong common mean
    before = torch.ones(40)
    for k in range(1, 24):
        found = pursue(targets, atoms, k, MB)
        assert (found.residual <= before + 1e-6).all()
        before = found.residual
        left = targets.double() - _sum(found, atoms)
        chosen = torch.nn.functional.normalize(atoms[found.ids.clamp(min=0)], dim=2).double()
        products = torch.einsum("nkd,nd->nk", chosen, left) * (found.ids >= 0)
        assert products.abs().max() < 2e-4


@pytest.mark.parametrize("rank", [5, 24])
def test_beyond_the_rank_it_stops_with_bounded_weights(rank: int) -> None:
    atoms = _draw(200, rank) @ _draw(rank, 24, seed=1)
    targets = _draw(30, rank, seed=2) @ _draw(rank, 24, seed=1)
    found = pursue(targets, atoms, 60, MB, tolerance=0)
    assert used(found).max() <= rank
    assert found.residual.max() < 1e-3
    assert found.weights.abs().max() < 1e3
    outside = pursue(_draw(30, 24, seed=3), atoms, 60, MB)
    assert torch.isfinite(outside.weights).all()
    assert used(outside).max() <= rank


def test_the_published_algorithm_explodes_beyond_the_rank() -> None:
    """The known failure, which stays visible: a third more atoms than dimensions."""
    atoms, targets = _draw(400, 32), _draw(20, 32, seed=1)
    assert published(targets, atoms, 16, MB).weights.abs().max() < 100
    wild, tame = published(targets, atoms, 48, MB), pursue(targets, atoms, 48, MB)
    assert wild.weights.abs().max() > 1e3 * tame.weights.abs().max()
    assert wild.residual.max() > 1
    assert tame.residual.max() < 1e-3


def test_both_solvers_leave_as_much_over_on_atoms_of_one_length() -> None:
    atoms, targets = torch.nn.functional.normalize(_draw(500, 64), dim=1), _draw(50, 64, seed=1)
    ours, theirs = pursue(targets, atoms, 16, MB), published(targets, atoms, 16, MB)
    assert torch.allclose(ours.residual, theirs.residual, rtol=1e-4)


def test_a_target_among_the_atoms_is_that_atom() -> None:
    atoms = _draw(100, 16) + 1
    found = pursue(atoms[:7], atoms, 8, MB)
    assert used(found).tolist() == [1] * 7
    assert found.ids[:, 0].tolist() == list(range(7))
    assert torch.allclose(found.weights[:, 0], torch.ones(7))


def test_equal_atoms_are_survived() -> None:
    atoms = _draw(10, 16).repeat(6, 1)
    found = pursue(_draw(12, 16, seed=1), atoms, 30, MB)
    assert torch.isfinite(found.weights).all()
    assert used(found).max() <= 10
    for row in found.ids:
        different = {i % 10 for i in row.tolist() if i >= 0}
        assert len(different) == int((row >= 0).sum())


def test_a_zero_target_has_no_atoms() -> None:
    targets = _draw(3, 8)
    targets[1] = 0
    found = pursue(targets, _draw(20, 8, seed=1), 4, MB)
    assert used(found).tolist()[1] == 0
    assert torch.isnan(found.residual).tolist() == [False, True, False]


def test_blocks_of_any_size_give_the_same() -> None:
    atoms, targets = _draw(300, 32), _draw(70, 32, seed=1)
    large, small = pursue(targets, atoms, 8, 100 * MB), pursue(targets, atoms, 8, 1)
    assert torch.equal(large.ids, small.ids)
    assert torch.allclose(large.weights, small.weights, atol=1e-5)


def test_a_second_projection_keeps_the_basis_orthogonal_where_atoms_nearly_agree() -> None:
    """Directions down to a ten-thousandth; projecting once, 5 % are left over and atoms are chosen twice."""
    spread = torch.logspace(0, -4, 24)
    atoms, targets = _draw(300, 24) * spread, _draw(40, 24, seed=1)
    found = pursue(targets, atoms, 24, MB, tolerance=0, independence=1e-6)
    assert (targets.double() - _sum(found, atoms)).norm() < 1e-3 * targets.norm()
    assert all(len(set(row)) == 24 for row in found.ids.tolist())
