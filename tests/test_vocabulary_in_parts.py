"""Large vocabularies: asked part by part, given up when nobody waits, and pairs of theirs tried in few rounds."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

from core.common.progress import listening
from core.common.sandbox.interest import while_wanted
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import TokenDetails
from core.vocabulary import in_parts, incomplete_pairs
from core.vocabulary.audits.unreachable import unreachable
from core.vocabulary.entries import Entries, entries_of


class Left(Exception):
    """Nobody waits any more."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How much each question to the tokenizer of single bytes asks for, in parts of a hundred."""
    tokenizer, found = type(open_tokenizer("builtin:utf8-bytes")), list[int]()
    describe, encode_many = tokenizer.describe, tokenizer.encode_many

    def describing(self: object, ids: Sequence[int]) -> list[TokenDetails]:
        found.append(len(ids))
        return describe(self, ids)  # type: ignore[arg-type]

    def encoding(self: object, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        found.append(len(texts))
        return encode_many(self, texts)  # type: ignore[arg-type]

    monkeypatch.setattr(tokenizer, "describe", describing)
    monkeypatch.setattr(tokenizer, "encode_many", encoding)
    monkeypatch.setattr(in_parts, "_ENTRIES", 100)
    monkeypatch.setattr(in_parts, "_TEXTS", 100)
    return found


def test_entries_are_read_in_parts_that_say_how_far_they_are(asked: list[int]) -> None:
    told = list[tuple[int, int]]()
    with listening(lambda done, total, stage: told.append((done, total))):
        entries = entries_of(open_tokenizer("builtin:utf8-bytes"))
    assert (len(entries), entries.pieces[258]) == (259, b"\xff")
    assert asked == [100, 100, 59]
    assert told == [(100, 259), (200, 259), (259, 259)]


def test_reading_and_looking_end_when_nobody_waits(asked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.vocabulary.audits.unreachable._ROW", 1)  # an entry to a text: 128 texts
    tokenizer = open_tokenizer("builtin:utf8-bytes")
    entries = entries_of(tokenizer)
    asked.clear()

    def left() -> None:
        if asked:
            raise Left

    with while_wanted(left), pytest.raises(Left):
        entries_of(tokenizer)
    assert asked == [100]
    asked.clear()
    with while_wanted(left), pytest.raises(Left):
        unreachable(entries)
    assert asked == [100]


def test_most_entries_are_found_reachable_many_to_a_text(asked: list[int]) -> None:
    entries = entries_of(open_tokenizer("builtin:utf8-bytes"))
    asked.clear()
    assert not len(unreachable(entries).ids)
    assert sum(asked) < 10  # for 128 characters


@pytest.mark.parametrize("side", [0, 1])
def test_an_entry_with_many_pairs_is_tried_in_few_rounds(monkeypatch: pytest.MonkeyPatch, side: int) -> None:
    """One entry has 200 pairs of which one holds, another as many of which none does."""
    many = np.array([[one, partner] for one in (3, 4) for partner in range(40, 240)])
    pairs = many[:, [side, 1 - side]]
    rounds = list[int]()

    def holds(entries: Entries, some: NDArray[np.int64]) -> NDArray[np.bool_]:
        rounds.append(len(some))
        found: NDArray[np.bool_] = (some[:, side] == 4) & (some[:, 1 - side] == 190)
        return found

    monkeypatch.setattr(incomplete_pairs, "incomplete_pairs", lambda entries: pairs)
    monkeypatch.setattr(incomplete_pairs, "cut_so", holds)
    entries = entries_of(open_tokenizer("builtin:utf8-bytes"))
    assert incomplete_pairs.in_some_pair(entries, side).tolist() == [4]
    assert rounds == [2, 4, 8, 16, 32, 64, 128, 146]


def test_parts_of_characters_are_tried_only_with_parts_of_the_length_that_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All 30 first bytes of two, 16 of three and 5 of four, with all 64 last bytes and 4,096 of two: 1,920 + 65,536."""
    pieces = [bytes([lead]) for lead in range(0xC2, 0xF5)]
    last = range(0x80, 0xC0)
    pieces += [bytes([one]) for one in last] + [bytes([one, other]) for one in last for other in last]
    tried = list[bytes]()

    def counted(data: bytes) -> bool:
        tried.append(data)
        return is_character(data)

    is_character = incomplete_pairs.is_character
    monkeypatch.setattr(incomplete_pairs, "is_character", counted)
    found = incomplete_pairs.candidates(pieces, np.arange(51), np.arange(51, len(pieces)))
    assert len(tried) == 30 * 64 + 16 * 64 * 64
    assert len(found) == (0x800 - 0x80) + (0x10000 - 0x800 - 0x800)  # what two and three bytes write in Unicode


def looking_script() -> None:
    """A look that takes three parts, and one that takes one."""
    from components.vocabulary.looking import looking  # AppTest runs this text by itself
    from core.common.progress import report

    with looking("Looking …"):
        for done in (1, 2, 3):
            report(done, 3, "Reading a*b")
    with looking("Looking …"):
        report(1, 1, "Reading it")


def test_a_look_of_several_parts_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = list[tuple[float, str]]()
    monkeypatch.setattr(DeltaGenerator, "progress", lambda self, value, text: shown.append((value, text)))
    app = AppTest.from_function(looking_script).run()
    assert not app.exception
    assert shown == [(n / 3, f"Reading a\\*b · {n} of 3") for n in (1, 2, 3)]
    assert not app.get("progress") and not app.get("spinner")
