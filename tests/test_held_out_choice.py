"""Methods with a number of anchors choose it on hidden shared tokens, by one rule."""

import pytest
import torch

from core.models.load import open_model
from core.tokenizers.matching import vocabulary_of
from core.transplants.base import METHODS, transplant
from core.transplants.held_out_choice import chosen
from core.transplants.problem import Problem, ProblemSide
from core.transplants.rows import RowOrigin, Rows, made
from tests.lab import byte_bpe, llama


@pytest.fixture(scope="module")
def shipped_problem() -> Problem:
    base, donor = (open_model(f"shipped:{name}", device="cpu") for name in ("tiny-english", "tiny-world"))
    return Problem(base.tokenizer, donor.tokenizer, base.matrices(), donor.matrices(), old_roles=base.special_ids)


def test_the_number_that_makes_up_hidden_rows_best_is_chosen(shipped_problem: Problem) -> None:
    """A method that adds noise is given the number with the least of it, and sees hidden tokens only."""
    side = shipped_problem.sides["input"]
    lengths, asked = vocabulary_of(shipped_problem.new).lengths, set[tuple[int, ...]]()

    def make(hidden: ProblemSide, noise: int) -> Rows:
        wanted = hidden.wanted
        asked.add(tuple(wanted.tolist()))
        assert not set(wanted.tolist()) & set(hidden.anchors.new.tolist())
        assert (lengths[wanted.numpy()] > 1).all()
        true = side.base_rows[side.old_ids[wanted]]
        return made(hidden, true + noise * torch.ones(1), RowOrigin.SOLVED)

    found = chosen(side, (3, 1, 2), 7, make)
    assert found.value == 1 and list(found.errors) == [3, 1, 2] and len(asked) == 1
    assert found.errors[1] < found.errors[2] < found.errors[3]
    assert found.n_hidden == len(next(iter(asked))) > 100


@pytest.mark.parametrize("key", ["omp_robust", "nearest", "omp_published"])
def test_what_is_chosen_is_said_with_its_curve(shipped_problem: Problem, key: str) -> None:
    side = shipped_problem.without(shipped_problem.sides["input"].anchors.new[-20:].tolist(), alone=True).sides["input"]
    method = METHODS.get(key)
    found = method.rows(side, method.read({}))
    k = int(found.facts["k"])
    curve = {name: error for name, error in found.facts.items() if name.startswith("held-out error")}
    assert len(curve) > 5 and min(curve, key=lambda name: curve[name]) == f"held-out error, k = {k}"
    assert any(f"k = {k} was chosen for the input rows" in remark for remark in found.remarks)
    given = method.rows(side, method.read({"k": k}))
    torch.testing.assert_close(found.values, given.values)
    assert not any("chosen" in remark for remark in given.remarks) and "k" not in given.facts


def test_with_too_few_shared_tokens_the_usual_number_is_taken_and_said() -> None:
    base = llama(byte_bpe(300))
    donor = llama(byte_bpe(360, "both"), 1)
    problem = Problem(base.tokenizer, donor.tokenizer, base.matrices(), donor.matrices())
    found = transplant(problem, METHODS.get("nearest"))
    assert any("Too few tokens are shared to choose k" in remark for remark in found.remarks)
