"""What a module of `core.counting.engines` declares: another engine for the same tokenizer, which only counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from core.common.errors import is_failure
from core.common.quiet import quiet_libraries
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import Counts, LocalTokenizer

Counter = Callable[[Sequence[str]], Counts]


class CannotCount(Exception):
    """An engine cannot run a tokenizer; the message says why, to follow the engine's name and a colon."""


@dataclass(frozen=True, kw_only=True)
class CountingEngine:
    """An engine.

    Args:
        key: the module's word for it.
        label: its name and version.
        exact: it is the reference, run in another way, so it needs no watching.
        build: counts like the tokenizer, it is hoped; raises CannotCount. Whether it does is found out by calibration.
    """

    key: str
    label: str
    build: Callable[[LocalTokenizer], Counter]
    exact: bool = False


def beside_reference(
    tokenizer: LocalTokenizer, engine: Counter, specials: Sequence[str], most_characters: int
) -> Counter:
    """Counts by an engine, but by the reference where engines have ways of their own.

    That is for texts that hold the spelling of a special token, at which engines cut even where it is to be text, for
    texts of whitespace alone, and for calls on which the engine fails.

    Args:
        most_characters: of one call, within one text.
    """
    special = ahocorasick_rs.AhoCorasick([spelling for spelling in specials if spelling])

    def count(texts: Sequence[str]) -> Counts:
        tokens, unknown = np.zeros(len(texts), np.int32), np.zeros(len(texts), np.int32)
        apart = [n for n, text in enumerate(texts) if not text.strip() or special.find_matches_as_indexes(text)]
        if apart:
            kept = set(apart)
            by_reference = tokenizer.count([texts[n] for n in apart])
            texts = ["" if n in kept else text for n, text in enumerate(texts)]
        for start, stop in _calls(texts, most_characters):
            call = texts[start:stop]
            try:
                with quiet_libraries():
                    found = engine(call)
            except BaseException as error:
                if not is_failure(error):
                    raise
                found = tokenizer.count(call)
            tokens[start:stop], unknown[start:stop] = found.tokens, found.unknown
        if apart:
            tokens[apart], unknown[apart] = by_reference.tokens, by_reference.unknown
        return Counts(tokens, unknown)

    return count


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
    seen = np.concatenate([[0], np.cumsum(unknown[flat])])
    return Counts(tokens, (seen[edges[1:]] - seen[edges[:-1]]).astype(np.int32))


def _calls(texts: Sequence[str], most_characters: int) -> list[tuple[int, int]]:
    """Runs of texts for one call each."""
    edges, size = [0], 0
    for n, text in enumerate(texts):
        size += len(text)
        if size >= most_characters:
            edges.append(n + 1)
            size = 0
    if edges[-1] != len(texts):
        edges.append(len(texts))
    return list(pairwise(edges))
