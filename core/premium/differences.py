"""Whether two premiums differ by more than chance: paired tests over sentences, corrected for their number.

The sentences are the sample, and the ratio of two premiums is tested against 1 (`core.stats.ratio_t_test`), each
premium being of a cell, a tokenizer on a language. Where it is known which sentences come from one article or another
group, the groups are the sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.counting.table import CountTable
from core.premium.premium import MAX_UNKNOWN, MIN_SENTENCES, Per
from core.stats.grouped_items import group_sums
from core.stats.ratio_t_test import LEVEL, holm, ratio_against_one

Floats = NDArray[np.float64]
Cell = tuple[int, str]  # a tokenizer by its row, and a language


@dataclass(frozen=True, eq=False)
class Differences:
    """Pairs of cells compared, M of them.

    Args:
        names: what each pair is of, such as a language or a tokenizer.
        ratio: first premium / second premium, (M,); NaN where `reasons` says why.
        low, high: 95 % interval of the ratio, (M,), not corrected.
        p: two-sided probability of so large a difference by chance, (M,).
        adjusted: the same after Holm's correction for all pairs compared at once, (M,).
        reasons: why a pair cannot be compared, by its place.
    """

    names: tuple[str, ...]
    ratio: Floats
    low: Floats
    high: Floats
    p: Floats
    adjusted: Floats
    reasons: dict[int, str]

    @property
    def distinguishable(self) -> NDArray[np.bool_]:
        """Which pairs differ beyond chance at the 5 % level after correction, (M,); False where not compared."""
        return np.asarray(self.adjusted < LEVEL)


def compare_cells(
    table: CountTable, pairs: Sequence[tuple[Cell, Cell]], base: str | None, names: Sequence[str], per: Per = "line"
) -> Differences:
    """Any pairs of cells: is the premium of the first larger?

    Args:
        base: of the premiums; None compares tokens per line, byte or character themselves. A language against the base
            is such a pair, since its premium is the ratio.
        names: what each pair is of.

    Raises:
        UserError: fewer than 10 sentences.

    >>> from core.premium.atlas import shipped_atlas
    >>> table = shipped_atlas(["gpt-2"])
    >>> found = compare_cells(table, [((0, "fra_Latn"), (0, "eng_Latn"))], None, ["French"])
    >>> round(float(found.ratio[0]), 2), bool(found.distinguishable[0])
    (1.99, True)
    """
    results = np.full((4, len(pairs)), np.nan)  # ratio, low, high, p
    reasons = {}
    for m, (first, second) in enumerate(pairs):
        reason = _why_not(table, (first, second), base)
        if reason:
            reasons[m] = reason
        else:
            results[:, m] = _difference(table, first, second, base, per)
    ratio, low, high, p = results
    return Differences(tuple(names), ratio, low, high, p, holm(p), reasons)


def _why_not(table: CountTable, cells: tuple[Cell, Cell], base: str | None) -> str:
    usable = _usable(table, cells, base)
    n = int((group_sums(usable, table.drawn_together) > 0).sum())
    if n < MIN_SENTENCES:
        raise UserError(
            f"A test needs at least {MIN_SENTENCES} {table.drawn} that all languages have, and there are {n}. "
            "Take a larger corpus."
        )
    for k, code in (*cells, *((k, base) for k, _ in cells if base is not None)):
        assert code is not None, "the base is a code here"
        row = table.language(code)
        tokens = int(table.tokens[k, row][usable].sum())
        unknown = int(table.unknown[k, row][usable].sum())
        if not tokens:
            return f"{table.tokenizers[k].label} gives no tokens for {code}."
        if unknown > MAX_UNKNOWN * tokens:
            return f"{100 * unknown / tokens:.0f} % of the tokens of {table.tokenizers[k].label} on {code} are unknown."
    return ""


def _usable(table: CountTable, cells: tuple[Cell, Cell], base: str | None) -> NDArray[np.bool_]:
    codes = {code for _, code in cells} | ({base} if base is not None else set())
    usable: NDArray[np.bool_] = np.logical_and.reduce([table.present[table.language(code)] for code in codes])
    return usable


def _difference(
    table: CountTable, first: Cell, second: Cell, base: str | None, per: Per
) -> tuple[float, float, float, float]:
    """(ratio, low, high, p) of the two premiums."""
    usable = _usable(table, (first, second), base)
    terms = []
    for (k, code), sign in ((first, 1), (second, -1)):
        for of, power in ((code, sign), *(((base, -sign),) if base is not None else ())):
            row = table.language(of)
            terms.append((table.tokens[k, row], power))
            if per != "line":
                terms.append(((table.n_bytes if per == "byte" else table.n_characters)[row], -power))
    groups = table.drawn_together
    known = None if groups is None else np.unique(groups[usable], return_inverse=True)[1].astype(np.intp)
    found = ratio_against_one([(counts[usable].astype(np.float64), power) for counts, power in terms], known)
    return found.value, found.low, found.high, found.p
