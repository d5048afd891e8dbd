"""What merges tell of the text that they were learned on is what that text was."""

from pathlib import Path

import pytest

from core.common.errors import UserError
from core.jobs.computed_here import run_here
from core.jobs.job import KINDS
from core.tokenizers.catalog import open_tokenizer
from core.training.asked import asked_recipe
from core.training.keep import kept
from core.training.recipe import Trained
from core.training.revealed import revealing, tells
from core.training.train import trained
from core.vocabulary.mixture.job import KIND, mixtures_in
from tests.training import sentences

LANGUAGES = ("eng_Latn", "rus_Cyrl", "tha_Thai")


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))


def made(key: str = "bpe", files: tuple[str, ...] = (), n: int = 500, **more: object) -> Trained:
    named = files or (*(f"sample {code}" for code in LANGUAGES), "package:starlette")
    return trained(asked_recipe(key, n, named, heldout=0.0, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize("shares", [(1, 1, 1, 1), (1, 4, 2, 2)])
def test_shares_of_languages_and_code_come_back_from_its_merges(shares: tuple[int, ...]) -> None:
    one = made(shares=shares)
    asked = revealing(one, open_tokenizer(kept(one)))
    assert asked.truth == pytest.approx([part.n_bytes / one.whole.n_bytes for part in one.parts])
    output = run_here(KINDS.get(KIND), asked.question.params, asked.question.inputs, lambda *_: None)
    found = mixtures_in(output)[-1]
    assert [each.category for each in found.shares] == ["English", "Russian", "Thai", "Code (Python)"]
    assert found.n_merges == 243
    for each, truth in zip(found.shares, asked.truth, strict=True):
        assert each.share == pytest.approx(truth, abs=0.08)


def test_texts_of_one_kind_are_one_category() -> None:
    one = made(files=("sample deu_Latn", "python", "sample eng_Latn", "package:jinja2", "sample eng_Latn"))
    asked = revealing(one, open_tokenizer(kept(one)))
    assert asked.question.params["categories"] == ["sample deu_Latn", "sample eng_Latn", "code"]
    sizes = [part.n_bytes for part in one.parts]
    assert asked.truth == pytest.approx([n / sum(sizes) for n in (sizes[0], sizes[2] + sizes[4], sizes[1] + sizes[3])])


def test_what_has_no_shares_to_infer_is_a_sentence(tmp_path: Path) -> None:
    one = made(files=("sample deu_Latn",))
    with pytest.raises(UserError, match="It was trained on one text, so that there are no shares to infer"):
        revealing(one, open_tokenizer(kept(one)))
    (tmp_path / "mine.txt").write_text("\n".join(sentences("eng_Latn")), encoding="utf-8")
    one = made(files=("sample deu_Latn", str(tmp_path / "mine.txt")))
    with pytest.raises(UserError, match="'mine' is a file of this machine, which is no category"):
        revealing(one, open_tokenizer(kept(one)))


@pytest.mark.parametrize(("key", "does"), [("bpe", True), ("bpe-characters", True), ("unigram", False), ("lib", False)])
def test_only_what_merges_by_frequency_tells(key: str, does: bool) -> None:
    assert tells(made(key, n=900, most_bytes=20_000)) is does
