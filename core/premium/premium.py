"""What a language costs beside another: premiums on parallel text, with intervals.

Premium of a language = tokens of its sentences / tokens of the same sentences in the base language, as a ratio of sums.
Intervals come from resampling sentences, the same ones for every tokenizer and language (paired bootstrap); where it is
known which sentences come from one article, or another group, groups are resampled. All resampled sums are one matrix
product, in which single precision is exact, so equal seeds give equal bits.

Source: Petrov et al. 2023, Language Model Tokenizers Introduce Unfairness Between Languages; Efron and Tibshirani 1993;
Davison and Hinkley 1997, Bootstrap Methods and their Application, section 3.8 (groups).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.counting.table import CountTable, Unsigned
from core.stats.bootstrap import DRAWS, MIN_ITEMS, Draws, between_ends, ends
from core.stats.drawn_sums import drawn_sums
from core.stats.grouped_items import group_sums

Floats = NDArray[np.float64]
Per = Literal["line", "byte", "character"]
PER: tuple[Per, ...] = ("line", "byte", "character")

MAX_UNKNOWN = 0.1  # share of unknown tokens above which a number says nothing: the text is not in it
MIN_SENTENCES = MIN_ITEMS


@dataclass(frozen=True, eq=False)
class Premiums:
    """Premiums of K tokenizers on L languages.

    Args:
        base: code of the language that costs 1.
        per: what tokens are counted for: the same line, a byte, or a character.
        languages: codes, L of them.
        value: float64 (K, L), NaN where `reasons` says why.
        low, high: 95 % interval, (K, L); NaN where there is no value or `no_interval` says why.
        tokens: tokens on the sentences compared, int64 (K, L).
        unknown_share: share of these that are unknown, (K, L).
        reasons: why a value is NaN, per (row, column); others are not in it.
        n_sentences: sentences that both languages have, (L,).
        no_interval: why there are no intervals, empty if there are.
    """

    base: str
    per: Per
    languages: tuple[str, ...]
    value: Floats
    low: Floats
    high: Floats
    tokens: NDArray[np.int64]
    unknown_share: Floats
    reasons: dict[tuple[int, int], str]
    n_sentences: NDArray[np.int64]
    no_interval: str = ""

    @property
    def held_bytes(self) -> int:
        """Of memory; a reason takes some 300 bytes with its place."""
        arrays = (self.value, self.low, self.high, self.tokens, self.unknown_share, self.n_sentences)
        return sum(one.nbytes for one in arrays) + 300 * len(self.reasons)


@dataclass(frozen=True, eq=False)
class Resampled:
    """Sums over resampled sentences, from which premiums with any base follow by division.

    Args:
        table: the counts.
        draws: how often each sentence was drawn, or each group of them where groups are known.
    """

    table: CountTable
    draws: Draws

    @cached_property
    def tokens(self) -> NDArray[np.floating[Any]]:
        """Sums of tokens, (K, L, draws)."""
        return self.sums(self.table.tokens)

    @cached_property
    def n_bytes(self) -> NDArray[np.floating[Any]]:
        """Sums of bytes, (L, draws)."""
        return self.sums(self.table.n_bytes)

    @cached_property
    def n_characters(self) -> NDArray[np.floating[Any]]:
        """Sums of characters, (L, draws)."""
        return self.sums(self.table.n_characters)

    def sums(self, counts: NDArray[Any]) -> NDArray[np.floating[Any]]:
        """Sums of counts per sentence, (…, N), over what was drawn, (…, draws), exact."""
        drawn = group_sums(counts, self.table.drawn_together)
        rows = np.ascontiguousarray(drawn.reshape(-1, drawn.shape[-1]), np.float32)
        return drawn_sums(rows, self.draws).reshape(*drawn.shape[:-1], self.draws.draws)


def resample(table: CountTable, draws: int = DRAWS, seed: int = 0) -> Resampled:
    """Draw as many sentences as there are, with replacement, `draws` times; all cells share the draws.

    Where groups of sentences are known, as many groups as there are.

    Raises:
        UserError: there are too many sentences for so many draws.
    """
    return Resampled(table, Draws(table.n_drawn, draws, seed))


def premiums(table: CountTable, base: str, per: Per = "line", resampled: Resampled | None = None) -> Premiums:
    """The premium of every language of a table, for every tokenizer.

    Where a sentence is missing in a language or in the base, it counts for neither. A cell is masked, with the reason,
    where over 10 % of the tokens of the language or of the base are unknown, or where there is nothing to divide.

    Args:
        resampled: of the same table, for intervals; None leaves them out.

    Raises:
        UnknownName: the base is not in the table.

    >>> from core.premium.atlas import shipped_atlas
    >>> found = premiums(shipped_atlas(["gpt-2"]), "eng_Latn")
    >>> round(float(found.value[0, found.languages.index("spa_Latn")]), 2)
    1.98
    """
    b = table.language(base)
    both = table.present & table.present[b]  # (L, N)
    if table.complete:  # the usual case, in which sums do not depend on the base
        tokens, unknown = table.total_tokens, table.total_unknown
        base_tokens = np.broadcast_to(tokens[:, [b]], tokens.shape)
    else:
        tokens, base_tokens = _totals(table.tokens, both, b)
        unknown, _ = _totals(table.unknown, both, b)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = tokens / base_tokens * _scale(table, both, b, per)
        share, base_share = unknown / tokens, unknown[:, [b]] / tokens[:, [b]]
    n_sentences = both.sum(1)
    reasons = _reasons(table, base, tokens, base_tokens, share, base_share)
    shown = np.ones(value.shape, np.bool_)
    shown[tuple(np.array(list(reasons), np.intp).reshape(-1, 2).T)] = False
    value[~shown] = np.nan
    low = high = np.full(value.shape, np.nan)
    no_interval = "not asked for" if resampled is None else _no_interval(table, both)
    if resampled is not None and not no_interval:
        low, high = _interval(resampled, both, b, per, shown)
    return Premiums(
        base, per, table.languages, value, low, high, tokens, share, reasons, n_sentences.astype(np.int64), no_interval
    )


def drawn_premiums(resampled: Resampled, base: str, per: Per = "line") -> NDArray[np.floating[Any]] | None:
    """The premiums of every draw, (K, L, draws), for intervals of numbers that follow from several; None where there
    are too few sentences, or groups of them, for any.

    Raises:
        UnknownName: the base is not in the table.
    """
    table = resampled.table
    b = table.language(base)
    both = table.present & table.present[b]
    if _no_interval(table, both):
        return None
    own, of_base = _drawn_sums(resampled, both, b)
    scale = _resampled_scale(resampled, both, b, per)
    with np.errstate(divide="ignore", invalid="ignore"):
        return own / of_base if scale is None else own / of_base * scale


def joined_premiums(table: CountTable, base: str) -> Floats:
    """Premiums of the languages as one text each, as Petrov et al. published them, (K, L); NaN where not counted.

    Raises:
        UserError: the base is not in the table, or was never counted as one text.
    """
    b = table.language(base)
    if (table.joined[:, b] < 0).any():
        raise UserError(
            "There are no counts of joined text for a part of a corpus, or where a language has over 16 MB. Choose "
            "the whole corpus, or shorter text."
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(table.joined > 0, table.joined / table.joined[:, [b]], np.nan)
    return found


def size_premium(table: CountTable, sizes: Unsigned, base: str, per: Per = "line") -> Floats:
    """The premium that bytes or characters would have if they were the tokens, (L,).

    Args:
        sizes: `table.n_bytes` or `table.n_characters`.
    """
    one = replace(
        table,
        tokenizers=table.tokenizers[:1],
        tokens=sizes[None],
        unknown=np.zeros_like(sizes)[None],
        joined=table.joined[:1],
        joined_unknown=table.joined_unknown[:1],
    )
    found: Floats = premiums(one, base, per).value[0]
    return found


def sentence_ratios(table: CountTable, tokenizer: int, language: str, base: str) -> Floats:
    """Tokens of each sentence / tokens of the same sentence in the base, (N,); NaN where either is missing."""
    row, b = table.language(language), table.language(base)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = table.tokens[tokenizer, row] / table.tokens[tokenizer, b].astype(np.float64)
    usable = table.present[row] & table.present[b] & (table.tokens[tokenizer, b] > 0)
    found: Floats = np.where(usable, ratios, np.nan)
    return found


@dataclass(frozen=True)
class Telling:
    """Sentences behind a premium, by number: those that cost most, cost least, and lie nearest to the premium."""

    worst: tuple[int, ...]
    best: tuple[int, ...]
    typical: tuple[int, ...]


def telling_sentences(table: CountTable, tokenizer: int, language: str, base: str, most: int = 5) -> Telling:
    """Which sentences to show for a cell; short sentences, where one token more is much, are passed over."""
    row = table.language(language)
    return telling(
        np.where(np.isnan(sentence_ratios(table, tokenizer, language, base)), 0, table.tokens[tokenizer, row]),
        table.tokens[tokenizer, table.language(base)],
        most,
    )


def telling(tokens: NDArray[Any], base_tokens: NDArray[Any], most: int = 5) -> Telling:
    """The same from the tokens of each sentence in the language and in the base, (N,) each; 0 where one is missing.

    >>> telling(np.array([2, 9, 3, 0]), np.array([2, 3, 2, 5]), most=1)
    Telling(worst=(1,), best=(0,), typical=(2,))
    """
    known = np.flatnonzero((tokens > 0) & (base_tokens > 0))
    if not len(known):
        return Telling((), (), ())
    ratios = np.divide(tokens, base_tokens, out=np.zeros(len(tokens)), where=base_tokens > 0)
    long = known[base_tokens[known] >= np.median(base_tokens[known]) / 2]
    order = long[np.argsort(ratios[long], kind="stable")]
    premium = tokens[known].sum() / base_tokens[known].sum()
    near = long[np.argsort(np.abs(np.log(np.maximum(ratios[long], 1e-9) / premium)), kind="stable")]
    picked = [tuple(map(int, rows[:most])) for rows in (order[::-1], order, near)]
    return Telling(*picked)


def ranks(values: Floats) -> NDArray[np.int64]:
    """Ranks from 1 for the smallest, equal values sharing the lower rank; 0 for NaN.

    >>> ranks(np.array([2.0, 1.0, np.nan, 2.0])).tolist()
    [2, 1, 0, 2]
    """
    known = np.sort(values[~np.isnan(values)])
    found: NDArray[np.int64] = np.where(np.isnan(values), 0, np.searchsorted(known, values) + 1)
    return found


def _totals(counts: NDArray[Any], both: NDArray[np.bool_], b: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sums over the sentences that a language shares with the base: of the language, and of the base, (K, L) each."""
    if both.all():
        sums = counts.sum(2, dtype=np.int64)
        return sums, np.broadcast_to(sums[:, [b]], sums.shape)
    return (
        np.einsum("kln,ln->kl", counts, both, dtype=np.int64, casting="unsafe"),
        np.einsum("kn,ln->kl", counts[:, b], both, dtype=np.int64, casting="unsafe"),
    )


def _scale(table: CountTable, both: NDArray[np.bool_], b: int, per: Per) -> Floats | float:
    """What a premium per line is multiplied with to be one per byte or per character, (L,)."""
    if per == "line":
        return 1.0
    sizes = table.n_bytes if per == "byte" else table.n_characters
    own, of_base = _totals(sizes[None], both, b)
    scale: Floats = (of_base / own)[0]
    return scale


def _interval(
    resampled: Resampled, both: NDArray[np.bool_], b: int, per: Per, wanted: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """The 2.5th and 97.5th percentile of resampled premiums, (K, L) each; one tokenizer after the other, whose draws
    stay in the processor's cache.

    Args:
        wanted: cells, (K, L); the others are NaN.
    """
    own, of_base = _drawn_sums(resampled, both, b)
    scale = _resampled_scale(resampled, both, b, per)
    four = np.full((*own.shape[:2], 4), np.nan, own.dtype)
    room = np.empty_like(own[0])  # for all: new memory takes as long as the division
    with np.errstate(divide="ignore", invalid="ignore"):
        for k, draws in enumerate(own):
            if not len(at := np.flatnonzero(wanted[k])):
                continue
            ratios = room[: len(at)]
            np.divide(_rows(draws, at), _rows(of_base[k], at), out=ratios)
            if scale is not None:
                ratios *= _rows(scale, at)
            four[k, at] = ends(ratios)
    return between_ends(four, own.shape[-1])


def _drawn_sums(
    resampled: Resampled, both: NDArray[np.bool_], b: int
) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
    """Sums of tokens of each draw: of every language, (K, L, draws), and of the base, (K, 1 or L, draws)."""
    if both.all():
        return resampled.tokens, resampled.tokens[:, [b]]
    tokens = resampled.table.tokens
    return resampled.sums(tokens * both), resampled.sums(tokens[:, [b]] * both)


def _rows(values: NDArray[np.floating[Any]], at: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
    """These rows of the languages' draws, (L, draws) or (1, draws) for all; no copy where it is all of them."""
    return values if len(values) in (1, len(at)) else values[at]


def _resampled_scale(
    resampled: Resampled, both: NDArray[np.bool_], b: int, per: Per
) -> NDArray[np.floating[Any]] | None:
    """`_scale` of every draw, (L, draws); None for 1."""
    if per == "line":
        return None
    if both.all():
        sums = resampled.n_bytes if per == "byte" else resampled.n_characters
        return np.asarray(sums[b] / sums)
    sizes = resampled.table.n_bytes if per == "byte" else resampled.table.n_characters
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: NDArray[np.floating[Any]] = resampled.sums(sizes[[b]] * both) / resampled.sums(sizes * both)
    return ratio


def _no_interval(table: CountTable, both: NDArray[np.bool_]) -> str:
    whole = table.n_drawn if both.all() else None
    fewest = whole or int((group_sums(both, table.drawn_together) > 0).sum(1).min(initial=MIN_SENTENCES))
    if fewest >= MIN_SENTENCES:
        return ""
    have = f"there is 1 {table.drawn[:-1]}" if fewest == 1 else f"there are {fewest}"
    return f"An interval needs at least {MIN_SENTENCES} {table.drawn} in every language, and {have}."


def _reasons(
    table: CountTable,
    base: str,
    tokens: NDArray[np.int64],
    base_tokens: NDArray[np.int64],
    share: Floats,
    base_share: Floats,
) -> dict[tuple[int, int], str]:
    """Why a cell has no number; of several reasons the first."""
    labels = [one.label for one in table.tokenizers]
    of_base = [
        f"In {base}, the base, {_percent(each)} of the tokens are unknown." for each in base_share[:, 0].tolist()
    ]
    unknown: list[tuple[NDArray[np.bool_], Callable[[int, int], str]]] = [
        (share > MAX_UNKNOWN, lambda k, row: f"{_percent(float(share[k, row]))} of the tokens are unknown."),
        (np.broadcast_to(base_share > MAX_UNKNOWN, share.shape), lambda k, row: of_base[k]),
        (tokens == 0, lambda k, row: f"{labels[k]} gives no tokens for {table.languages[row]}."),
        (base_tokens == 0, lambda k, row: f"{labels[k]} gives no tokens for {base}, the base."),
    ]
    return {(k, row): why(k, row) for where, why in unknown for k, row in np.argwhere(where).tolist()}


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
