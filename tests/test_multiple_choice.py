"""The multiple-choice set that ships, and what a model chooses of it."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import binomtest

from core.evaluation.base import EVALUATORS, Reference, Subject
from core.evaluation.passes.choice_items import FOLDER, ChoiceItem, shipped_items
from core.evaluation.passes.choices import chosen
from core.models.load import open_model
from core.models.score import score
from core.models.shipped import shipped
from core.text.languages import language
from tests.lab import byte_bpe, lab, llama, texts


@pytest.fixture(scope="module")
def subject() -> Subject:
    return lab(original=llama(byte_bpe(300), scale=0.3), donor=llama(byte_bpe(360, "both"), 5, scale=0.3))


def test_items_are_well_formed_and_as_many_as_their_card_says() -> None:
    items = shipped_items()
    card = (FOLDER / "README.md").read_text()
    assert 60 <= len(items) <= 100
    assert f"{len(items)} items in six languages" in card and len({i.language for i in items}) == 6
    chance = np.mean([1 / len(i.choices) for i in items])
    assert f"Chance is {100 * chance:.0f} %" in card
    assert len({(i.prompt, i.answer) for i in items}) == len(items)
    for item in items:
        assert language(item.language).name and item.kind in ("fact", "grammar", "continuation")
        assert item.prompt == item.prompt.strip() and 2 <= len(set(item.choices)) == len(item.choices)
        assert all(choice.startswith(" ") and choice == " " + choice.strip() for choice in item.choices)


def test_a_choice_costs_its_text_less_its_prompt_per_byte(subject: Subject) -> None:
    item = ChoiceItem("eng_Latn", "fact", "the cat sat on", " the mat", (" a dog and a cat", " 12"))
    costs = []
    for choice in item.choices:
        both, alone = score(subject.model, [item.prompt + choice, item.prompt]).texts
        costs.append((both.total_nats - alone.total_nats) / len(choice))
    found = chosen(subject.model, [item])
    assert found.at.tolist() == [int(np.argmin(costs))] and found.usable.all()
    assert found.right.tolist() == [costs[0] < min(costs[1:])]


def test_equal_choices_are_not_right() -> None:
    model = llama(byte_bpe(300))
    with torch.no_grad():
        model.module.get_output_embeddings().weight.zero_()  # every token as likely as any other
    same = ChoiceItem("eng_Latn", "fact", "q", " x", (" z",))
    assert not chosen(model, [same]).right.any()


def test_accuracies_are_paired_with_the_original_and_have_wilsons_interval(subject: Subject) -> None:
    found = EVALUATORS.get("multiple_choice").measure(subject)
    items, facts = found.tables["items"], found.facts
    right, before = items.numbers("model_right"), items.numbers("original_right")
    accuracy, difference = found.numbers["accuracy"], found.numbers["difference_to_original"]
    n, z = len(shipped_items()), 1.959963984540054
    p = right.mean()
    centre, reach = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert accuracy.value == p
    assert [accuracy.low, accuracy.high] == pytest.approx(
        [(centre - reach) / (1 + z * z / n), (centre + reach) / (1 + z * z / n)]
    )
    assert (
        difference.value == pytest.approx(p - before.mean()) and difference.low <= difference.value <= difference.high
    )
    assert facts["lost"] == (before & ~right).sum() and facts["won"] == (right & ~before).sum()
    assert facts["p"] == pytest.approx(binomtest(facts["won"], facts["won"] + facts["lost"]).pvalue)
    rows = found.tables["languages"]
    assert rows.numbers("n_items")[0] == rows.numbers("n_items")[1:].sum() == n


def test_the_original_beside_itself_differs_in_nothing(subject: Subject) -> None:
    own = EVALUATORS.get("multiple_choice").measure(Subject(subject.original, subject.reference))
    assert own.numbers["difference_to_original"].value == own.numbers["difference_to_original"].high == 0.0
    assert own.facts["lost"] == own.facts["won"] == 0 and own.facts["p"] == 1.0
    alone = EVALUATORS.get("multiple_choice").measure(replace(subject, reference=Reference(texts())))
    assert alone.numbers["difference_to_original"].reason and np.isfinite(alone.numbers["accuracy"].value)


@pytest.mark.skipif("tiny-world" not in shipped(), reason="the shipped models are not built")
def test_a_trained_model_chooses_better_than_chance() -> None:
    model = open_model("shipped:tiny-world", device="cpu")
    found = EVALUATORS.get("multiple_choice").measure(Subject(model, Reference(texts())))
    assert found.facts["n_items"] == len(shipped_items()) and found.numbers["accuracy"].value > found.facts["chance"]
