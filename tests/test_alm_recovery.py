"""Likelihood matching: chunks added up by hand, no gradient where both models agree, and a training that uses it."""

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest
import torch

from core.evaluation.base import EVALUATORS, EvalText
from core.evaluation.passes.chunk_likelihood import apart, chunks, likelihood_matching, token_log_probabilities
from core.models.read_together import meetings, read_together
from core.models.score import score
from core.transplants.base import METHODS, transplant
from core.transplants.problem import Problem
from tests.lab import ENGLISH, GERMAN, byte_bpe, lab, llama
from tests.lexicons import lexicon

OLD, NEW = byte_bpe(300), byte_bpe(360, "both")


def test_chunks_lie_between_ends_that_both_cuts_have() -> None:
    """ab|c|de and a|bc|d|e end together after c and at the end: two chunks, of two tokens each."""
    one, other = (llama(lexicon(tokens), width=8, layers=1) for tokens in ([b"ab", b"de"], [b"bc"]))
    left, right = read_together(one, ["abcde", "de"]), read_together(other, ["abcde", "de"])
    met = meetings(left, right)
    assert met.row.tolist() == [0, 0, 1]
    assert met.one.tolist() == [2, 3, 1] and met.other.tolist() == [2, 4, 2]  # behind a begin token
    of_tokens = token_log_probabilities(one, left)
    sums = chunks(of_tokens, met.row, met.one)
    nats = [text.nats for text in score(one, ["abcde", "de"]).texts]
    assert sums.tolist() == pytest.approx([-(nats[0][0] + nats[0][1]), -nats[0][2], -nats[1][0]], abs=1e-4)


def test_the_divergence_by_hand() -> None:
    """At a temperature of two, probabilities 1/4 and 1/16 are 1/2 and 1/4."""
    a, b = 0.5, 0.25
    expected = a * log(a / b) + (1 - a) * log((1 - a) / (1 - b))
    found = apart(torch.tensor([log(0.25)]), torch.tensor([log(0.0625)]), 2.0)
    assert float(found) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("temperature", [1.0, 100.0])
def test_no_gradient_where_both_agree_and_towards_each_other_where_not(temperature: float) -> None:
    wanted = torch.tensor([-0.5, -3.0, -40.0])
    same = wanted.clone().requires_grad_()
    apart(wanted, same, temperature).backward()
    assert same.grad is not None and same.grad.abs().max() < 1e-7
    moved = (wanted + torch.tensor([-0.2, 0.2, -5.0])).requires_grad_()
    loss = apart(wanted, moved, temperature)
    loss.backward()
    assert float(loss.detach()) > 0
    assert moved.grad is not None and torch.equal(moved.grad.sign(), torch.tensor([-1.0, 1.0, -1.0]))


def test_the_same_tokenizer_compares_tokens_and_a_model_with_itself_is_zero_apart() -> None:
    teacher, student = llama(OLD, 1, scale=0.3), llama(OLD, 2, scale=0.3)
    loss = likelihood_matching(teacher, 1.0)
    assert float(loss(teacher, ENGLISH)) == 0.0
    p, q = (
        np.exp(-np.concatenate([text.nats for text in score(model, ENGLISH).texts])) for model in (teacher, student)
    )
    expected = np.mean(p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q)))
    assert float(loss(student, ENGLISH).detach()) == pytest.approx(expected, rel=1e-3)


def test_certain_and_hopeless_chunks_are_finite() -> None:
    found = torch.tensor([0.0, -1e4, -1e-9]).requires_grad_()
    loss = apart(torch.tensor([-1e4, 0.0, 0.0]), found, 100.0)
    loss.backward()
    assert torch.isfinite(loss) and torch.isfinite(found.grad).all()
    assert exp(-1e4) == 0.0


def test_a_text_that_one_model_does_not_say_back_counts_for_nothing() -> None:
    lossy = replace(read_together(llama(OLD), ENGLISH[:2]))
    cuts = (replace(lossy.cuts[0], lossless=False), lossy.cuts[1])
    met = meetings(replace(lossy, cuts=cuts), lossy)
    assert set(met.row.tolist()) == {1}


def test_it_is_measured_beside_plain_training_on_the_same_bytes() -> None:
    one = lab(original=llama(byte_bpe(300), scale=0.3), donor=llama(byte_bpe(360, "both"), 5, scale=0.3))
    more = tuple(EvalText("eng", "", f"{line} {n} {line}") for n in range(4) for line in ENGLISH + GERMAN)
    one = replace(one, reference=replace(one.reference, training=more))
    given = {"steps": 3, "then_steps": 1, "seeds": 2, "points": 1, "batch_bytes": 100, "bytes": 300, "rate": 0.01}
    alm, recovery = (EVALUATORS.get(key).measure(one, given) for key in ("alm_recovery", "recovery"))
    table, plain = alm.tables["curve"], recovery.tables["curve"]
    assert np.array_equal(table.numbers("plain_bits_per_byte"), plain.numbers("bits_per_byte"))
    assert np.array_equal(table.numbers("bytes_seen"), plain.numbers("bytes_seen"))
    ends = [table.numbers(f"{which}_bits_per_byte")[table.numbers("step") == 4] for which in ("alm", "plain")]
    assert alm.numbers["beyond_plain"].value == pytest.approx(float((ends[0] - ends[1]).mean()))
    assert not np.array_equal(*ends)
    cells = alm.tables["cells"]
    assert set(cells.words("language")) == {"", *(text.language for text in one.reference.texts)}
    for key in ("alm_bits_per_byte", "plain_bits_per_byte", "beyond_plain", "beyond_plain_in_time"):
        assert cells.numbers(key)[0] == pytest.approx(alm.numbers[key].value), key
    assert cells.numbers("before_bits_per_byte")[0] == pytest.approx(table.numbers("plain_bits_per_byte")[0])
    change = cells.numbers("plain_bits_per_byte") - cells.numbers("before_bits_per_byte")
    assert np.allclose(cells.numbers("plain_beyond_before"), change)
    sooner = EVALUATORS.get("alm_recovery").measure(one, {**given, "steps": 2, "then_steps": 1})
    gap = sooner.numbers["alm_bits_per_byte"].value - alm.numbers["plain_bits_per_byte"].value
    assert alm.numbers["beyond_plain_in_time"].value == pytest.approx(gap)


def test_controls_are_not_trained() -> None:
    """Three trainings of each control took most of a comparison, and nothing was held against them."""
    reason = EVALUATORS.get("alm_recovery").unavailable(lab("mean"))
    assert reason is not None and reason.startswith("Controls are not trained here")


def test_matching_brings_the_model_nearer_to_the_one_before() -> None:
    old = llama(OLD, scale=0.3)
    problem = Problem(OLD, NEW, old.matrices(), old_roles=old.special_ids)
    made = transplant(problem, METHODS.get("subword_mean"))
    new = old.with_matrices(made.matrices, NEW, made.special_ids)
    loss = likelihood_matching(old)
    weights = new.module.get_input_embeddings().weight
    optimiser = torch.optim.Adam([weights], lr=0.01)
    before = float(loss(new, ENGLISH).detach())
    for _ in range(10):
        optimiser.zero_grad()
        loss(new, ENGLISH).backward()
        optimiser.step()
    assert 0 < float(loss(new, ENGLISH).detach()) < 0.7 * before


def test_a_first_chunk_counts_for_nothing_where_one_model_begins_without_a_token() -> None:
    """One gave it the probability of all its tokens, the other that of all but the first."""
    teacher, student = llama(OLD, 1, scale=0.3), replace(llama(OLD, 2, scale=0.3), special_ids={})
    old, new = (read_together(model, ENGLISH[:1]) for model in (teacher, student))
    wanted, found = token_log_probabilities(teacher, old)[0, 2:], token_log_probabilities(student, new)[0, 1:]
    loss = likelihood_matching(teacher, 1.0)
    assert float(loss(student, ENGLISH[:1]).detach()) == pytest.approx(
        float(apart(wanted, found, 1.0).detach()), rel=1e-4
    )
    assert float(loss(student, ["the"]).detach()) == 0.0, "a text of one chunk"
