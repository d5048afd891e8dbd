"""Draft acceptance: the sum of the lesser probability, by hand; one for the donor itself."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.evaluation.base import EVALUATORS, EvalText, Subject
from tests.lab import ENGLISH, byte_bpe, lab, llama

MEASURE = EVALUATORS.get("draft_acceptance")


@pytest.fixture(scope="module")
def drafting() -> Subject:
    """A transplant beside a donor."""
    texts = tuple(EvalText("eng", "", f"{line} {n}") for n in range(3) for line in ENGLISH)
    return lab(donor=llama(byte_bpe(360, "both"), 5, scale=0.3), texts=texts)


def test_it_is_the_sum_of_the_lesser_probability(drafting: Subject) -> None:
    donor = drafting.reference.donor
    assert donor is not None
    sums = list[float]()
    for text in drafting.reference.texts:
        ids = torch.tensor([[0, *donor.tokenizer.segment(text.text).ids.tolist()]])
        p, q = (model.logits(ids)[0, :-1].double().softmax(-1) for model in (drafting.model, donor))
        sums += torch.minimum(p, q).sum(-1).tolist()
    found = MEASURE.measure(drafting, {"drafted": 2})
    assert found.facts["n_places"] == len(sums)
    rate = found.numbers["acceptance"].value
    assert rate == pytest.approx(np.mean(sums), rel=1e-5)
    assert found.numbers["tokens_per_pass"].value == pytest.approx(1 + rate + rate**2)


def test_the_donor_accepts_all_of_its_own(drafting: Subject) -> None:
    donor = drafting.reference.donor
    assert donor is not None
    own = Subject(donor, drafting.reference)
    assert MEASURE.measure(own).numbers["acceptance"].value == pytest.approx(1.0)


def test_the_model_before_and_a_comparison_without_donor_say_what_lacks(drafting: Subject) -> None:
    assert "It needs a donor" in str(MEASURE.unavailable(Subject(drafting.original, drafting.reference)))
    alone = replace(drafting, reference=replace(drafting.reference, donor=None))
    assert "It needs a donor" in str(MEASURE.unavailable(alone))
