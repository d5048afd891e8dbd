"""What a module of `core.metrics` declares: a number about a tokenizer, with its meaning and what it needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.common.definitions import Definition
from core.common.need import Need, missing
from core.common.registry import Registry
from core.counting.table import CountTable
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.units import Units, units_of

Ints = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Value:
    """A number, or the reason why there is none.

    Args:
        number: NaN if undefined.
        reason: why it is undefined, or what it leaves out; empty for a number that needs no remark.
    """

    number: float
    reason: str = ""


def undefined(reason: str) -> Value:
    """No number, and why."""
    return Value(nan, reason)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a metric may look at: one tokenizer on the sentences of one language, or on several languages.

    Args:
        tokens: tokens per sentence, (N,).
        unknown: unknown tokens per sentence, (N,).
        n_bytes: UTF-8 bytes per sentence, (N,).
        n_characters: code points per sentence, (N,).
        n_vocabulary: ids of the tokenizer, None if it has no vocabulary.
        reference: tokens per sentence of the tokenizer chosen to compare with, (N,).
        segmentations: the sentences cut, N of them.
        by_language: tokens per sentence on average, for each of several languages, (L,); NaN where masked.
    """

    tokens: Ints
    unknown: Ints
    n_bytes: Ints
    n_characters: Ints
    n_vocabulary: int | None = None
    reference: Ints | None = None
    segmentations: Sequence[Segmentation] | None = None
    by_language: NDArray[np.float64] | None = field(default=None)

    @cached_property
    def ids(self) -> NDArray[np.int32]:
        """Ids of the tokens that stand for text, sentence after sentence, (T,)."""
        return np.concatenate([np.empty(0, np.int32), *(s.ids[s.kinds != Kind.INSERTED] for s in self._cut)])

    @cached_property
    def pieces(self) -> list[bytes]:
        """Bytes of the same tokens, unknown ones left out."""
        return [
            piece
            for s in self._cut
            for piece, kind in zip(s.pieces, s.kinds.tolist(), strict=True)
            if kind not in (Kind.INSERTED, Kind.UNKNOWN)
        ]

    @cached_property
    def units(self) -> list[Units]:
        """Characters, clusters and words of each sentence."""
        return [units_of(s.text.decode()) for s in self._cut]

    @property
    def _cut(self) -> Sequence[Segmentation]:
        assert self.segmentations is not None, "asked only by metrics that declare the need"
        return self.segmentations


REFERENCE = Need[Evidence](
    key="reference",
    is_there=lambda evidence: evidence.reference is not None,
    advice="Choose a tokenizer to compare with.",
)
SEGMENTATIONS = Need[Evidence](
    key="segmentations",
    is_there=lambda evidence: evidence.segmentations is not None,
    advice="It needs the text itself: choose a corpus that is here.",
)
VOCABULARY = Need[Evidence](
    key="vocabulary",
    is_there=lambda evidence: evidence.n_vocabulary is not None,
    advice="This tokenizer has no vocabulary.",
)
LANGUAGES = Need[Evidence](
    key="languages",
    is_there=lambda evidence: evidence.by_language is not None,
    advice="It needs several languages.",
)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A number about a tokenizer.

    Args:
        definition: its meaning.
        needs: what `Evidence` must hold beyond counts.
        compute: the number; called only if everything needed is there.
    """

    definition: Definition
    compute: Callable[[Evidence], Value]
    needs: tuple[Need[Evidence], ...] = ()

    @property
    def key(self) -> str:
        """The key of its definition."""
        return self.definition.key

    def unavailable(self, evidence: Evidence) -> str | None:
        """Why it cannot be computed from this, in a sentence for the user; None if it can."""
        return missing(self.needs, evidence)

    def value(self, evidence: Evidence) -> Value:
        """The number, or the reason why there is none."""
        reason = self.unavailable(evidence)
        return undefined(reason) if reason else self.compute(evidence)


METRICS = Registry(package="core.metrics", constant="METRIC", kind=Metric, noun="metric")


def from_table(
    table: CountTable,
    tokenizer: int,
    language: str,
    reference: int | None = None,
    segmentations: Sequence[Segmentation] | None = None,
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
        segmentations=segmentations,
    )


def from_segmentations(
    segmentations: Sequence[Segmentation],
    n_vocabulary: int | None,
    reference: Sequence[Segmentation] | None = None,
) -> Evidence:
    """The evidence for sentences that were cut just now.

    Args:
        n_vocabulary: ids of the tokenizer, None if it has no vocabulary.
        reference: the same sentences, cut by the tokenizer to compare with.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> cut = [open_tokenizer("builtin:utf8-bytes").segment("née")]
    >>> METRICS.get("bytes_per_token").value(from_segmentations(cut, 256)).number
    1.0
    """
    texts = [one.text for one in segmentations]
    return Evidence(
        tokens=np.array([one.n_tokens for one in segmentations]),
        unknown=np.array([int((one.kinds == Kind.UNKNOWN).sum()) for one in segmentations]),
        n_bytes=np.array([len(text) for text in texts]),
        n_characters=np.array([len(text.decode()) for text in texts]),
        n_vocabulary=n_vocabulary,
        reference=None if reference is None else np.array([one.n_tokens for one in reference]),
        segmentations=segmentations,
    )


def over_languages(table: CountTable, tokenizer: int, masked: Sequence[int] = ()) -> Evidence:
    """The evidence for metrics over the languages of a table, on the sentences that all of them have.

    Args:
        masked: rows of languages to leave out, such as those with too many unknown tokens.
    """
    everywhere = table.present.all(0)
    tokens = table.tokens[tokenizer][:, everywhere].astype(np.float64)
    means = tokens.mean(1) if everywhere.any() else np.full(len(table.languages), nan)
    means[list(masked)] = nan
    return Evidence(
        tokens=table.tokens[tokenizer].ravel(),
        unknown=table.unknown[tokenizer].ravel(),
        n_bytes=table.n_bytes.ravel(),
        n_characters=table.n_characters.ravel(),
        n_vocabulary=table.tokenizers[tokenizer].n_vocabulary,
        by_language=means,
    )
