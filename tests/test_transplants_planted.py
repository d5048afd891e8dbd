"""Methods that use a donor, on matrices where the truth is known."""

from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from core.common.params import Value
from core.models.matrices import Matrices
from core.transplants.base import METHODS, transplant
from core.transplants.linear.rotary import RotaryShape
from core.transplants.linear.word_vectors import WordVectors
from core.transplants.needs import LEARNING_TEXT, PARALLEL_TEXT
from core.transplants.problem import Problem
from core.transplants.resources import Resources
from core.transplants.rows import RowOrigin
from tests.hypernetworks import hypernetwork
from tests.lexicons import lexicon

D, D_DONOR = 24, 32
SHARED = [b"shared" + bytes([b]) for b in range(200)]
FRESH = [b"fresh" + bytes([b]) for b in range(60)]
FROM_DONOR = (
    "procrustes",
    "ridge",
    "nearest",
    "omp_published",
    "omp_robust",
    "omp_rotary",
    "landmark_axes",
    "token_basis",
)
TURNED = (RotaryShape(4, 10_000.0), RotaryShape(4, 10_000.0))
CONTROLS = ("shuffled_donor", "random_coefficients")


@dataclass
class Planted:
    """A problem and the rows that the new tokens would have had."""

    problem: Problem
    truth: Tensor

    def error(self, key: str, given: dict[str, Value] | None = None, seed: int = 0) -> float:
        made = transplant(self.problem, METHODS.get(key), given, seed).matrices.input[-len(FRESH) :]
        return float((made - self.truth).norm() / (self.truth - self.truth.mean(0)).norm())


def planted(seed: int, noise: float = 0.05) -> Planted:
    """Meanings of 12 dimensions that the model and the donor each see through a map, a mean and noise of their own."""
    draw = torch.Generator().manual_seed(seed)
    old, new = lexicon(SHARED), lexicon([*SHARED, *FRESH])
    n_new, n_old = len(new.vocabulary), len(old.vocabulary)
    meaning = torch.randn(n_new, 12, generator=draw)
    view = torch.linalg.qr(torch.randn(D, 12, generator=draw)).Q
    donor_view = torch.linalg.qr(torch.randn(D_DONOR, 12, generator=draw)).Q
    base = meaning @ view.T + 1 + noise * torch.randn(n_new, D, generator=draw)
    donor = meaning @ donor_view.T - 2 + noise * torch.randn(n_new, D_DONOR, generator=draw)
    return Planted(
        Problem(old, new, Matrices(base[:n_old].clone()), Matrices(donor), Resources(rotary=TURNED)), base[n_old:]
    )


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_methods_find_what_controls_do_not(seed: int) -> None:
    case = planted(seed)
    best_control = min(case.error(key, seed=seed) for key in CONTROLS)
    for key in FROM_DONOR:
        assert case.error(key, {"k": 10} if "omp" in key else {}) < 0.8 * best_control, key
    for key in ("procrustes", "ridge", "omp_robust", "token_basis"):
        assert case.error(key) < 0.3, key


def test_the_published_pursuit_explodes_and_says_so_while_the_robust_one_stops() -> None:
    case = planted(0)
    wild = transplant(case.problem, METHODS.get("omp_published"), {"k": 40})
    assert wild.rows["input"].extras["coefficient l1"].max() > 1e3
    assert any("weights beyond reason" in remark for remark in wild.remarks)
    assert torch.isfinite(wild.matrices.input).all()
    tame = transplant(case.problem, METHODS.get("omp_robust"), {"k": 40})
    assert tame.rows["input"].extras["coefficient l1"].max() < 100
    assert tame.rows["input"].extras["atoms"].max() < D_DONOR
    assert any("at most" in remark for remark in tame.remarks)
    assert not any(
        "beyond reason" in r for r in transplant(case.problem, METHODS.get("omp_published"), {"k": 4}).remarks
    )


@pytest.mark.parametrize("key", ["procrustes", "ridge", "nearest", "omp_robust", "landmark_axes", "token_basis"])
def test_moving_a_space_moves_the_rows_along(key: str) -> None:
    case = planted(1)
    base, donor = case.problem.base.input, case.problem.donor.input
    here = transplant(case.problem, METHODS.get(key)).matrices.input
    moved_donor = replace(case.problem, donor=Matrices(donor + 3))
    assert torch.allclose(transplant(moved_donor, METHODS.get(key)).matrices.input, here, atol=2e-3)
    moved_base = replace(case.problem, base=Matrices(base + 3))
    assert torch.allclose(transplant(moved_base, METHODS.get(key)).matrices.input, here + 3, atol=2e-3)


@pytest.mark.parametrize("key", ["nearest", "omp_robust"])  # the published pursuit takes a longer anchor first
def test_a_donor_row_equal_to_an_anchors_gets_that_anchors_row(key: str) -> None:
    case = planted(2)
    donor = case.problem.donor.input
    donor[-1] = donor[300]
    given: dict[str, Value] = {"k": 1} | ({"weights": "inverse distance"} if key == "nearest" else {})
    found = transplant(case.problem, METHODS.get(key), given)
    assert torch.allclose(found.matrices.input[-1], case.problem.base.input[300], atol=1e-4)
    assert found.rows["input"].residual[-1] < 1e-3
    one = found.rows["input"].coefficients
    assert one.ids[one.offsets[-2] :].tolist() == [300]
    assert one.weights[one.offsets[-2] :].tolist() == pytest.approx([1], abs=1e-4)


def test_the_residual_falls_with_k() -> None:
    case = planted(0)
    before = torch.ones(len(FRESH))
    for k in (1, 2, 4, 8, 16):
        rows = transplant(case.problem, METHODS.get("omp_robust"), {"k": k}).rows["input"]
        assert (rows.residual <= before + 1e-6).all()
        before = rows.residual


def test_untrained_and_repeated_anchors_are_left_out() -> None:
    case = planted(0, noise=0.01)
    base, donor = case.problem.base.input, case.problem.donor.input
    mean = donor.mean(0)
    donor[260:270] = mean + 1e-4 * (donor[260:270] - mean)  # never moved from where training began
    donor[280:285] = donor[279]
    found = transplant(case.problem, METHODS.get("omp_robust"), {"least_norm": 0.1})
    assert any(
        r.startswith("10 anchors are left out on the input side: the row looks untrained") for r in found.remarks
    )
    assert any(r.startswith("5 anchors are left out on the input side: the donor row repeats") for r in found.remarks)
    assert set(range(260, 270)).isdisjoint(found.rows["input"].coefficients.ids.tolist())
    assert float((found.matrices.input[-60:] - case.truth).norm() / case.truth.norm()) < 0.1
    assert base.shape[1] == D


@pytest.mark.parametrize("weights", ["inverse distance", "softmax", "barycentric", "least squares"])
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_neighbours_under_every_weighting(weights: str, metric: str) -> None:
    case = planted(0)
    rows = transplant(case.problem, METHODS.get("nearest"), {"weights": weights, "metric": metric}).rows["input"]
    if weights != "least squares":
        assert torch.allclose(rows.extras["coefficient sum"], torch.ones(len(FRESH)), atol=1e-4)
    if weights in ("barycentric", "least squares"):
        plain = transplant(case.problem, METHODS.get("nearest"), {"weights": "softmax", "metric": metric}).rows["input"]
        assert rows.residual.mean() < plain.residual.mean()
    assert case.error("nearest", {"weights": weights, "metric": metric}) < 0.9


@pytest.mark.parametrize("key", FROM_DONOR)
def test_a_token_without_a_donor_row_is_the_mean_row(key: str) -> None:
    case = planted(0)
    case.problem.donor.input[-1] = float("nan")
    found = transplant(case.problem, METHODS.get(key))
    assert found.provenance["input"][-1] == RowOrigin.FALLBACK
    assert torch.allclose(found.matrices.input[-1], case.problem.sides["input"].mean_row)
    assert found.rows["input"].n_by_reason == {"the donor has no usable row for it": 1}


@pytest.mark.parametrize("key", [*FROM_DONOR, *CONTROLS, "normal", "subword_mean"])
def test_the_ceiling_changes_memory_and_not_rows(key: str) -> None:
    case = planted(0)
    tight = replace(case.problem, memory_bytes=1)
    given: dict[str, Value] = {"k": 8} if "omp" in key or key == "nearest" else {}
    wide = transplant(case.problem, METHODS.get(key), given).matrices.input
    assert torch.allclose(transplant(tight, METHODS.get(key), given).matrices.input, wide, atol=1e-4)


class Largest(TorchDispatchMode):
    """The most bytes of any one tensor that an operation made."""

    def __init__(self) -> None:
        super().__init__()
        self.n_bytes = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        for one in out if isinstance(out, tuple | list) else [out]:
            if isinstance(one, Tensor) and one.untyped_storage().nbytes() > self.n_bytes:
                self.n_bytes = one.untyped_storage().nbytes()
        return out


OF_TEXT = {LEARNING_TEXT, PARALLEL_TEXT}  # what reads texts makes no table of tokens by tokens


@pytest.mark.parametrize("key", [k for k, one in METHODS.all().items() if OF_TEXT.isdisjoint(one.needs)])
def test_no_method_makes_a_table_of_new_tokens_by_anchors(key: str) -> None:
    """Such a table would take 24 MB here, three times what one float32 copy of everything comes to and the ceiling."""
    shared = [n.to_bytes(2, "big") + b"s" for n in range(3000)]
    fresh = [n.to_bytes(2, "big") + b"f" for n in range(2000)]
    old, new = lexicon(shared), lexicon([*shared, *fresh])
    n_new, n_old = len(new.vocabulary), len(old.vocabulary)
    draw = torch.Generator().manual_seed(0)
    words = WordVectors([f"w{n}" for n in range(50)], torch.randn(50, 8, generator=draw))
    resources = Resources(
        token_vectors=torch.randn(n_new, 8, generator=draw),
        old_vectors=words,
        new_vectors=words,
        dictionary=[(w, w) for w in words.words],
        hypernetwork=hypernetwork(16, n_old, both=False),
        rotary=(RotaryShape(2, 10_000.0), RotaryShape(2, 10_000.0)),
        encoder=lambda texts: torch.randn(len(texts), 8, generator=torch.Generator().manual_seed(1)),
    )
    base = Matrices(torch.randn(n_old, 16, generator=draw))
    donor = Matrices(torch.randn(n_new, 16, generator=draw))
    problem = Problem(old, new, base, donor, resources, memory_bytes=2**20)
    with Largest() as largest:
        transplant(problem, METHODS.get(key), {"k": 8} if "omp" in key else {})
    assert largest.n_bytes <= 2 * 2**20
