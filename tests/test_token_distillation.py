"""Rows learnt from text: an exact row is found where there is one, and nothing else of the model moves."""

import json
from dataclasses import replace

import pytest
import torch

from core.common.errors import UserError
from core.models.language_model import LanguageModel
from core.transplants.base import METHODS, Transplanted, transplant
from core.transplants.problem import Problem
from core.transplants.resources import Resources
from core.transplants.rows import RowOrigin
from tests.lab import ENGLISH, GERMAN, byte_bpe, llama, tokenizer_of

METHOD = METHODS.get("token_distillation")
OLD, NEW = byte_bpe(300), byte_bpe(360, "both")


def problem(model: LanguageModel, texts: list[str], whole: bool = True) -> Problem:
    resources = Resources(target_text=texts, model=model if whole else None)
    return Problem(model.tokenizer, NEW, model.matrices(), resources=resources, old_roles=model.special_ids)


def of_the_last_token() -> LanguageModel:
    """A model whose state after a token is the direction of that token's row alone."""
    model = llama(OLD, layers=1, scale=0.3)
    with torch.no_grad():
        for layer in model.module.model.layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
    return model


def like(one: torch.Tensor, other: torch.Tensor) -> float:
    """The usual cosine of two rows that belong together; a token may end where none of the old ones does."""
    return float(torch.cosine_similarity(one, other).median())


def made(at_hand: Problem, **given: object) -> Transplanted:
    return transplant(at_hand, METHOD, {"batch_bytes": 512, **given})


def test_where_only_the_last_token_counts_its_row_is_found() -> None:
    """The exact row of a new token is then that of the last old token of its spelling."""
    at_hand = problem(of_the_last_token(), GERMAN[:2])
    found = made(at_hand, learns="input", passes=60, rate=0.05)
    facts = found.rows["input"].facts
    assert facts["hidden-state error in the last pass"] < 0.01 < facts["hidden-state error in the first pass"] / 20
    side = at_hand.sides["input"]
    learnt = found.provenance["input"][side.wanted] == RowOrigin.SOLVED
    last = torch.tensor([ids[-1] for ids in side.spellings])
    wanted, rows = side.matrix[last][learnt], found.matrices.input[side.wanted][learnt]
    begun = transplant(at_hand, METHODS.get("subword_mean")).matrices.input[side.wanted][learnt]
    assert int(learnt.sum()) > 10
    assert like(begun, wanted) < 0.9
    assert like(rows, wanted) > 0.99


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("learns", ["input", "both"])
def test_only_rows_of_new_tokens_in_the_text_move(tied: bool, learns: str) -> None:
    model = llama(OLD, tied=tied, scale=0.3)
    before = {name: values.clone() for name, values in model.module.state_dict().items()}
    at_hand = problem(model, ENGLISH)
    found, begun = made(at_hand, learns=learns), transplant(at_hand, METHODS.get("subword_mean"))
    in_text = {int(i) for text in ENGLISH for i in NEW.segment(text).ids}
    for name, side in at_hand.sides.items():
        rows, start = (each.matrices.input if name == "input" else each.matrices.head for each in (found, begun))
        moved = set(torch.nonzero((rows != start).any(1)).flatten().tolist())
        expected = in_text & set(side.wanted.tolist()) if name == "input" or learns == "both" else set()
        assert moved == expected, name
        assert expected or name == "output"
    assert all(torch.equal(before[name], values) for name, values in model.module.state_dict().items())
    assert all(values.grad is None for values in model.module.parameters())


def test_the_error_falls_and_the_remark_says_from_what_to_what() -> None:
    found = made(problem(llama(OLD, scale=0.3), ENGLISH + GERMAN), passes=20)
    facts = found.rows["input"].facts
    first, last = (facts[f"hidden-state error in the {which} pass"] for which in ("first", "last"))
    assert 0 < last < 0.9 * first
    assert any(f"fell from {first:.3f} of their spread" in remark for remark in found.remarks)
    once = made(problem(llama(OLD, scale=0.3), ENGLISH), passes=1).remarks
    assert any("the only pass" in remark for remark in once), "it fell from a number to the same number"


def test_the_same_seed_gives_the_same_bits_in_a_fresh_problem_too() -> None:
    """What is begun again after its process was killed comes to the same."""
    first, again, other = (
        transplant(problem(llama(OLD), ENGLISH + GERMAN), METHOD, {"batch_bytes": 128}, seed) for seed in (3, 3, 4)
    )
    assert torch.equal(first.matrices.input, again.matrices.input)
    assert torch.equal(first.matrices.head, again.matrices.head)
    assert not torch.equal(first.matrices.input, other.matrices.input)


def test_hidden_tokens_are_learnt_from_their_spelling() -> None:
    model = of_the_last_token()
    at_hand = problem(model, ENGLISH[:1])
    anchors = at_hand.sides["input"].anchors.new
    in_text = {int(i) for i in NEW.segment(ENGLISH[0]).ids}
    hidden = [i for i in anchors.tolist() if i in in_text and len(NEW.vocabulary.pieces[i]) > 1][:3]
    without = at_hand.without(hidden)
    found = made(without, learns="input", passes=100, rate=0.05)
    last = model.matrices().input[[without.spelling_by_id[i][-1] for i in hidden]]
    true = model.matrices().input[at_hand.match.old_by_new[hidden]]
    assert like(found.matrices.input[hidden], last) > 0.98
    assert like(found.matrices.input[hidden], true) < 0.9, "the model has not read them"


def test_what_lacks_is_said() -> None:
    model = llama(OLD)
    for at_hand, said in (
        (problem(model, []), "none is left"),
        (problem(model, ENGLISH, whole=False), "only the matrices were read"),
        (problem(model, ["x y z"]), "none of the 66 new tokens stands in the 5 bytes"),
    ):
        with pytest.raises(UserError, match=said):
            made(at_hand)


def test_a_model_of_half_precision_learns_too() -> None:
    model = llama(OLD, scale=0.3)
    half = replace(model, module=model.module.bfloat16())
    found = made(problem(half, ENGLISH + GERMAN), passes=10)
    assert found.matrices.input.dtype == torch.bfloat16
    facts = found.rows["input"].facts
    assert facts["hidden-state error in the last pass"] < facts["hidden-state error in the first pass"]


def test_a_pass_reads_all_text_once_however_large_a_step_may_be() -> None:
    """A step of more bytes than there are read the text several times over."""
    model, n_bytes = llama(OLD, scale=0.3), sum(len(line.encode()) for line in ENGLISH)
    large, exact = (made(problem(model, ENGLISH), batch_bytes=size) for size in (20 * n_bytes, n_bytes))
    assert torch.equal(large.matrices.input, exact.matrices.input)
    assert [one.rows["input"].facts["steps"] for one in (large, exact)] == [3, 3]


def test_text_that_a_tokenizer_does_not_say_back_teaches_nothing() -> None:
    """Rows that had never moved were told as learnt, by an error of NaN."""
    document = json.loads(NEW.serialised().data) | {"normalizer": {"type": "Lowercase"}}  # type: ignore[union-attr]
    lower, model = tokenizer_of(json.dumps(document)), llama(OLD, scale=0.3)

    def posed(texts: list[str]) -> Problem:
        resources = Resources(target_text=texts, model=model)
        return Problem(OLD, lower, model.matrices(), resources=resources, old_roles=model.special_ids)

    capitals = [line.upper() for line in ENGLISH + GERMAN]
    with pytest.raises(UserError, match=r"of the \d+ bytes there are no text is said back exactly by both"):
        made(posed(capitals))
    found, wanted = made(posed([ENGLISH[0], *capitals]), batch_bytes=10_000), posed([]).sides["input"].wanted
    learnt = wanted[found.provenance["input"][wanted] == RowOrigin.SOLVED]
    assert set(learnt.tolist()) == set(wanted.tolist()) & {int(i) for i in lower.segment(ENGLISH[0]).ids}
    assert not any("nan" in remark for remark in found.remarks)
