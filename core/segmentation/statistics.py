"""What one tokenizer makes of one text, in numbers; `core.common.definitions` says what each of them means."""

from dataclasses import dataclass
from math import nan

import numpy as np

from core.common.errors import UserError
from core.segmentation.losses import Loss, losses
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Ints, Segmentation
from core.tokenizers.units import Units, units_of


@dataclass(frozen=True, eq=False)
class Statistics:
    """Numbers of one segmentation; `core.common.definitions.definition` has the meaning of each by its name here.

    Args:
        n_words: words that fertility and continued words are taken over.
        words_by: what found them, UAX 29 or a segmenter.
        n_unknown: unknown tokens.
        losses: what the tokens do not say back of the text, empty if `lossless`.
        reasons: why a number is NaN, or what it leaves out: (name of the number, sentence) pairs.
    """

    n_tokens: int
    n_added: int
    n_bytes: int
    n_characters: int
    n_clusters: int
    bytes_per_token: float
    characters_per_token: float
    fertility: float
    continued_words: float
    n_words: int
    words_by: str
    n_unknown: int
    unknown_share: float
    unknown_byte_share: float
    n_cut_characters: int
    n_cut_clusters: int
    n_distinct: int
    lossless: bool
    losses: tuple[Loss, ...]
    reasons: tuple[tuple[str, str], ...]

    def reason(self, key: str) -> str:
        """Why the number `key` is NaN, or what it leaves out; empty for a number that needs no remark."""
        return dict(self.reasons).get(key, "")


def statistics(segmentation: Segmentation, units: Units | None = None) -> Statistics:
    """The numbers of one segmentation.

    Args:
        units: of the same text, where the caller has them for several tokenizers or chose a segmenter.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> found = statistics(open_tokenizer("builtin:utf8-bytes").segment("Größe zählt"))
    >>> found.n_tokens, found.fertility, found.n_cut_characters, found.lossless
    (14, 6.5, 3, True)
    """
    units = units_of(segmentation.text.decode()) if units is None else units
    if units.text != segmentation.text:
        raise ValueError("units of another text")
    body = segmentation.kinds != Kind.INSERTED
    unknown = segmentation.kinds == Kind.UNKNOWN
    n_tokens, n_bytes, n_characters = segmentation.n_tokens, len(segmentation.text), len(units.characters) - 1
    starts, ends = segmentation.starts[body], segmentation.ends[body]
    per_word = overlapping(starts, ends, units.word_starts, units.word_ends)
    n_words = len(per_word)
    return Statistics(
        n_tokens=n_tokens,
        n_added=segmentation.n_added,
        n_bytes=n_bytes,
        n_characters=n_characters,
        n_clusters=len(units.clusters) - 1,
        bytes_per_token=n_bytes / n_tokens if n_tokens else nan,
        characters_per_token=n_characters / n_tokens if n_tokens else nan,
        fertility=float(per_word.mean()) if n_words else nan,
        continued_words=float((per_word > 1).mean()) if n_words else nan,
        n_words=n_words,
        words_by=units.words_by,
        n_unknown=int(unknown.sum()),
        unknown_share=float(unknown.sum() / n_tokens) if n_tokens else nan,
        unknown_byte_share=float((segmentation.ends - segmentation.starts)[unknown].sum() / n_bytes)
        if n_bytes
        else nan,
        n_cut_characters=_n_shared(starts, ends, units.characters),
        n_cut_clusters=_n_shared(starts, ends, units.clusters),
        n_distinct=len(np.unique(segmentation.ids[body])),
        lossless=segmentation.lossless,
        losses=losses(segmentation, units.clusters),
        reasons=_reasons(n_tokens, n_bytes, n_words, units),
    )


def overlapping(starts: Ints, ends: Ints, unit_starts: Ints, unit_ends: Ints) -> Ints:
    """How many tokens overlap each unit: spans of tokens and of units, ordered and disjoint; int32 (units,).

    >>> import numpy as np
    >>> edges = np.array([0, 2, 4, 7])
    >>> overlapping(edges[:-1], edges[1:], np.array([0, 3]), np.array([2, 7])).tolist()
    [1, 2]
    """
    first = np.searchsorted(ends, unit_starts, side="right")
    after = np.searchsorted(starts, unit_ends, side="left")
    found: Ints = np.maximum(after - first, 0).astype(np.int32)
    return found


def _n_shared(starts: Ints, ends: Ints, edges: Ints) -> int:
    """How many units between `edges` two or more tokens share."""
    long = np.flatnonzero(np.diff(edges) > 1)  # one byte cannot be shared
    return int(np.count_nonzero(overlapping(starts, ends, edges[long], edges[long + 1]) > 1))


def _reasons(n_tokens: int, n_bytes: int, n_words: int, units: Units) -> tuple[tuple[str, str], ...]:
    reasons: dict[str, str] = {}
    if not n_tokens:
        why = "No token stands for text." if n_bytes else "The text is empty."
        reasons |= dict.fromkeys(("bytes_per_token", "characters_per_token", "unknown_share"), why)
    if not n_bytes:
        reasons["unknown_byte_share"] = "The text is empty."
    if not n_words:
        reasons |= dict.fromkeys(("fertility", "continued_words"), units.no_words or "The text holds no word.")
    elif units.words_left_out:
        reasons |= dict.fromkeys(("fertility", "continued_words"), units.words_left_out)
    return tuple(reasons.items())


def cost(n_tokens: int, price_per_million: float) -> float:
    """Price of so many tokens, in the currency of the price.

    Raises:
        UserError: the price is negative or no number.

    >>> cost(2_000, 1.5)
    0.003
    """
    if not 0 <= price_per_million < float("inf"):
        raise UserError(f"A price of {price_per_million} per million tokens is no price. Type a number from 0 up.")
    return n_tokens * price_per_million / 1_000_000


def context_share(n_tokens: int, window: int) -> float:
    """Share of a context window that so many tokens take; above 1 they do not fit.

    Raises:
        UserError: the window holds no token.

    >>> context_share(2_000, 8_000)
    0.25
    """
    if window < 1:
        raise UserError(f"A context window of {window:,} tokens holds no text. Type a number from 1 up.")
    return n_tokens / window
