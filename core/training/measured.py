"""How many bytes of a text a token stands for, with an interval over lines."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from core.stats.bootstrap import MIN_ITEMS
from core.stats.ratio_t_test import ratio_against_zero
from core.training.recipe import MeasuredPart, ParallelTokens
from core.training.text import Chunks, TrainingPart

_AT_ONCE = 2**20  # characters
_MOST_TRAINED_ON = 16 * 2**20  # characters that are measured of a text of which nothing was kept apart


def measured(tokenizer: Tokenizer, parts: Sequence[TrainingPart]) -> tuple[MeasuredPart, list[MeasuredPart]]:
    """All of a text together, and each part of it, by what was kept apart; where nothing was, by its beginning."""
    apart, texts = _measured_texts(parts)
    each = [_part(tokenizer, part.name, part.n_bytes, some, apart) for part, some in zip(parts, texts, strict=True)]
    together = [text for some in texts for text in some]
    return _part(tokenizer, "", sum(part.n_bytes for part in parts), together, apart), each


def entry_counts(tokenizer: Tokenizer, parts: Sequence[TrainingPart]) -> NDArray[np.uint32]:
    """How often each id stands in the same texts, uint32 (V,)."""
    counts = np.zeros(tokenizer.get_vocab_size(), np.uint32)
    for texts in _measured_texts(parts)[1]:
        for ids in _encoded(tokenizer, texts):
            np.add.at(counts, ids, 1)
    return counts


def _measured_texts(parts: Sequence[TrainingPart]) -> tuple[bool, list[tuple[str, ...]]]:
    """Whether any was kept apart, and what is measured of each part."""
    apart = any(part.held_out for part in parts)
    return apart, [part.held_out if apart else tuple(_first(part.chunks)) for part in parts]


def _first(chunks: Chunks) -> Iterator[str]:
    """The first chunks of a text, some million characters."""
    room = _MOST_TRAINED_ON
    for chunk in chunks:
        if room <= 0:
            break
        yield chunk
        room -= len(chunk)


def parallel_tokens(tokenizer: Tokenizer, parts: Sequence[TrainingPart]) -> ParallelTokens:
    """Tokens of each sentence kept apart that is there in several languages of one corpus; of the first such corpus."""
    corpora = [part.corpus for part in parts if part.corpus]
    several = next((one for one in corpora if corpora.count(one) > 1), None)
    there = [part for part in parts if several and part.corpus == several]
    rows = sorted(set.intersection(*(set(part.rows) for part in there))) if there else []
    if not rows:
        return ParallelTokens((), np.zeros((0, 0), np.int32))
    lines = [dict(zip(part.rows, part.held_out, strict=True)) for part in there]
    return ParallelTokens(
        tuple(part.name for part in there),
        np.array([_lengths(tokenizer, [one[row] for row in rows]) for one in lines], np.int32),
    )


def _lengths(tokenizer: Tokenizer, texts: Sequence[str]) -> list[int]:
    return list(map(len, _encoded(tokenizer, texts)))


def _encoded(tokenizer: Tokenizer, texts: Iterable[str]) -> Iterator[list[int]]:
    """Ids of each text; some at a time, since what the library gives takes many times the memory of a text."""
    some, size = list[str](), 0
    for text in chain(texts, [None]):
        if text is not None:
            some.append(text)
            size += len(text)
        if size >= _AT_ONCE or text is None:
            yield from (one.ids for one in tokenizer.encode_batch_fast(some, add_special_tokens=False))
            some, size = [], 0


def _part(tokenizer: Tokenizer, name: str, n_bytes: int, texts: Sequence[str], apart: bool) -> MeasuredPart:
    sizes = np.array([len(text.encode()) for text in texts], np.float64)
    tokens = np.array(_lengths(tokenizer, texts), np.float64)
    value = low = high = float("nan")
    if tokens.sum():
        value = float(sizes.sum() / tokens.sum())
        if apart and len(texts) >= MIN_ITEMS:
            found = ratio_against_zero(sizes, tokens, np.zeros(len(texts), np.intp))
            low, high = found.low, found.high
    return MeasuredPart(name, n_bytes, int(sizes.sum()), value, low, high)
