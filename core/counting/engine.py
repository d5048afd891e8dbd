"""What a module of `core.counting.engines` declares: another engine for the same tokenizer, which only counts."""

import os
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from core.common.errors import is_failure
from core.common.quiet import quiet_libraries
from core.counting.alphabet import kinds
from core.counting.end_to_end import EndToEnd, Finder, Piece, lengths_of, runs
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
    spelled: Finder
    most_characters: int
    kinds: NDArray[np.uint8]

    def __call__(self, texts: Sequence[str]) -> Counts:
        return self.told_apart(texts, lengths_of(texts))[0]

    def told_apart(self, texts: Sequence[str], lengths: NDArray[np.int64]) -> tuple[Counts, list[int]]:
        """(counts, which texts the reference counted, in order).

        Args:
            lengths: characters of each, int64 (N,).
        """
        tokens, unknown = np.zeros(len(texts), np.int32), np.zeros(len(texts), np.int32)
        apart: list[int] = []
        for start, stop in runs(lengths, self.most_characters):
            some = texts if stop - start == len(texts) else texts[start:stop]
            call = EndToEnd.of(some, lengths[start:stop], self.kinds, self.spelled)
            found = self._by_engine(call)
            tokens[start:stop], unknown[start:stop] = found.tokens, found.unknown
            apart += [start + n for n in call.apart]
        if apart:
            by_reference = self.tokenizer.count([texts[n] for n in apart])
            tokens[apart], unknown[apart] = by_reference.tokens, by_reference.unknown
        return Counts(tokens, unknown), apart

    def _by_engine(self, call: EndToEnd) -> Counts:
        """A call on which the engine fails is counted by the reference."""
        try:
            with quiet_libraries():
                return self.engine(call)
        except BaseException as error:
            if not is_failure(error):
                raise
            return self.tokenizer.count(call.texts)


def beside_reference(
    tokenizer: LocalTokenizer, engine: Engine, specials: Sequence[str], most_characters: int
) -> Guarded:
    """Counts by an engine, but by the reference texts with the spelling of a special token and texts of whitespace.

    Args:
        most_characters: of one call, within one text.
    """
    spelled = _holding([spelling for spelling in specials if spelling])
    return Guarded(tokenizer, engine, spelled, most_characters, kinds())


def _holding(spellings: Sequence[str]) -> Finder:
    """Finds which texts hold a spelling; the few characters without which there is none are looked for first."""
    search, marks = ahocorasick_rs.AhoCorasick(spellings), _marks(spellings)

    def rows(piece: Piece) -> list[int]:
        likely = {n for mark in marks for n in piece.having(mark)}
        return [n for n in likely if search.find_matches_as_indexes(piece.texts[n])]

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
