"""Every method chooses what it leaves open on hidden shared tokens, by one rule, and says so."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
import torch

from core.common.errors import UserError
from core.common.params import Param, Params, Value, in_words
from core.models.load import open_model
from core.tokenizers.matching import vocabulary_of
from core.transplants.base import METHODS, transplant
from core.transplants.held_out_choice import tuned
from core.transplants.linear.rotary import RotaryShape
from core.transplants.linear.word_vectors import WordVectors
from core.transplants.problem import Problem, ProblemSide
from core.transplants.resources import Resources
from core.transplants.rows import RowOrigin, Rows, made
from tests.lab import byte_bpe, llama

OPEN = [(key, param.key) for key, one in METHODS.all().items() for param in one.params if param.tried]
NOISE = Param(key="noise", label="Noise", default=0, help="How much.", low=1, high=9, tried=(3, 1, 2), usual=7)


@pytest.fixture(scope="module")
def shipped_problem() -> Problem:
    base, donor = (open_model(f"shipped:{name}", device="cpu") for name in ("tiny-english", "tiny-world"))
    return Problem(
        base.tokenizer, donor.tokenizer, base.matrices(), donor.matrices(), _words(), old_roles=base.special_ids
    )


def _words() -> Resources:
    """Enough for methods that learn from words: each English word is its own translation."""
    text = [
        f"the {a} of the {b} was in the {c} and the {a} was not"
        for a in ("house", "water", "city", "world", "people")
        for b in ("king", "river", "school", "year", "man")
        for c in ("country", "war", "night", "book", "time")
    ]
    words = sorted({word for line in text for word in line.split()})
    vectors = WordVectors(words, torch.randn(len(words), 12, generator=torch.Generator().manual_seed(0)))
    return Resources(
        target_text=text,
        old_vectors=vectors,
        new_vectors=vectors,
        dictionary=[(word, word) for word in words],
        parallel=[(line, line) for line in text],
        rotary=(RotaryShape(6, 10_000.0), RotaryShape(6, 10_000.0)),
    )


@pytest.fixture(scope="module")
def few_wanted(shipped_problem: Problem) -> ProblemSide:
    """The input side, with 20 rows to make."""
    wanted = shipped_problem.sides["input"].anchors.new[-20:].tolist()
    return shipped_problem.without(wanted, alone=True).sides["input"]


def test_the_value_that_makes_up_hidden_rows_best_is_chosen(shipped_problem: Problem) -> None:
    """A method that adds noise is given the value with the least of it, and sees hidden tokens only."""
    side = shipped_problem.sides["input"]
    lengths, asked = vocabulary_of(shipped_problem.new).lengths, list[tuple[int, ...]]()

    def make(given: ProblemSide, params: Params) -> Rows:
        wanted = given.wanted
        asked.append(tuple(wanted.tolist()))
        assert not set(wanted.tolist()) & set(given.anchors.new.tolist())
        old = torch.from_numpy(shipped_problem.match.old_by_new)[wanted].clamp(min=0)
        return made(given, side.base_rows[old] + params.whole("noise") * torch.ones(1), RowOrigin.SOLVED)

    found = tuned(side, Params({"noise": 0}), (NOISE,), make)
    hidden = set(asked[:3])
    assert len(hidden) == 1 and asked[3] == tuple(side.wanted.tolist()), "three tries, then the rows that are wanted"
    tried = next(iter(hidden))
    assert len(tried) > 100 and (lengths[list(tried)] > 1).all()
    errors = [found.facts[f"held-out error, noise = {n}"] for n in (1, 2, 3)]
    assert found.facts["noise"] == 1 and errors == sorted(errors)


def test_of_values_that_do_equally_well_the_usual_one_is_taken(few_wanted: ProblemSide) -> None:
    def make(given: ProblemSide, params: Params) -> Rows:
        return made(given, given.mean_row.expand(len(given.wanted), -1), RowOrigin.COMPOSED)

    found = tuned(few_wanted, Params({"noise": 0}), (replace(NOISE, usual=2),), make)
    assert found.facts["noise"] == 2
    assert any("noise changes none of" in remark for remark in found.remarks)


def test_every_parameter_is_chosen_or_says_why_not() -> None:
    for key, one in METHODS.all().items():
        for param in one.params:
            assert bool(param.tried) != bool(param.untried), (key, param.key)
            if param.tried:
                assert param.usual in param.tried and param.default not in param.tried, (key, param.key)
                assert len(param.tried) == len(set(param.tried)) > 1
                assert param.read(param.default) == param.default
            assert (param.untried or "has it chosen") in param.about


@pytest.fixture(scope="module")
def chosen_rows(few_wanted: ProblemSide) -> Mapping[str, Rows]:
    keys = dict.fromkeys(key for key, _ in OPEN)
    return {key: METHODS.get(key).rows(few_wanted, METHODS.get(key).read({})) for key in keys}


@pytest.mark.parametrize(("key", "param"), OPEN)
def test_what_is_chosen_is_the_least_of_its_curve_and_is_said(
    chosen_rows: Mapping[str, Rows], key: str, param: str
) -> None:
    found, tried = chosen_rows[key], next(p.tried for p in METHODS.get(key).params if p.key == param)
    curve = {v: found.facts[f"held-out error, {param} = {in_words(v)}"] for v in tried}
    said = [remark for remark in found.remarks if remark.startswith((f"{param} = ", f"{param} changes none"))]
    assert len(said) == 1
    best = min(curve.values())
    assert any(re.search(rf"\b{param} = {re.escape(in_words(v))} was", said[0]) for v in tried if curve[v] == best)


@pytest.mark.parametrize("key", dict.fromkeys(key for key, _ in OPEN))
def test_the_same_values_set_by_hand_give_the_same_rows_and_are_marked(
    few_wanted: ProblemSide, chosen_rows: Mapping[str, Rows], key: str
) -> None:
    method, found = METHODS.get(key), chosen_rows[key]
    by_hand: dict[str, Value] = {}
    for param in method.params:
        if param.tried:
            remark = next(r for r in found.remarks if f"{param.key} = " in r and r.startswith(param.key))
            said = re.search(rf"\b{param.key} = (.+?) was", remark)
            assert said is not None
            by_hand[param.key] = next(v for v in param.tried if in_words(v) == said[1])
    given = method.rows(few_wanted, method.read(by_hand))
    torch.testing.assert_close(found.values, given.values)
    assert not any("chosen" in remark or "changes none" in remark for remark in given.remarks)
    for name, value in by_hand.items():
        said_by_hand = f"{name} = {in_words(value)} was set by hand, and not tried on hidden shared tokens."
        assert said_by_hand in given.remarks and said_by_hand not in found.remarks


def test_the_ridge_shows_its_curve_and_a_penalty_set_by_hand_counts(few_wanted: ProblemSide) -> None:
    """A penalty that was given used to be ignored unless choosing was switched off as well."""
    method = METHODS.get("ridge")
    chosen, small, large = (method.rows(few_wanted, method.read(g)) for g in ({}, {"ridge": 1e-6}, {"ridge": 100.0}))
    assert sum(name.startswith("held-out error, ridge") for name in chosen.facts) > 10
    assert any("was chosen for the input rows" in remark for remark in chosen.remarks)
    assert not torch.allclose(small.values, large.values)
    assert any("set by hand" in remark for remark in large.remarks)


def test_a_number_outside_its_range_is_refused_and_the_way_to_have_it_chosen_said() -> None:
    with pytest.raises(UserError, match="give a number from 0 to 1, or -1 to have it chosen"):
        METHODS.get("weighted_pieces").read({"input_decay": -0.5})


def test_no_number_between_the_default_that_means_chosen_and_the_range_is_taken() -> None:
    with pytest.raises(UserError, match=r"ridge cannot be -0\.5: give a number from 0 to 1e\+06, or -1 to have it"):
        METHODS.get("ridge").read({"ridge": -0.5})
    for key, one in METHODS.all().items():
        for param in one.params:
            if type(param.default) is float and param.low is not None and param.default < param.low:
                between = (param.default + param.low) / 2
                with pytest.raises(UserError, match=f"{param.key} cannot be {between}"):
                    METHODS.get(key).read({param.key: between})


def test_with_too_few_shared_tokens_the_usual_value_is_taken_and_said() -> None:
    base = llama(byte_bpe(300))
    donor = llama(byte_bpe(360, "both"), 1)
    problem = Problem(base.tokenizer, donor.tokenizer, base.matrices(), donor.matrices())
    found = transplant(problem, METHODS.get("nearest"))
    assert any("Too few tokens are shared to choose k" in remark for remark in found.remarks)
