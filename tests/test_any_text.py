"""Every measure of a transplant gives numbers or reasons, whatever the texts and the tokenizer's format."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.evaluation.base import EVALUATORS, EvalText, Evaluator, Reference, Subject, subject
from core.evaluation.measures import multiple_choice
from core.evaluation.needs import DONOR_OF_THESE_TOKENS
from core.evaluation.passes.choice_items import shipped_items
from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.models.shipped import shipped
from core.tokenizers.catalog import open_path, open_tokenizer
from core.tokenizers.tokenizer import LocalTokenizer
from core.transplants.base import METHODS, transplant
from core.transplants.problem import Problem
from tests import formats
from tests.datafolder import TOKENIZERS, needs_data

TEXTS = (
    " leading space",
    " = Robert <unk> = \n",
    "two  spaces   kept and trailing ",
    "\r\nline\r\n",
    "",
    "a",
    "🧑‍🚀 emoji 👩‍👩‍👧",
    "nul\x00in",
    "<s>typed</s><|endoftext|> <unk>",
    "x" * 1_200,  # more than two windows of a shipped model, where a token is a letter
    "Größe 你好 नमस्ते สวัสดี ﷺ",
    "   ",
    "\u2581already",
    "A\u0301 e\u0301 ﬁ ½",
    "\ufeffbom",
    "The weather is fine today and the cat sat on the mat.",
)
TRAINING = ("some other text to train on. " * 10, "and more words here. " * 10)
LEAST = {"windows": 2, "all_bytes": 4, "steps": 1, "then_steps": 0, "seeds": 1, "points": 1, "prompts": 2, "share": 0.3}
MODELS, SECOND = ("tiny-english", "tiny-unigram"), "tiny-world"
QUICK = {("SentencePiece Unigram", "tiny-english"), ("WordPiece", "tiny-english")}
REAL = ("sentencepiece/xlnet.model", "sentencepiece/albert_fixture.model", "wordpiece/bert-base-cased.vocab.txt")


def least(evaluator: Evaluator) -> dict[str, float]:
    """Parameters under which it has as little to do as can be."""
    least = {p.key: float(p.low or 0) for p in evaluator.params if p.key.endswith("bytes") and p.low is not None}
    return least | {p.key: LEAST[p.key] for p in evaluator.params if p.key in LEAST}


@cache
def opened(model: str) -> LanguageModel:
    """The shipped model with the first of its layers alone: how many there are is nothing to what a measure states."""
    whole = open_model(f"shipped:{model}", device="cpu")
    whole.module.model.layers = whole.module.model.layers[:1]
    whole.module.config.num_hidden_layers = 1
    return whole


@cache
def reference(model: str, n_texts: int) -> Reference:
    """The first texts for a model, whose own reading of them is the same whatever tokenizer it gets."""
    measured = tuple(EvalText("eng_Latn", "", text, str(n)) for n, text in enumerate(TEXTS[:n_texts]))
    training = tuple(EvalText("eng_Latn", "", text) for text in TRAINING)
    return Reference(measured, opened(model), training=training)


def subjects(model: str, new: LocalTokenizer) -> Iterator[Subject]:
    """A transplant on all texts, and on one that a lossy tokenizer does not say back."""
    base, method = opened(model), METHODS.get("subword_mean")
    problem = Problem(base.tokenizer, new, base.matrices(), old_roles=base.special_ids)
    made = transplant(problem, method)
    for n_texts in (len(TEXTS), 2):
        yield subject(problem, method, made, reference(model, n_texts))


def states_itself(model: str, new: LocalTokenizer) -> None:
    # All but what has texts of its own, and what reads them with a donor too.
    reading = {
        key: one for key, one in EVALUATORS.all().items() if key != "lm_eval" and DONOR_OF_THESE_TOKENS not in one.needs
    }
    for one in subjects(model, new):
        there = {key: evaluator for key, evaluator in reading.items() if evaluator.unavailable(one) is None}
        assert there.keys() == reading.keys()
        for key, evaluator in there.items():
            for name, number in evaluator.measure(one, least(evaluator)).numbers.items():
                assert np.isfinite(number.value) or number.reason, (key, name)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def few_items(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some of each language; the items are no awkward texts."""
    monkeypatch.setattr(multiple_choice, "shipped_items", lambda: shipped_items()[::6])


def cases() -> list[Any]:
    """Every format under a model of bytes and one of Unigram, and one format under the second model of bytes.

    CLIP's 49,408 entries stand under one: BPE codes mark the ends of words as it does.
    """
    pairs = [(name, model) for model in MODELS for name in formats.names() if (name, model) != ("CLIP", MODELS[1])]
    marked = [(pair, () if pair in QUICK else pytest.mark.slow) for pair in [*pairs, ("tokenizer.json BPE", SECOND)]]
    return [pytest.param(*pair, marks=marks) for pair, marks in marked]


def test_the_models_are_all_that_ship() -> None:
    assert {*MODELS, SECOND} == set(shipped())


@pytest.mark.parametrize(("name", "model"), cases())
def test_measures_state_numbers_or_reasons_in_every_format(name: str, model: str, tmp_path: Path) -> None:
    path = formats.write(tmp_path, formats.made(name))
    states_itself(model, open_path("x:y", path, formats.options(name)))


@needs_data
@pytest.mark.slow
@pytest.mark.usefixtures("no_trial")
@pytest.mark.parametrize("name", REAL)
def test_measures_state_numbers_or_reasons_for_tokenizers_in_use(name: str) -> None:
    states_itself("tiny-english", open_tokenizer(f"file:{TOKENIZERS / name}"))
