"""Whether two premiums differ by more than chance: paired tests over sentences, corrected for their number.

The sentences are the sample. For two cells (a tokenizer on a language), the difference of the logarithms of their
premiums is divided by its standard error, worked out from the sentences by the delta method, and compared with
Student's t. Sentences are taken as independent; in FLORES-200 about three stem from one article, so true errors are a
little larger.

Sources: Cochran 1977, Sampling Techniques, chapter 6 (ratio estimates); Holm 1979.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.counting.table import CountTable
from core.premium.premium import MAX_UNKNOWN, MIN_SENTENCES, Per
from core.stats.student import quantile, two_sided

CORRECTION = "Holm"
LEVEL = 0.05
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


def holm(p: Floats) -> Floats:
    """P-values adjusted so that one false finding among all of them has at most the stated probability; NaN stays NaN.

    Source: Holm 1979, A Simple Sequentially Rejective Multiple Test Procedure.

    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted = np.full(len(p), np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(order) else steps
    return adjusted


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
    if usable.sum() < MIN_SENTENCES:
        raise UserError(
            f"A test needs at least {MIN_SENTENCES} sentences that all languages have, and there are {usable.sum()}. "
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
    n = int(usable.sum())
    log_ratio, influence = 0.0, np.zeros(n)
    for (k, code), sign in ((first, 1), (second, -1)):
        for of, side in ((code, sign), *(((base, -sign),) if base is not None else ())):
            row = table.language(of)
            terms = [(table.tokens[k, row], side)]
            if per != "line":
                terms.append(((table.n_bytes if per == "byte" else table.n_characters)[row], -side))
            for term, power in terms:
                counts = term[usable].astype(np.float64)
                log_ratio += power * np.log(counts.sum())
                influence += power * counts / counts.mean()
    error = float(influence.std(ddof=1) / np.sqrt(n))
    if error < 1e-12:  # the same in every sentence, up to a factor
        ratio = float(np.exp(log_ratio))
        return ratio, ratio, ratio, 1.0 if abs(log_ratio) < 1e-9 else 0.0
    reach = quantile(0.95, n - 1) * error
    ratio, low, high = (float(np.exp(log_ratio + step)) for step in (0.0, -reach, reach))
    return ratio, low, high, two_sided(log_ratio / error, n - 1)
