"""The models that come with the project: open, the same for transformers as for us, and as good as their cards say."""

import json
from typing import Any

import pytest
import torch

from core.models.build.card import card
from core.models.build.recipe import RECIPES
from core.models.build.texts import LANGUAGES, devtest
from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.models.score import score
from core.models.shipped import SHIPPED, shipped
from tests.datafolder import needs_data

NAMES = [recipe.name for recipe in RECIPES]
TEXTS = [
    "The museum opens at nine.",
    "Müller kaufte 2.500 Äpfel.",
    "नमस्ते दुनिया",
    "你好，世界\n\nx",
    "  two spaces ▁",
    "🙂",
]


@pytest.fixture(scope="module")
def models() -> dict[str, LanguageModel]:
    return {name: open_model(f"shipped:{name}", device="cpu") for name in NAMES}


@pytest.fixture(scope="module")
def quality() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SHIPPED / "quality.json").read_text())
    return found


def test_they_are_all_there_and_small() -> None:
    assert shipped() == sorted(NAMES)
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*") if path.is_file()) <= 20_000_000


@pytest.mark.parametrize("recipe", RECIPES, ids=NAMES)
def test_they_are_what_their_recipe_says(models: dict[str, LanguageModel], recipe: Any) -> None:
    model = models[recipe.name]
    assert (model.n_rows, model.tied) == (recipe.n_vocabulary, recipe.tied)
    assert model.tokenizer.info.n_vocabulary == recipe.n_vocabulary
    assert {"bos", "eos"} <= model.special_ids.keys()
    assert [note for note in model.notes if "of the input is zero" not in note] == []  # padding is never trained


@pytest.mark.parametrize("name", NAMES)
def test_transformers_opens_the_folder_and_sees_the_same(models: dict[str, LanguageModel], name: str) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    load: Any = AutoModelForCausalLM.from_pretrained
    module = load(SHIPPED / name, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(SHIPPED / name)
    model = models[name]
    for text in TEXTS:
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        assert ids == model.tokenizer.segment(text).ids.tolist()
    for role, token_id in model.special_ids.items():
        assert getattr(tokenizer, f"{role}_token_id") == token_id
    with torch.no_grad():
        assert torch.equal(module(torch.tensor([ids])).logits, model.logits(torch.tensor([ids])))


@pytest.mark.parametrize("name", NAMES)
def test_texts_come_back_from_their_tokenizers(models: dict[str, LanguageModel], name: str) -> None:
    texts = TEXTS if name != "tiny-unigram" else [text.replace("▁", "") for text in TEXTS]  # SentencePiece's space
    assert all(text.lossless for text in score(models[name], texts).texts)


@pytest.mark.parametrize("name", NAMES)
def test_the_card_says_what_was_measured(quality: dict[str, Any], name: str) -> None:
    read = json.loads((SHIPPED / "texts.json").read_text())
    recipe = next(recipe for recipe in RECIPES if recipe.name == name)
    assert (SHIPPED / name / "README.md").read_text() == card(recipe, quality, read)
    assert quality["models"][name]["languages"].keys() == LANGUAGES.keys()


@pytest.mark.parametrize("name", NAMES)
def test_figures_are_of_these_weights(models: dict[str, LanguageModel], quality: dict[str, Any], name: str) -> None:
    about = quality["models"][name]
    assert about["model"] == models[name].fingerprint
    assert about["tokenizer"] == models[name].tokenizer.info.fingerprint


@needs_data
@pytest.mark.parametrize("name", NAMES)
def test_held_out_english_scores_as_the_card_says(
    models: dict[str, LanguageModel], quality: dict[str, Any], name: str
) -> None:
    found = score(models[name], devtest()["en"][: quality["sentences"]])
    assert found.bits_per_byte == pytest.approx(quality["models"][name]["languages"]["en"]["bits_per_byte"], abs=2e-3)
