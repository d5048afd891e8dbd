"""Texts to try a tokenizer on: the same sentences in many languages, code, digits, emoji and traps."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.common.data_folders import DATA
from core.common.errors import UnknownName

FOLDER = DATA / "samples"

# Thai, Lao, Khmer, Burmese and Tibetan write no space between words, but do write one between sentences.
NO_SPACE_BETWEEN_SENTENCES = frozenset({"Hans", "Hant", "Jpan"})


@dataclass(frozen=True)
class ParallelText:
    """One language's version of the six sentences; `code` is ISO 639-3, then ISO 15924, as in FLORES+."""

    code: str
    language: str
    autonym: str
    script: str
    script_name: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """The sentences as one paragraph, spaced as the script spaces sentences."""
        return ("" if self.script in NO_SPACE_BETWEEN_SENTENCES else " ").join(self.sentences)

    @property
    def label(self) -> str:
        """The English name, then the name in the language itself where that differs."""
        return self.language if self.language == self.autonym else f"{self.language} · {self.autonym}"


@dataclass(frozen=True)
class Sample:
    """A text to offer, in a group of a menu."""

    key: str
    group: str
    label: str
    text: str


@dataclass(frozen=True)
class SamplePair:
    """Two texts that differ in one respect, which `label` names."""

    key: str
    label: str
    first: str
    second: str


@cache
def _texts() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / "texts.json").read_text(encoding="utf-8"))
    return document


@cache
def parallel_texts() -> tuple[ParallelText, ...]:
    """The same six sentences in every language, sorted by script, then language.

    >>> [text.sentences[4] for text in parallel_texts() if text.code == "eng_Latn"]
    ['How many pieces does your own language need?']
    """
    # Not splitlines(), which also splits at U+2028 and U+0085 inside a string.
    lines = (FOLDER / "parallel.jsonl").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    rows = map(json.loads, lines)
    return tuple(_parallel_text(row) for row in rows)


def _parallel_text(row: dict[str, Any]) -> ParallelText:
    names = {name: row[name] for name in ("code", "language", "autonym", "script", "script_name")}
    return ParallelText(**names, sentences=tuple(row["sentences"]))


def opening_text() -> str:
    """The line in three scripts that a page shows before the user has typed anything: short enough to see at a glance.

    >>> opening_text().split()[:3]
    ['Tokenizers', 'cut', 'unbelievable']
    """
    return str(_texts()["opening"])


@cache
def samples() -> tuple[Sample, ...]:
    """Every text on offer, in menu order: many scripts, the opening, the groups of texts.json, then each language.

    >>> [one.key for one in samples()[:2]]
    ['many-scripts', 'opening']
    """
    grouped = [Sample(group=group["group"], **sample) for group in _texts()["groups"] for sample in group["samples"]]
    languages = [Sample(text.code, "Languages", text.label, text.text) for text in parallel_texts()]
    opening = Sample("opening", "Opening", "Three scripts", opening_text())
    return (grouped[0], opening, *grouped[1:], *languages)


def sample(key: str) -> Sample:
    """The sample that a key names, such as "code-rust" or "deu_Latn".

    Raises:
        UnknownName: no sample has the key; suggests the nearest.

    >>> sample("code-rust").label
    'Rust'
    """
    for candidate in samples():
        if candidate.key == key:
            return candidate
    raise UnknownName("sample text", key, (candidate.key for candidate in samples()))


@cache
def pairs() -> tuple[SamplePair, ...]:
    """Pairs of texts to compare: what a typo, a translation or a capital letter costs.

    >>> pairs()[0].label
    'A typo and its correction'
    """
    return tuple(SamplePair(**pair) for pair in _texts()["pairs"])
