"""What metrics look at: one tokenizer on a text, on the sentences of a language, or on several languages.

What several metrics need, such as the tokens over each word, is worked out once, when the first of them asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.bare import Bare
from core.metrics.words import Words
from core.segmentation.losses import Loss, losses
from core.segmentation.overlaps import spans_of_text
from core.stats.bootstrap import MIN_ITEMS, Draws
from core.stats.drawn_sums import drawn_sums
from core.stats.grouped_items import Groups, group_sums, n_groups
from core.stats.left_out import TypeCounts
from core.text.units import Units, units_of
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.utf8_pieces import shape

if TYPE_CHECKING:  # it imports corpora and the names of languages, which no single text needs
    from core.counting.table import CountTable

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]


_COMPLETE, _PART, _CROSSES, _NO_SHAPE = range(4)


def _shape_number(piece: bytes) -> int:
    if not piece:
        return _NO_SHAPE
    found = shape(piece)
    return _COMPLETE if found.complete else _CROSSES if found.crosses else _PART


@dataclass(frozen=True, eq=False)
class PieceShapes:
    """Tokens with bytes in each of N sentences, and those of them that are whole characters, or hold a part of one
    beside others, (N,) each."""

    n: Ints
    complete: Ints
    crosses: Ints


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a metric may look at. A text is one sentence here.

    Args:
        tokens: tokens per sentence, (N,).
        unknown: unknown tokens per sentence, (N,).
        n_bytes: UTF-8 bytes per sentence, (N,).
        n_characters: code points per sentence, (N,).
        n_vocabulary: ids of the tokenizer, None if it has no vocabulary.
        reference: tokens per sentence of the tokenizer chosen to compare with, (N,).
        segmentations: the sentences cut, N of them.
        by_language: tokens per sentence on average, for each of several languages, (L,); NaN where masked.
        known_units: units of the sentences, N of them, where the caller has them for several tokenizers or chose a
            segmenter; None finds them when asked.
        groups: of the sentences, (N,), which are the sample then; None where each is drawn by itself.
        bare: the same sentences without accents, tone marks and vowel points, as the tokenizer counts them.
        language_items: tokens of each language, over which `by_language` is a mean, on each thing drawn, (L, G).
    """

    tokens: Ints
    unknown: Ints
    n_bytes: Ints
    n_characters: Ints
    n_vocabulary: int | None = None
    reference: Ints | None = None
    segmentations: Sequence[Segmentation] | None = None
    by_language: NDArray[np.float64] | None = None
    known_units: Sequence[Units] | None = None
    groups: Groups | None = None
    bare: Bare | None = None
    language_items: Ints | None = None

    @cached_property
    def drawn_by_language(self) -> Floats | None:
        """Tokens of each language on resampled sentences, (draws, L); None where there are fewer than 10 to draw."""
        items = self.language_items
        if items is None or items.shape[1] < MIN_ITEMS:
            return None
        rows = np.ascontiguousarray(items, np.float32)
        return np.ascontiguousarray(drawn_sums(rows, Draws(items.shape[1])).T, np.float64)

    @cached_property
    def type_counts(self) -> TypeCounts:
        """How often each id occurs, in all and in each thing drawn."""
        lengths = [int(np.count_nonzero(one.kinds != Kind.INSERTED)) for one in self.cut]
        return TypeCounts.of(self.ids, np.repeat(self.drawn, lengths), self.n_drawn)

    @property
    def drawn(self) -> Ints:
        """The number of what each sentence is drawn with, (N,)."""
        return np.arange(len(self.tokens)) if self.groups is None else self.groups

    @property
    def n_drawn(self) -> int:
        """How many sentences there are to draw, or groups of them."""
        return n_groups(self.groups, len(self.tokens))

    @cached_property
    def ids(self) -> NDArray[np.int32]:
        """Ids of the tokens that stand for text, sentence after sentence, (T,)."""
        found = [s.ids[s.kinds != Kind.INSERTED] for s in self.cut]
        return np.concatenate(found) if found else np.empty(0, np.int32)

    @cached_property
    def piece_shapes(self) -> PieceShapes:
        """How many of the same tokens, unknown ones and those without bytes left out, are which parts of characters."""
        shape_of = cache(_shape_number)  # a text has few distinct tokens
        rows = []
        for one in self.cut:
            shapes = np.fromiter(map(shape_of, one.pieces), np.intp, len(one.pieces))
            shapes[(one.kinds == Kind.INSERTED) | (one.kinds == Kind.UNKNOWN)] = _NO_SHAPE
            rows.append(np.bincount(shapes, minlength=_NO_SHAPE + 1))
        complete, parts, crosses, _ = np.array(rows, np.int64).reshape(-1, _NO_SHAPE + 1).T
        n = complete + parts + crosses
        return PieceShapes(n, complete, crosses)

    @cached_property
    def spans(self) -> list[tuple[NDArray[np.int32], NDArray[np.int32]]]:
        """Where the same tokens begin and end in the bytes of each sentence."""
        return [spans_of_text(one) for one in self.cut]

    @cached_property
    def units(self) -> Sequence[Units]:
        """Characters, clusters and words of each sentence."""
        return [units_of(one.text.decode()) for one in self.cut] if self.known_units is None else self.known_units

    @cached_property
    def words(self) -> Words:
        """The words of the sentences, with the tokens over each."""
        return Words(self.spans, self.units)

    @cached_property
    def losses(self) -> list[tuple[Loss, ...]]:
        """What the tokens of each sentence do not say back of it."""
        return [losses(one, units.clusters) for one, units in zip(self.cut, self.units, strict=True)]

    @property
    def no_tokens(self) -> str:
        """Why there is nothing per token, where there are no tokens."""
        return "No token stands for text." if self.n_bytes.any() else "The text is empty."

    @property
    def cut(self) -> Sequence[Segmentation]:
        """The sentences cut; asked for only by metrics that declare the need."""
        assert self.segmentations is not None, "declared as needed"
        return self.segmentations


def of_text(segmentation: Segmentation, units: Units | None = None, n_vocabulary: int | None = None) -> Evidence:
    """The evidence for one text.

    Args:
        units: of the same text, where the caller has them for several tokenizers or chose a segmenter.
        n_vocabulary: ids of the tokenizer, None if it has no vocabulary or no metric asks.

    Raises:
        ValueError: the units are of another text.
    """
    return of_sentences([segmentation], n_vocabulary, units=None if units is None else [units])


def of_sentences(
    segmentations: Sequence[Segmentation],
    n_vocabulary: int | None,
    reference: Sequence[Segmentation] | None = None,
    units: Sequence[Units] | None = None,
    groups: Groups | None = None,
    bare: Bare | None = None,
) -> Evidence:
    """The evidence for sentences that were cut just now.

    Args:
        n_vocabulary: ids of the tokenizer, None if it has no vocabulary.
        reference: the same sentences, cut by the tokenizer to compare with.
        units: of the same sentences, where the caller has them.
        groups: they come from, such as articles, (N,).
        bare: the same sentences without marks, where the caller has counted them.

    Raises:
        ValueError: the units are of other sentences.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> found = of_sentences([open_tokenizer("builtin:utf8-bytes").segment("née")], 256)
    >>> found.tokens.tolist(), found.n_characters.tolist()
    ([4], [3])
    """
    texts = [one.text for one in segmentations]
    if units is not None and texts != [one.text for one in units]:
        raise ValueError("units of another text")
    n_characters = (len(text.decode()) for text in texts) if units is None else (len(u.characters) - 1 for u in units)
    return Evidence(
        tokens=np.array([one.n_tokens for one in segmentations], np.int64),
        unknown=np.array([np.count_nonzero(one.kinds == Kind.UNKNOWN) for one in segmentations], np.int64),
        n_bytes=np.array([len(text) for text in texts], np.int64),
        n_characters=np.array(list(n_characters), np.int64),
        n_vocabulary=n_vocabulary,
        reference=None if reference is None else np.array([one.n_tokens for one in reference], np.int64),
        segmentations=segmentations,
        known_units=units,
        groups=groups,
        bare=bare,
    )


def from_table(
    table: CountTable,
    tokenizer: int,
    language: str,
    reference: int | None = None,
) -> Evidence:
    """The evidence for one cell of a table."""
    row = table.language(language)
    return Evidence(
        tokens=table.tokens[tokenizer, row],
        unknown=table.unknown[tokenizer, row],
        n_bytes=table.n_bytes[row],
        n_characters=table.n_characters[row],
        n_vocabulary=table.tokenizers[tokenizer].n_vocabulary,
        reference=None if reference is None else table.tokens[reference, row],
        groups=table.drawn_together,
    )


def over_languages(table: CountTable, tokenizer: int, masked: Sequence[int] = ()) -> Evidence:
    """The evidence for metrics over the languages of a table; their costs are of the sentences that all of them have.

    Args:
        masked: rows of languages to leave out, such as those with too many unknown tokens.
    """
    return of_languages([from_table(table, tokenizer, code) for code in table.languages], masked)


def of_languages(each: Sequence[Evidence], masked: Sequence[int] = ()) -> Evidence:
    """The same from the evidence of each language on the same sentences.

    Args:
        masked: places of languages to leave out.
    """
    tokens, n_bytes = np.stack([one.tokens for one in each]), np.stack([one.n_bytes for one in each])
    everywhere = (n_bytes > 0).all(0)
    means = tokens[:, everywhere].astype(np.float64).mean(1) if everywhere.any() else np.full(len(each), nan)
    means[list(masked)] = nan
    groups = each[0].groups
    kept = None if groups is None else np.unique(groups[everywhere], return_inverse=True)[1]
    return Evidence(
        tokens=tokens.sum(0, dtype=np.int64),
        unknown=np.sum([one.unknown for one in each], axis=0, dtype=np.int64),
        n_bytes=n_bytes.sum(0, dtype=np.int64),
        n_characters=np.sum([one.n_characters for one in each], axis=0, dtype=np.int64),
        n_vocabulary=each[0].n_vocabulary,
        by_language=means,
        groups=groups,
        language_items=group_sums(tokens[:, everywhere], kept),
    )
