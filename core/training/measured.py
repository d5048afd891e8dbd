"""How many bytes of a text a token stands for, with an interval over lines."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from core.stats.bootstrap import MIN_ITEMS
from core.stats.ratio_t_test import ratio_against_zero
from core.training.pretokenizers import Cut, normalised
from core.training.recipe import MeasuredPart, ParallelTokens, PhrasesFirst
from core.training.text import TrainingPart

_AT_ONCE = 2**20  # characters
_MOST_PHRASES = 2**20  # characters in which phrases are found: 2 s for what has them
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


def phrases_first(tokenizer: Tokenizer, cut: Cut, parts: Sequence[TrainingPart]) -> PhrasesFirst:
    """How the beginnings of the same texts are cut where phrases are cut first, beside how the tokenizer cuts them."""
    texts = _measured_texts(parts)[1]
    n_bytes = n_tokens = n_otherwise = 0
    for text in (text for some in texts for text in _beginning(some, _MOST_PHRASES // len(texts))):
        [as_cut] = normalised([text], cut.normaliser)
        of_file, of_phrases = (_tokens(tokenizer, some) for some in ([as_cut], list(cut.phrases([as_cut]))))
        n_bytes += len(text.encode())
        n_tokens += len(of_phrases)
        n_otherwise += sum(map(set(of_file).isdisjoint, zip(of_phrases)))
    if not n_tokens:
        return PhrasesFirst(n_bytes, float("nan"), float("nan"))
    return PhrasesFirst(n_bytes, n_bytes / n_tokens, n_otherwise / n_tokens)


def _tokens(tokenizer: Tokenizer, stretches: Sequence[str]) -> list[tuple[int, int, int]]:
    """Of stretches of a text, each cut by itself: where each token begins and ends in the text, and its id.

    Several tokens of one character have the same place, and are told apart by their ids.
    """
    found, at = list[tuple[int, int, int]](), 0
    for text, one in zip(stretches, tokenizer.encode_batch(list(stretches), add_special_tokens=False), strict=True):
        found += [(at + start, at + end, i) for (start, end), i in zip(one.offsets, one.ids, strict=True)]
        at += len(text)
    return found


def _beginning(texts: Iterable[str], room: int) -> Iterator[str]:
    """The first so many characters of texts.

    >>> list(_beginning(["one", "two", "three"], 5))
    ['one', 'tw']
    """
    for text in texts:
        if room <= 0:
            break
        yield text[:room]
        room -= len(text)


def _measured_texts(parts: Sequence[TrainingPart]) -> tuple[bool, list[tuple[str, ...]]]:
    """Whether any was kept apart, and what is measured of each part."""
    apart = any(part.held_out for part in parts)
    return apart, [part.held_out if apart else tuple(_beginning(part.chunks, _MOST_TRAINED_ON)) for part in parts]


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
