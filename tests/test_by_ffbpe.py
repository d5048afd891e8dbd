"""ffbpe counts the words that tokenizers cuts, and learns its merges; without it the result is the same."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from core.counting.calibration import calibration_lines
from core.training import by_ffbpe, pretokenizers
from core.training.pretokenizers import DIGITS, Cut
from core.training.trainer import TRAINERS
from core.training.trainers import bpe
from tests.training import LANGUAGES, sentences, task

pytestmark = pytest.mark.skipif(not by_ffbpe.IS_HERE, reason="ffbpe is not installed: it has no build for this machine")
Made = TypeVar("Made")
TEXTS = ["\n".join(sentences(code)[:60]) for code in LANGUAGES]


def without(make: Callable[[], Made]) -> Made:
    """What is made on a machine where it is not installed."""
    pretokenizers._counted.cache_clear()
    pretokenizers._pieces.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(by_ffbpe, "IS_HERE", False)
        made = make()
    pretokenizers._counted.cache_clear()
    return made


@pytest.mark.parametrize("pre", pretokenizers._ONE_PATTERN)
def test_words_are_those_of_tokenizers(pre: str) -> None:
    """In eight languages and on lines of all scripts, with white space of all kinds."""
    cut = Cut(pre, "as the pre-tokenizer", "none", "bytes")
    text = "\n".join([*TEXTS, *calibration_lines(), "  a\t b\r\n\r\n  \n c'LL d'll 12345 \u00a0\u3000x ▁y\x00"])
    theirs = Counter(word for word, _ in cut.pre_tokenizer().pre_tokenize_str(text))
    assert by_ffbpe.words_of_pattern(cut.pattern, [text]) == dict(cut.plain_words((text,)))
    assert cut.words((text,)) == theirs == without(lambda: cut.words((text,)))


@pytest.mark.parametrize(
    ("digits", "longest"), [*((how, 0) for how in DIGITS if DIGITS[how]), ("as the pre-tokenizer", 8)]
)
def test_it_is_not_asked_where_more_than_a_pattern_cuts(digits: str, longest: int) -> None:
    assert not Cut("gpt2", digits, "none", "bytes", longest).pattern


@pytest.mark.parametrize("key", ["bpe", "bpe-characters", "superbpe", "unigram"])
@pytest.mark.parametrize(("least", "specials"), [(1, ()), (4, ("<end>", "<pad>"))])
def test_the_tokenizer_is_the_same_without_it(key: str, least: int, specials: tuple[str, ...]) -> None:
    asked = task(key, 1_200, TEXTS)
    asked = replace(asked, options=replace(asked.options, min_frequency=least, specials=specials))
    train = TRAINERS.get(key).train
    assert train(asked).to_str() == without(lambda: train(asked).to_str())


@pytest.mark.parametrize(("pre", "coverage"), [("o200k", 0.9), ("gpt2", 0.99), ("none", 1.0)])
def test_characters_that_have_no_entry_cut_words_the_same(pre: str, coverage: float) -> None:
    """Of all scripts, with white space and the sign for it; tokenizers cuts at them before its pattern does."""
    text = "\n".join([*TEXTS, *calibration_lines()[:400], "a  ☃ b\r\n\r\n  \n ▁ y▁▁\u00a0☃☃ ☃\U0001f600!?"])
    asked = task("bpe-characters", 3_000, [text], {"coverage": coverage})
    asked = replace(asked, options=replace(asked.options, pre=pre, min_frequency=1))
    train = TRAINERS.get("bpe-characters").train
    assert train(asked).to_str() == without(lambda: train(asked).to_str())


def test_too_few_pairs_give_the_same_few_entries() -> None:
    asked = task("bpe", 1_200, ["aaaa aaab abab aaaaa abcabc abcabc bcbc"])
    symbols, merges = bpe.learned(asked, 1_200)
    plain, others = without(lambda: bpe.learned(asked, 1_200))
    assert (symbols.spellings, merges) == (plain.spellings, others) and 256 < len(plain.spellings) < 1_200
