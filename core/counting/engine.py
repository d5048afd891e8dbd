"""What a module of `core.counting.engines` declares: another engine for the same tokenizer, which only counts."""

import os
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from core.common.errors import is_failure
from core.common.quiet import quiet_libraries
from core.counting.alphabet import kinds
from core.counting.end_to_end import EndToEnd
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import Counts, LocalTokenizer

Counter = Callable[[Sequence[str]], Counts]
Engine = Callable[[EndToEnd], Counts]


class CannotCount(Exception):
    """An engine cannot run a tokenizer; the message says why, to follow the engine's name and a colon."""


@dataclass(frozen=True, kw_only=True)
class CountingEngine:
    """An engine.

    Args:
        key: the module's word for it.
        label: its name and version.
        exact: it is the reference, run in another way, so it needs no watching.
        n_threads: that it uses at a time.
        build: counts like the tokenizer, it is hoped, by `beside_reference` unless it is exact; raises CannotCount.
            Whether it does is found out by calibration.
    """

    key: str
    label: str
    build: Callable[[LocalTokenizer], Counter]
    exact: bool = False
    n_threads: int = 1


def processors() -> int:
    """Threads that libraries in Rust use."""
    return int(os.environ.get("RAYON_NUM_THREADS") or os.cpu_count() or 1)


@dataclass(frozen=True, eq=False)
class Guarded:
    """Counts by an engine, but by the reference where engines have ways of their own.

    Args:
        tokenizer: the reference.
        engine: counts anything else.
        spelled: finds the texts with the spelling of a special token, at which engines cut even where it is to be text.
        most_characters: of one call of the engine, within one text.
        kinds: what each character is to the engine, (0x110000,).
    """

    tokenizer: LocalTokenizer
    engine: Engine
    spelled: Callable[[EndToEnd], list[int]]
    most_characters: int
    kinds: NDArray[np.uint8]

    def __call__(self, texts: Sequence[str]) -> Counts:
        return self.told_apart(texts)[0]

    def told_apart(self, texts: Sequence[str]) -> tuple[Counts, EndToEnd]:
        """Counts, and the texts that the engine counted; those of the reference are empty there."""
        whole = EndToEnd.of(texts, self.kinds)
        apart = sorted({*whole.blank, *whole.strange, *self.spelled(whole)})
        by_engine = whole.without(apart)
        found = self._by_engine(by_engine)
        if apart:
            by_reference = self.tokenizer.count([texts[n] for n in apart])
            found.tokens[apart], found.unknown[apart] = by_reference.tokens, by_reference.unknown
        return found, by_engine

    def _by_engine(self, texts: EndToEnd) -> Counts:
        """Calls on which the engine fails are counted by the reference."""
        tokens, unknown = np.zeros(len(texts), np.int32), np.zeros(len(texts), np.int32)
        for start, stop in _calls(texts.lengths, self.most_characters):
            call = texts.part(start, stop)
            try:
                with quiet_libraries():
                    found = self.engine(call)
            except BaseException as error:
                if not is_failure(error):
                    raise
                found = self.tokenizer.count(call.texts)
            tokens[start:stop], unknown[start:stop] = found.tokens, found.unknown
        return Counts(tokens, unknown)


def beside_reference(
    tokenizer: LocalTokenizer, engine: Engine, specials: Sequence[str], most_characters: int
) -> Guarded:
    """Counts by an engine, but by the reference texts with the spelling of a special token and texts of whitespace.

    Args:
        most_characters: of one call, within one text.
    """
    spelled = _holding([spelling for spelling in specials if spelling])
    return Guarded(tokenizer, engine, spelled, most_characters, kinds())


def _holding(spellings: Sequence[str]) -> Callable[[EndToEnd], list[int]]:
    """Finds which texts hold a spelling; the few characters without which there is none are looked for first."""
    search, marks = ahocorasick_rs.AhoCorasick(spellings), _marks(spellings)

    def rows(texts: EndToEnd) -> list[int]:
        likely = {n for mark in marks for n in texts.having(mark)}
        return [n for n in likely if search.find_matches_as_indexes(texts.texts[n])]

    return rows


def _marks(spellings: Sequence[str]) -> str:
    """Characters of which each spelling has one: few, and none that is frequent in texts if it can be helped.

    >>> _marks(["<|end|>", "<|start|>", "[MASK]", "<s>"])
    '>]'
    """
    among = Tally(character for spelling in spellings for character in set(spelling))
    if not spellings:
        return ""
    best = max(
        among, key=lambda character: (not (character.isalnum() or character.isspace()), among[character], character)
    )
    return best + _marks([spelling for spelling in spellings if best not in spelling])


def unknown_ids(tokenizer: LocalTokenizer) -> NDArray[np.bool_] | None:
    """Which ids mean "unknown", (V,); None if none does."""
    if tokenizer.vocabulary is None:
        return None
    unknown: NDArray[np.bool_] = tokenizer.vocabulary.kinds == Kind.UNKNOWN
    return unknown if unknown.any() else None


def counts_of_ids(flat: NDArray[Any], edges: NDArray[Any], unknown: NDArray[np.bool_] | None) -> Counts:
    """Counts of texts whose ids lie one after another.

    Args:
        flat: ids of all texts, (T,).
        edges: where each text's ids begin and the last one's end, (N + 1,).
        unknown: which ids mean "unknown", (V,), or None.
    """
    tokens = np.diff(edges).astype(np.int32)
    if unknown is None:
        return Counts(tokens, np.zeros(len(tokens), np.int32))
    seen = np.flatnonzero(unknown.take(flat))
    return Counts(tokens, np.diff(np.searchsorted(seen, edges)).astype(np.int32))


def counts_of_lists(ids: Sequence[list[int]], unknown: NDArray[np.bool_] | None) -> Counts:
    """Counts of texts whose ids are lists, which are counted where they are: making an array takes longer.

    >>> counts_of_lists([[0, 1, 0], []], np.array([True, False])).unknown
    array([2, 0], dtype=int32)
    """
    tokens = np.fromiter(map(len, ids), np.int32, len(ids))
    seen = np.zeros(len(ids), np.int32)
    for one in [] if unknown is None else np.flatnonzero(unknown).tolist():
        seen += np.fromiter((each.count(one) for each in ids), np.int32, len(ids))
    return Counts(tokens, seen)


def _calls(lengths: NDArray[np.int64], most_characters: int) -> list[tuple[int, int]]:
    """Runs of texts for one call each: those that begin within so many characters.

    >>> lengths = np.array([2, 1, 2])
    >>> _calls(lengths, 3), _calls(lengths, 5), _calls(lengths[:0], 5)
    ([(0, 2), (2, 3)], [(0, 3)], [])
    """
    begins = (np.cumsum(lengths) - lengths) // most_characters
    edges = np.flatnonzero(np.diff(begins, prepend=-1)).tolist()
    return list(pairwise([*edges, len(lengths)]))
