"""What is said of trained tokenizers side by side: what entries are spent on, how one grew, and equal lengths."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.__main__ import main
from core.common.errors import UserError
from core.training.asked import asked_recipe
from core.training.equal_length import equal_length
from core.training.family import shipped_family
from core.training.opened import as_it_stood, growth, opened
from core.training.recipe import ParallelTokens, Trained
from core.training.spent import spent
from core.training.train import parts_of
from core.vocabulary.entries import entries_of
from tests.jobs_home import jobs_home
from tests.test_command_line import Output, refused
from tests.training import files, sentences

SOME = ("eng_Latn", "rus_Cyrl")


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return files(tmp_path_factory.mktemp("text"), SOME)


def shipped(trainer: str, n: int) -> Trained:
    return next(one for one in shipped_family()[1].made if (one.recipe.trainer, one.n_vocabulary) == (trainer, n))


@pytest.mark.parametrize("key", ["bpe", "bpe-characters", "parity"])
def test_a_beginning_is_the_tokenizer_of_a_smaller_size(key: str) -> None:
    lines, beginning = sentences("rus_Cyrl"), as_it_stood(shipped(key, 16_384), 4_096)
    small = opened(shipped(key, 4_096))
    assert [one.tolist() for one in beginning.encode_many(lines)] == [one.tolist() for one in small.encode_many(lines)]
    assert beginning.info.n_vocabulary == 4_096


def test_what_is_no_list_of_merges_has_no_beginning() -> None:
    assert growth(shipped("unigram", 4_096)) is None
    for key, n in (("unigram", 600), ("bpe", 256), ("bpe", 4_097)):
        with pytest.raises(UserError, match="has no beginning of"):
            as_it_stood(shipped(key, 4_096), n)


def test_the_history_of_an_entry_spells_it() -> None:
    one = shipped("superbpe", 4_096)
    grown, pieces = growth(one), entries_of(opened(one)).pieces
    assert grown is not None and (grown.least, grown.most) == (257, 4_096)
    for i in range(grown.least, grown.most, 37):
        first = [each for _, each in grown.history(i) if each < grown.least]
        assert b"".join(pieces[each] for each in first) == pieces[i]
        assert max(each for _, each in grown.history(i)) == i, "parts are older"


def test_entries_are_counted_on_what_was_kept_apart() -> None:
    for key, goes_over in {"bpe": False, "superbpe": True}.items():
        one = shipped(key, 4_096)
        found = spent(one, entries_of(opened(one)))
        assert found.n_tokens * one.whole.bytes_per_token == pytest.approx(one.whole.n_measured_bytes)
        assert found.n_entries == 4_095 and 0 < found.n_unused < 4_095 and bool(found.n_superwords) is goes_over
        assert found.n_unused == 4_095 - np.count_nonzero(one.counts)


def with_tokens(one: Trained, n: int, tokens: Sequence[float], n_sentences: int = 40) -> Trained:
    rows = np.repeat(np.array(tokens)[:, None], n_sentences, axis=1).round().astype(np.int32)
    return replace(one, n_vocabulary=n, parallel=ParallelTokens(("English", "Thai", "Khmer", "Lao"), rows))


def test_the_size_for_equal_length_of_a_known_law() -> None:
    """Tokens fall with the fourth root of the entries: one and a half times as many need 1.5^4 = 5.06 times these."""
    sizes = (1_000, 4_000, 16_000)
    factors = (1.0, 1.5, 2.5, 0.7)
    found = equal_length(
        [
            with_tokens(shipped("bpe", 4_096), n, [1e6 * factor * n**-0.25 for factor in factors])
            for n in reversed(sizes)
        ],
        1_000,
    )
    assert found is not None and found.sizes == sizes and found.reference == "English"
    english, thai, khmer, lao = found.needed
    assert english.value == pytest.approx(1_000) and thai.value == pytest.approx(1.5**4 * 1_000, rel=1e-3)
    assert thai.low == pytest.approx(thai.value, rel=1e-3), "sentences that are all alike leave nothing open"
    assert np.isnan([khmer.value, khmer.low, lao.value, lao.high]).all()
    assert "longer than that with 16" in khmer.why and "shorter than that with 1" in lao.why
    assert found.misfit < 1e-3 and found.target == pytest.approx(1e6 * 1_000**-0.25, rel=1e-4)


def test_one_size_or_one_language_says_nothing_of_equal_length() -> None:
    one = shipped("bpe", 4_096)
    alone = replace(one, parallel=ParallelTokens((), np.zeros((0, 0), np.int32)))
    assert equal_length([with_tokens(one, 900, [4, 6, 8, 2])], 900) is None
    assert equal_length([alone, replace(alone, n_vocabulary=600)], 600) is None, "no text was parallel with another"


def test_shares_are_kept_in_bytes(texts: list[str]) -> None:
    """The shortest text sets how much there is; languages of a corpus are cut behind what is kept apart."""
    names = ["sample eng_Latn", "sample rus_Cyrl", texts[0]]
    asked = asked_recipe("bpe", 300, names, shares=(3, 1, 2), heldout=0.1, min_frequency=1)
    english, russian, file = (part.n_bytes for part in parts_of(asked))
    assert english / russian == pytest.approx(3, rel=0.1) and file / russian == pytest.approx(2, rel=0.2)
    assert asked.n_bytes < asked_recipe("bpe", 300, names, heldout=0.1).n_bytes


def test_mixtures_are_measured_on_the_same_lines(texts: list[str]) -> None:
    """A file of which less was trained on had other lines kept apart, so that all texts together were others."""
    names = ["sample eng_Latn", *texts]
    each = [parts_of(asked_recipe("bpe", 300, names, shares=shares, heldout=0.2, most_bytes=most))
            for shares, most in (((), 9_000), ((9, 1, 1), 9_000), ((1, 1, 9), 9_000))]  # fmt: skip
    held = [[part.held_out for part in parts] for parts in each]
    assert held[0] == held[1] == held[2] and all(held[0])
    for parts in each:
        assert not set(parts[1].held_out) & set("".join(parts[1].chunks).split("\n"))
    assert each[1][1].n_bytes < 0.3 * each[0][1].n_bytes


@pytest.mark.parametrize(
    ("shares", "why"),
    [
        ((1,), "1 share for 2 texts. Give one for each, or none."),
        ((1, 0), "A share cannot be 0: give a number above 0"),
        ((1, float("nan")), "A share cannot be nan"),
        ((1, -2), "A share cannot be -2"),
    ],
)
def test_shares_that_cannot_be_are_a_sentence(shares: tuple[float, ...], why: str, texts: list[str]) -> None:
    with pytest.raises(UserError) as told:
        asked_recipe("bpe", 400, texts, shares=shares)
    assert why in str(told.value)


def test_an_empty_text_can_have_no_share(tmp_path: Path, texts: list[str]) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    with pytest.raises(UserError, match=r"empty holds no text, so it can have no share. Leave it out"):
        asked_recipe("bpe", 400, [*texts, str(empty)], shares=(1, 1, 1))


@pytest.mark.slow
def test_several_are_compared_on_the_command_line(capsys: Output, tmp_path: Path) -> None:
    named = ["--file", "sample eng_Latn", "--file", "sample deu_Latn", "--heldout", "0.4", "--json"]
    asked = ["train", "--trainer", "bpe", "--trainer", "superbpe", "--vocab", "400", "--vocab", "450", *named]
    with jobs_home(tmp_path / "home"):
        assert "--name and --out are for one" in refused(capsys, *asked, "--name", "mine")
        assert main(asked) == 0
        document = json.loads(capsys.readouterr().out)
    assert [(one["trainer"], one["n"]) for one in document["tokenizers"]] == [
        ("bpe", 400), ("bpe", 450), ("superbpe", 400), ("superbpe", 450)
    ]  # fmt: skip
    shared = np.array(document["shared_entries"])
    assert np.diag(shared).tolist() == [1.0] * 4 and shared[0, 1] == 1.0, "of BPE the smaller one is in the larger one"
    assert shared[1, 0] == pytest.approx(400 / 450)
    assert [one["trainer"] for one in document["size_for_equal_length"]] == ["bpe", "superbpe"]
    assert document["tokenizers"][0]["entries"]["superwords"] == 0 < document["tokenizers"][3]["entries"]["superwords"]
