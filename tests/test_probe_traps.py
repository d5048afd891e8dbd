"""The probe of traps: known ones are found, and every boundary is either a cut or under one token."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.common.errors import TooLarge, UserError
from core.probes.traps import MOST_BYTES, joint_of, traps
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer
from tests.datafolder import TOKENIZERS, needs_data

GPT2 = f"file:{TOKENIZERS}/hf_json/gpt-2/tokenizer.json"
WORDS, BYTES = "builtin:words", "builtin:utf8-bytes"


@cache
def mistral() -> Tokenizer:
    return open_tokenizer("mistral:v1")


@needs_data
@pytest.mark.parametrize(
    ("pair", "tokens"),
    [
        (("indus", "trying"), (b" industry", b"ing")),
        (("costs", "how"), (b" cost", b"show")),
    ],
)
def test_gpt2_falls_into_known_traps(pair: tuple[str, str], tokens: tuple[bytes, ...]) -> None:
    joint = joint_of(open_tokenizer(GPT2), pair)
    assert joint.tokens == tokens and joint.trap in tokens


@needs_data
def test_gpt2_swallows_as_many_of_our_pairs_as_the_page_says() -> None:
    found = traps([GPT2]).found[GPT2]
    assert found.share == pytest.approx(0.173, abs=0.0005)
    assert sum(n for _, n, _ in found.ranked) == len(found.swallowed)
    numbers = [n for _, n, _ in found.ranked]
    assert numbers == sorted(numbers, reverse=True)


def test_whole_words_swallow_every_boundary_and_bytes_none() -> None:
    found = traps([WORDS, BYTES], pairs=50).found
    assert found[WORDS].share == 1 and found[BYTES].share == 0
    assert found[BYTES].ranked == []


def test_a_text_gives_its_neighbours_and_its_lines() -> None:
    found = traps([WORDS, BYTES], "to be or\nnot to be").found
    assert {joint.pair for joint in found[WORDS].swallowed} == {("to", "be"), ("be", "or"), ("not", "to")}
    assert found[WORDS].in_lines == (4, 4) and found[BYTES].in_lines == (4, 0)


def test_words_of_a_script_without_spaces_stand_behind_none() -> None:
    joint = joint_of(open_tokenizer(WORDS), ("東", "京"))
    assert joint.tokens == ("東".encode(), "京".encode()) and joint.trap is None  # UAX 29 cuts at every ideograph


@settings(deadline=None, max_examples=50)
@given(st.text(min_size=1, max_size=6), st.text(min_size=1, max_size=6))
def test_a_boundary_is_a_cut_or_under_a_token(first: str, second: str) -> None:
    joint = joint_of(mistral(), (first, second))
    assert joint.trap is None or joint.trap in f" {first}{second}".encode()


@pytest.mark.slow
def test_a_model_reads_pairs_with_and_without_the_space() -> None:
    found = traps([BYTES], "the weather is fine today", model="shipped:tiny-english")
    assert found.by_model is not None and found.by_model.n_swallowed + found.by_model.n_kept == 4
    assert "needs" in found.sentences()[-1]


def test_the_same_seed_draws_the_same_pairs() -> None:
    assert traps([WORDS], pairs=9, seed=3) == traps([WORDS], pairs=9, seed=3) != traps([WORDS], pairs=9, seed=4)


def test_texts_without_pairs_say_so() -> None:
    with pytest.raises(UserError, match="No line has two words"):
        traps([WORDS], "one\ntwo")
    with pytest.raises(TooLarge, match="Give a part of it"):
        traps([WORDS], "a b " * MOST_BYTES)
