"""How often 95 % intervals hold the truth, and tests find what is not there, where sentences come in articles.

Articles of two to six sentences share a factor on the tokens of the language, so the truth is known and sentences of
one article are alike. `python -m benchmarks coverage` takes minutes, TOKEN_ATLAS_BENCH_SIZE=small makes it seconds.
"""

import os
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import markdown
from core.counting.table import Counted, CountTable, compact
from core.premium.differences import change
from core.premium.premium import premiums, resample
from core.stats.ratio_t_test import LEVEL

TRUE = 2.0  # tokens of the language / tokens of the base
_SHAPE = 100.0  # of the factor of an article, a gamma variable of mean 1: a third of the variance lies between articles
_SMALL, _FULL = (120, 400), (562, 1_000)  # articles, draws


@dataclass(frozen=True)
class Coverage:
    """Shares of simulated texts.

    Args:
        intervals: whose 95 % interval holds the true premium.
        errors: in which two tokenizers that cost the same are told apart.
    """

    intervals: float
    errors: float


def texts(n_articles: int, n_texts: int, seed: int) -> CountTable:
    """Counts on simulated texts, each a tokenizer of its own, of a base and a language that costs `TRUE` times it."""
    chance = np.random.default_rng(seed)
    articles = np.repeat(np.arange(n_articles), chance.integers(2, 7, n_articles))
    base = 10 + chance.poisson(15, (n_texts, len(articles)))
    factor = chance.gamma(_SHAPE, 1 / _SHAPE, (n_texts, n_articles))[:, articles]
    tokens = np.stack([base, np.maximum(1, chance.poisson(TRUE * base * factor))], 1)  # (K, 2, N)
    sizes = compact(tokens[0] * 4)
    none = np.zeros(tokens.shape[:2], np.int64)
    return CountTable(
        corpus="simulated",
        corpus_label="Simulated",
        languages=("base", "language"),
        n_bytes=sizes,
        n_characters=sizes,
        groups=tuple(articles.tolist()),
        grouped_by="article",
        tokenizers=tuple(_numbered(n) for n in range(n_texts)),
        tokens=compact(tokens),
        unknown=np.zeros(tokens.shape, np.uint16),
        joined=none,
        joined_unknown=none,
    )


def _numbered(n: int) -> Counted:
    return Counted(spec=f"x:{n}", label=f"{n}", fingerprint=f"{n:016x}", n_vocabulary=None, algorithm="", reference="")


def coverage(table: CountTable, draws: int, seed: int = 0) -> Coverage:
    """The shares on texts of `texts`, by the groups that the table has.

    >>> one = coverage(texts(20, 10, seed=0), 100)
    >>> 0 <= one.errors <= 1 and 0 <= one.intervals <= 1
    True
    """
    found = premiums(table, "base", resampled=resample(table, draws, seed))
    held = (found.low[:, 1] <= TRUE) & (found.high[:, 1] >= TRUE)
    return Coverage(float(held.mean()), float((_probabilities(table) < LEVEL).mean()))


def _probabilities(table: CountTable) -> NDArray[np.float64]:
    """Of each pair of texts, as if of two tokenizers on one text."""
    return np.array([float(change(table, n, n + 1, "base").adjusted[1]) for n in range(0, len(table.tokenizers), 2)])


def run() -> str:
    """The table as Markdown."""
    small = os.environ.get("TOKEN_ATLAS_BENCH_SIZE") == "small"
    n_texts = 400 if small else 4_000
    rows = []
    for n_articles, draws in (_SMALL,) if small else (_SMALL, _FULL):
        table = texts(n_articles, n_texts, seed=1)
        for what, each in (("articles", table), ("sentences", replace(table, groups=(), grouped_by=""))):
            found = coverage(each, draws)
            share = [f"{100 * value:.1f} %" for value in (found.intervals, found.errors)]
            rows.append([f"{n_articles}", f"{table.tokens.shape[2]:,}", what, *share])
    head = ["articles", "sentences", "resampled", "95 % intervals that hold the truth", "false differences at 5 %"]
    return markdown("Coverage where sentences come in articles", head, rows)
