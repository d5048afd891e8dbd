"""Digits of long numbers: grouped from the left, from the right, one by one, and whether two numbers line up."""

from pathlib import Path

import numpy as np
import pytest
import tokenizers
from tokenizers import models, pre_tokenizers

from core.tokenizers.catalog import open_path, open_tokenizer
from core.vocabulary.entries import Entries, entries_of
from core.vocabulary.place_values import STYLES, groups_of, place_values

FROM_RIGHT = r"(?=(\d{3})+(?!\d))"


@pytest.fixture(scope="module")
def gpt_4() -> Entries:
    return entries_of(open_tokenizer("tiktoken:cl100k_base"))


def three_from_the_right(folder: Path) -> Entries:
    """Every number of one to three digits is a token, and thousands are cut from the right."""
    words = [f"{k:0{n}d}" for n in (1, 2, 3) for k in range(10**n)]
    vocabulary = {word: i for i, word in enumerate(["[UNK]", *words])}
    model = tokenizers.Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    model.pre_tokenizer = pre_tokenizers.Split(tokenizers.Regex(FROM_RIGHT), "isolated")
    path = folder / "tokenizer.json"
    model.save(str(path))
    return entries_of(open_path(f"file:{path}", path))


def test_gpt_4_groups_three_from_the_left_and_with_commas_from_the_right(gpt_4: Entries) -> None:
    assert groups_of(gpt_4, ["1234567", "89012", "999"], "12345") == [(3, 3, 1), (3, 2), (3,)]
    assert groups_of(gpt_4, ["1234567", "89012", "999"], "12,345") == [(1, 3, 3), (2, 3), (3,)]
    plain, commas = place_values(gpt_4, "12345"), place_values(gpt_4, "12,345")
    assert (plain.from_left(7), plain.from_right(7)) == (1, 0)
    assert (commas.from_left(7), commas.from_right(7)) == (0, 1)
    assert plain.n_tokens[[0, 3, 8]].tolist() == [1, 2, 3]
    assert commas.example == ("1", ",", "234", ",", "567")


def test_groups_from_the_left_line_up_where_lengths_differ_by_three(gpt_4: Entries) -> None:
    """Or where the shorter number ends before the first cut of the longer one."""
    found = place_values(gpt_4, "12345").lined_up()
    for a in range(1, 10):
        for b in range(1, 10):
            cuts = [{n - k for k in range(3, n, 3)} for n in (a, b)]
            alike = {cut for cut in cuts[0] if cut < min(a, b)} == {cut for cut in cuts[1] if cut < min(a, b)}
            assert found[a - 1, b - 1] == pytest.approx(float(alike))


def test_groups_from_the_right_and_single_digits_always_line_up(gpt_4: Entries, tmp_path: Path) -> None:
    right = three_from_the_right(tmp_path)
    assert groups_of(right, ["1234567"], "12345") == [(1, 3, 3)]
    for found in (place_values(right, "12345"), place_values(gpt_4, "1 2 3 4 5"), place_values(gpt_4, "12,345")):
        assert np.allclose(found.lined_up(), 1)


def test_the_same_numbers_are_drawn_each_time(gpt_4: Entries) -> None:
    assert place_values(gpt_4, "12_345").groups == place_values(gpt_4, "12_345").groups
    assert {sum(found.values()) for found in place_values(gpt_4, "12345").groups.values()} == {10, 90, 300}
    assert [STYLES[style]("12345") for style in STYLES] == [*STYLES]
