"""Whether premiums differ by more than chance, in families that do not depend on what a page shows of them.

Two languages under one tokenizer are always one of all pairs of languages of the text; two tokenizers on one language
one of all pairs of tokenizers whose counts ship; the change from one tokenizer to another is one over all languages.
The sample is the sentences, or the groups they come from where these are known; two premiums are compared on the same
ones. Cells with over 10 % unknown tokens belong to no family.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.counting.table import CountTable
from core.premium.premium import MAX_UNKNOWN, MIN_SENTENCES, Per
from core.stats.ratio_family import Correct, RatioFamily, each_against_one, holm_of_pairs, pairs
from core.stats.ratio_t_test import Floats, holm


def languages_under(table: CountTable, tokenizer: int, per: Per = "line") -> RatioFamily:
    """All pairs of languages under a tokenizer: the premium of the row's over that of the column's, (L, L).

    Raises:
        UserError: there are fewer than 10 sentences, or groups of them.

    >>> from core.premium.atlas import shipped_atlas
    >>> table = shipped_atlas(["gpt-2"])
    >>> found, (fra, eng) = languages_under(table, 0), map(table.language, ("fra_Latn", "eng_Latn"))
    >>> round(float(found.ratio[fra, eng]), 2), bool(found.distinct[fra, eng]), found.n
    (1.99, True, 20706)
    """
    _require_enough(table)
    terms = [(table.tokens[tokenizer], 1)]
    if per != "line":
        terms.append((table.n_bytes if per == "byte" else table.n_characters, -1))
    members = _comparable(table)[tokenizer]
    found = pairs(terms, table.present, members, table.drawn_together, MIN_SENTENCES)
    return RatioFamily(*found, holm_of_pairs, _n_pairs(found[0]), in_pairs=True)


def tokenizers_on(table: CountTable, language: str, base: str, own: Sequence[int] = ()) -> RatioFamily:
    """All pairs of tokenizers on a language: the row's premium over the column's, (K, K); bytes and characters cancel.

    Args:
        own: rows of tokenizers that a user brought. They leave the verdicts on the others as they are: each is compared
            with all others at once, and two of them together with all that both are compared with.

    Raises:
        UserError: there are fewer than 10 sentences, or groups of them.
    """
    row, b = table.language(language), table.language(base)
    _require_enough(table)
    comparable = _comparable(table)
    both = np.broadcast_to(table.present[row] & table.present[b], table.tokens[:, row].shape)
    terms = [(table.tokens[:, row], 1), (table.tokens[:, b], -1)]
    found = pairs(terms, both, comparable[:, row] & comparable[:, b], table.drawn_together, MIN_SENTENCES)
    shipped = np.setdiff1d(np.arange(len(table.tokenizers)), own)
    n = _n_pairs(found[0][np.ix_(shipped, shipped)])
    return RatioFamily(*found, _beside(shipped, own), n, in_pairs=True)


def change(table: CountTable, first: int, last: int, base: str) -> RatioFamily:
    """The premium of every language with the last tokenizer over that with the first, (L,); NaN for the base.

    Raises:
        UserError: there are fewer than 10 sentences, or groups of them.
    """
    b = table.language(base)
    _require_enough(table)
    comparable = _comparable(table)
    members = np.logical_and.reduce([comparable[k] & comparable[k, b] for k in (first, last)])
    members[b] = False
    signed = ((first, -1), (last, 1))
    terms = [(table.tokens[k][rows], sign * way) for k, sign in signed for rows, way in ((slice(None), 1), ([b], -1))]
    return each_against_one(terms, members, table.present & table.present[b], table.drawn_together, MIN_SENTENCES)


def _comparable(table: CountTable) -> NDArray[np.bool_]:
    """Which cells have tokens that say something of the language, (K, L)."""
    return np.asarray((table.total_tokens > 0) & (table.total_unknown <= MAX_UNKNOWN * table.total_tokens))


def too_few(table: CountTable) -> str:
    """Why nothing can be tested on a text; empty if something can."""
    if table.n_drawn >= MIN_SENTENCES:
        return ""
    have = f"there is 1 {table.drawn[:-1]}" if table.n_drawn == 1 else f"there are {table.n_drawn}"
    return f"A test needs at least {MIN_SENTENCES} {table.drawn}, and {have}. Take a larger corpus."


def _require_enough(table: CountTable) -> None:
    if why := too_few(table):
        raise UserError(why)


def _n_pairs(logarithm: Floats) -> int:
    return int((~np.isnan(logarithm)).sum()) // 2


def _beside(shipped: NDArray[np.intp], own: Sequence[int]) -> Correct:
    """A correction that leaves the pairs of shipped tokenizers to themselves, whatever else is compared."""

    def correct(p: Floats) -> Floats:
        adjusted = np.full(p.shape, np.nan)
        block = np.ix_(shipped, shipped)
        adjusted[block] = holm_of_pairs(p[block])
        for n, k in enumerate(own):
            adjusted[k, shipped] = adjusted[shipped, k] = holm(p[k, shipped])
            for other in own[:n]:
                family = np.concatenate([[p[k, other]], p[k, shipped], p[other, shipped]])
                adjusted[k, other] = adjusted[other, k] = holm(family)[0]
        return adjusted

    return correct
