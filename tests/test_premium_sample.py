"""The sample corpus is what data/samples/README.md says: the same sixty sentences in many languages."""

import json
import unicodedata
from collections import Counter

import pytest
import regex

from core.corpora.corpus import open_corpus
from core.text.languages import flores_languages
from core.text.samples import FOLDER

ROWS = [json.loads(line) for line in (FOLDER / "premium.jsonl").read_text(encoding="utf-8").splitlines()]
SENTENCES = {row["code"]: row["sentences"] for row in ROWS}
# How each ISO 15924 code that joins scripts is spelled as a class.
SCRIPT = {
    "Jpan": r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]",
    "Hans": r"\p{Script=Han}",
    "Hant": r"\p{Script=Han}",
    "Hang": r"[\p{Script=Hangul}\p{Script=Han}]",
}
# Sentences whose numbers every language writes with the same digits, and the digits in them that must be there.
SAME_DIGITS = {47: "1284600", 48: "1000", 50: "8849", 52: "1250", 53: "6238", 55: "42195", 57: "4236"}

each_language = pytest.mark.parametrize("code", SENTENCES)


def digits(sentence: str) -> str:
    return "".join(
        str(unicodedata.digit(c)) for c in sentence if c.isdigit() and unicodedata.digit(c, None) is not None
    )


def test_enough_languages_and_scripts() -> None:
    assert len(SENTENCES) >= 40
    assert len({code[-4:] for code in SENTENCES}) >= 20
    assert list(SENTENCES) == sorted(SENTENCES)
    assert set(SENTENCES) <= set(flores_languages())


@each_language
def test_sixty_clean_sentences(code: str) -> None:
    assert len(SENTENCES[code]) == 60
    assert len(set(SENTENCES[code])) == 60
    for sentence in SENTENCES[code]:
        assert sentence == sentence.strip()
        assert unicodedata.is_normalized("NFC", sentence)
        assert regex.search(r"[\uFFFD\p{Cc}\p{Cn}\p{Co}]", sentence) is None


@each_language
def test_the_text_is_in_its_script(code: str) -> None:
    text = " ".join(SENTENCES[code])
    letters = regex.findall(r"[\p{L}\p{M}--\p{Script=Inherited}]", text, flags=regex.V1)
    pattern = regex.compile(SCRIPT.get(code[-4:], rf"\p{{Script={code[-4:]}}}"))
    assert sum(bool(pattern.fullmatch(letter)) for letter in letters) > 0.97 * len(letters)  # info@example.org, kg, °C


@each_language
@pytest.mark.parametrize("n", SAME_DIGITS)
def test_numbers_are_the_same(code: str, n: int) -> None:
    found = Counter(digits(SENTENCES[code][n]))
    wanted = Counter(SAME_DIGITS[n])
    assert wanted - found == Counter(), SENTENCES[code][n]


def test_no_sentence_stands_in_two_languages() -> None:
    counts = Counter(sentence for lines in SENTENCES.values() for sentence in lines)
    assert [sentence for sentence, n in counts.items() if n > 1] == []


def test_lengths_are_those_of_translations() -> None:
    """A line that lost or gained a neighbour's content is far longer or shorter than its language usually is."""
    for code, lines in SENTENCES.items():
        usual = sum(map(len, lines)) / sum(map(len, SENTENCES["eng_Latn"]))
        for n, (line, english) in enumerate(zip(lines, SENTENCES["eng_Latn"], strict=True)):
            assert 0.4 < len(line) / (len(english) * usual) < 2.5, (code, n, line)


def test_the_corpus_says_that_it_is_a_demonstration() -> None:
    corpus = open_corpus("sample")
    assert len(corpus.languages) == len(SENTENCES)
    assert not corpus.gaps
    assert "FLORES" in corpus.notes[0]
