"""How the shipped models are made: the same text in one order, held-out text left out, a broken-off run resumed."""

from itertools import islice
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer

from core.common.errors import UserError
from core.common.progress import listening
from core.models.build import recipe, texts, train
from core.models.build.mix import documents
from core.models.build.recipe import RECIPES
from core.models.build.texts import LANGUAGES, Part
from tests.datafolder import needs_data
from tests.tiny import byte_level_bpe


@pytest.fixture
def parts() -> list[Part]:
    return [
        Part(source, code, "", tuple(f"{code} {source} sentence {n}" for n in range(50)))
        for code in LANGUAGES
        for source in ("FLORES-200 dev", "manual")
    ]


def test_documents_come_in_one_order_and_in_the_shares_they_should(parts: list[Part]) -> None:
    first = list(islice(documents(parts, seed=1), 4000))
    assert first == list(islice(documents(parts, seed=1), 4000))
    assert first != list(islice(documents(parts, seed=2), 4000))
    assert sum(text.startswith("en") for text in first) / 4000 == pytest.approx(0.2, abs=0.03)
    assert sum("FLORES" in text for text in first) / 4000 == pytest.approx(0.6, abs=0.04)
    assert {text[:2] for text in first} == set(LANGUAGES)


def test_a_line_of_wikitext_reads_as_it_was_written() -> None:
    line = ' In it <unk> left . It was 2 @.@ 5 km ( 1 @.@ 6 mi ) , the " old road " of 1 @,@ 200 people . End <unk>'
    (found,) = texts._whole_sentences(line)
    assert found == 'It was 2.5 km (1.6 mi), the "old road" of 1,200 people.'


@needs_data
def test_held_out_sentences_are_not_among_what_is_read() -> None:
    makers = (texts._flores_dev, texts._declaration, texts._english)
    read = {text for make in makers for part in make() for text in part.texts}
    held_out = texts.devtest()
    assert set(held_out) == set(LANGUAGES) and sum(map(len, held_out.values())) == 12 * 1012 - 1
    assert not read & {line for lines in held_out.values() for line in lines}


def test_without_the_data_folder_the_reason_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(texts, "BESIDE", tmp_path / "nothing")
    with pytest.raises(UserError, match="data folder"):
        texts.parts()


def test_a_run_that_was_broken_off_ends_with_the_same_bits(
    parts: list[Part], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in (("POSITIONS", 16), ("ROWS_PER_STEP", 2), ("_SAVE_EVERY", 2), ("WARM_UP", 1)):
        monkeypatch.setattr(train, name, value)
    monkeypatch.setattr(train, "SPECIALS", {"tiny": {"bos": "<|end|>", "eos": "<|end|>"}})
    monkeypatch.setattr(train, "WIDTH", 24)
    small = recipe.Recipe("tiny", "bpe", 304, 0.5, False, 4, 1, "")
    tokenizer, device = Tokenizer.from_str(byte_level_bpe()), torch.device("cpu")
    whole = train.train(small, tokenizer, parts, device, tmp_path / "whole.pt")

    def stop(done: int, *_: object) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), listening(stop):
        train.train(small, tokenizer, parts, device, tmp_path / "broken.pt")
    again = train.train(small, tokenizer, parts, device, tmp_path / "broken.pt")
    for (name, expected), found in zip(whole.state_dict().items(), again.state_dict().values(), strict=True):
        assert torch.equal(found, expected), name
    untrained = train.build(small, {"bos": 0, "eos": 0}).state_dict()
    assert not torch.equal(whole.state_dict()["lm_head.weight"], untrained["lm_head.weight"])


def test_recipes_differ_in_what_a_transplant_must_survive() -> None:
    assert {r.tied for r in RECIPES} == {True, False}
    assert {r.kind for r in RECIPES} == {"bpe", "unigram"}
    assert len({r.n_vocabulary for r in RECIPES}) == len(RECIPES)
