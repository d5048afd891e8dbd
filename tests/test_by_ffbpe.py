"""ffbpe counts the words that tokenizers cuts, and learns its merges; without it the result is the same."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest
from tokenizers import Tokenizer, models

from core.counting.calibration import calibration_lines
from core.training import by_ffbpe, pretokenizers
from core.training.alphabet import alphabet, others
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


@pytest.mark.parametrize("key", ["bpe", "superbpe", "unigram"])
@pytest.mark.parametrize(("least", "specials"), [(1, ()), (4, ("<end>", "<pad>"))])
def test_the_tokenizer_is_the_same_without_it(key: str, least: int, specials: tuple[str, ...]) -> None:
    asked = task(key, 1_200, TEXTS)
    asked = replace(asked, options=replace(asked.options, min_frequency=least, specials=specials))
    train = TRAINERS.get(key).train
    assert train(asked).to_str() == without(lambda: train(asked).to_str())


@pytest.mark.parametrize(("pre", "coverage"), [("o200k", 0.9), ("gpt2", 0.99), ("none", 1.0)])
@pytest.mark.parametrize("least", [1, 3])
def test_on_characters_merges_are_those_of_tokenizers(pre: str, coverage: float, least: int) -> None:
    """Of all scripts, with white space and the sign for it; tokenizers cuts at what has no entry before its pattern."""
    text = "\n".join([*TEXTS, *calibration_lines()[:400], "a  ☃ b\r\n\r\n  \n ▁ y▁▁\u00a0☃☃ ☃\U0001f600!?"])
    n = 8_000
    asked = task("bpe-characters", n, [text], {"coverage": coverage})
    asked = replace(asked, options=replace(asked.options, pre=pre, min_frequency=least))
    made = json.loads(TRAINERS.get("bpe-characters").train(asked).to_str())["model"]
    kept = alphabet([text], "none", coverage, n - 256)
    learned = Tokenizer(models.BPE())
    asked.cut.put_on(learned)
    learned.pre_tokenizer = asked.cut.pre_tokenizer(others(kept))
    characters = ["▁" if one == " " else one for one in kept]
    bpe.learn_by_library(learned, [text], asked.options, n - 256, characters)
    theirs = json.loads(learned.to_str())["model"]
    assert made["merges"] == theirs["merges"] and len(made["merges"]) > 500
    first = {piece: i + 256 for piece, i in theirs["vocab"].items()}
    assert made["vocab"] == {f"<0x{byte:02X}>": byte for byte in range(256)} | first


def test_too_few_pairs_give_the_same_few_entries() -> None:
    asked = task("bpe", 1_200, ["aaaa aaab abab aaaaa abcabc abcabc bcbc"])
    symbols, merges = bpe.learned(asked, 1_200)
    plain, others = without(lambda: bpe.learned(asked, 1_200))
    assert (symbols.spellings, merges) == (plain.spellings, others) and 256 < len(plain.spellings) < 1_200
