"""What a job that counts came to, as a table: tokens per language and tokenizer."""

import csv
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.counting.table import CountTable
from core.export.tokens import safe_cell
from core.text.languages import language

COLUMNS = ("language", "name", "tokenizer", "sentences", "tokens", "unknown")


@dataclass(frozen=True, eq=False)
class Totals:
    """Sums over the sentences of a language.

    Args:
        tokenizers: spec strings, K of them.
        languages: codes, L of them.
        tokens: int64 (K, L).
        unknown: tokens that stand for text the tokenizer cannot spell, int64 (K, L).
        n_sentences: int64 (L,).
    """

    tokenizers: tuple[str, ...]
    languages: tuple[str, ...]
    tokens: NDArray[np.int64]
    unknown: NDArray[np.int64]
    n_sentences: NDArray[np.int64]


def totals(table: CountTable) -> Totals:
    """The counts of all sentences of a language, added up; a sentence that a language lacks is not among them."""
    return Totals(
        tuple(one.spec for one in table.tokenizers),
        table.languages,
        table.total_tokens,
        table.total_unknown,
        table.present.sum(1, dtype=np.int64),
    )


def to_csv(table: Totals) -> str:
    """One row per language and tokenizer, RFC 4180; no cell is taken for a formula by a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for n, code in enumerate(table.languages):
        for k, spec in enumerate(table.tokenizers):
            numbers = (int(table.n_sentences[n]), int(table.tokens[k, n]), int(table.unknown[k, n]))
            writer.writerow([safe_cell(code), safe_cell(language(code).name), safe_cell(spec), *numbers])
    return text.getvalue()
