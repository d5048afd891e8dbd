"""A head that is tied to the input gets rows of its own: by choice for every method, by its source for one."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from core.common.numbers import count
from core.evaluation.base import EVALUATORS, EvalText, Reference, subject
from core.models.export import export
from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.transplants.base import METHODS, transplant
from core.transplants.problem import Problem
from tests.lab import byte_bpe, llama

TEXTS = [
    EvalText("eng_Latn", "", text) for text in ("the cat sat on the mat", "so it was", "Die Katze saß auf der Matte")
]


@pytest.fixture(scope="module")
def tied() -> LanguageModel:
    found = llama(byte_bpe(420), tied=True)
    assert found.tied
    return found


@pytest.fixture(scope="module")
def problem(tied: LanguageModel) -> Problem:
    donor = llama(byte_bpe(470, "both"), 1)
    return Problem(tied.tokenizer, donor.tokenizer, tied.matrices(), donor.matrices(), old_roles=tied.special_ids)


@pytest.mark.parametrize("key", METHODS.all())
def test_every_method_makes_both_matrices_of_an_untied_problem(problem: Problem, key: str) -> None:
    method, untied = METHODS.get(key), replace(problem, untie=True)
    if method.unavailable(untied):
        pytest.skip("it learns from words")
    made = transplant(untied, method)
    assert made.matrices.output is not None and set(made.rows) == {"input", "output"}
    n = made.matrices.output.numel()
    assert any(f"{count(n)} parameters" in remark for remark in made.remarks)
    assert transplant(problem, method).matrices.tied is not method.own_head


def test_an_untied_head_differs_only_in_the_rows_that_are_made(problem: Problem) -> None:
    made = transplant(replace(problem, untie=True), METHODS.get("subword_mean")).matrices
    tied = transplant(problem, METHODS.get("subword_mean")).matrices
    assert torch.equal(made.input, tied.input)
    assert torch.equal(made.head, tied.input), "the mean of the same rows on both sides"


def test_weighted_pieces_predict_by_the_first_piece_and_read_by_the_last(problem: Problem, tied: LanguageModel) -> None:
    made = transplant(problem, METHODS.get("weighted_pieces"), {"input_decay": 0.0, "output_decay": 0.0})
    assert made.matrices.output is not None
    side = problem.sides["input"]
    for new_id, spelled in zip(side.wanted.tolist(), side.spellings, strict=True):
        assert torch.equal(made.matrices.input[new_id], tied.matrices().input[spelled[-1]])
        assert torch.equal(made.matrices.output[new_id], tied.matrices().input[spelled[0]])


def test_the_folder_has_a_head_of_its_own_and_plain_transformers_loads_it(
    problem: Problem, tied: LanguageModel, tmp_path: Path
) -> None:
    method = METHODS.get("weighted_pieces")
    made = transplant(problem, method)
    model = subject(problem, method, made, Reference(TEXTS, tied)).model
    assert tied.tied and not model.tied
    assert model.n_parameters - tied.n_parameters == 2 * made.matrices.input.numel() - tied.matrices().input.numel()
    export(model, tmp_path / "out", "", {})
    assert json.loads((tmp_path / "out" / "config.json").read_text())["tie_word_embeddings"] is False
    plain = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    assert torch.equal(plain.get_output_embeddings().weight, model.matrices().head)
    assert torch.equal(plain.get_input_embeddings().weight, model.matrices().input)
    assert not torch.equal(model.matrices().head, model.matrices().input)
    again = open_model(str(tmp_path / "out"), device="cpu")
    ids = torch.tensor([[1, 5, 9, 12]])
    assert torch.equal(again.logits(ids), model.logits(ids))
    assert tied.module.config.tie_word_embeddings, "the original stays as it is"


def test_every_measure_takes_a_model_whose_head_was_untied(problem: Problem, tied: LanguageModel) -> None:
    method = METHODS.get("weighted_pieces")
    one = subject(problem, method, transplant(problem, method), Reference(TEXTS, tied))
    for key in ("bits_per_byte", "held_out_anchors", "embeddings", "swap", "mass_audit", "head_calibration"):
        evaluator = EVALUATORS.get(key)
        if evaluator.unavailable(one) is None:
            measured = evaluator.measure(one)
            assert measured.numbers
            if key == "held_out_anchors":
                assert measured.tables["working"].words("side") == ("input", "output", "both")
