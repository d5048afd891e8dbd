"""Premiums to keep: a row per language and tokenizer with all that the number depends on."""

from collections.abc import Sequence

import numpy as np

from core.common.program import PROGRAM
from core.counting.table import Counted, CountTable
from core.export.latex import Columns
from core.premium.premium import Premiums
from core.text.languages import language, script_of

CELL_COLUMNS = {
    "code": "Language and script: ISO 639-3, then ISO 15924, as FLORES-200 has them.",
    "language": "Its English name.",
    "script": "The script's usual name.",
    "tokenizer": "Name of the tokenizer, the same everywhere in Token Atlas.",
    "spec": f"What opens the tokenizer: `{PROGRAM} segment --tokenizer SPEC`, or for `atlas:` and `file:` the file "
    "that was counted.",
    "fingerprint": "Hash of the tokenizer's content.",
    "tokens": "Tokens of the sentences compared, special tokens not counted; exact.",
    "base": "Code of the language that costs 1.",
    "unit": "What tokens are counted for: line (the same sentence in both languages), byte or character.",
    "premium": "Tokens of the language / tokens of the same sentences in the base, each per unit; a ratio of sums.",
    "low": "Lower end of the 95 % interval of the premium, from resampling (1\u202f000 paired draws, fixed seed).",
    "high": "Upper end of that interval.",
    "n": "Sentences that the language and the base both have.",
    "clusters": "Groups of sentences that were resampled as one: as many as sentences where no groups are known.",
    "reason": "Why the premium or its interval is missing; empty where neither is.",
    "unknown_share": "Share of the tokens that are unknown, 0 to 1; above 0.1 the premium is not given.",
    "corpus": "The text counted.",
    "corpus_fingerprint": "Hash of that text.",
}


def cell_rows(table: CountTable, found: Premiums, cells: Sequence[tuple[int, int]]) -> Columns:
    """The columns of `CELL_COLUMNS`, a row per cell.

    Args:
        found: premiums of this table.
        cells: (row of a tokenizer, column of a language).

    >>> from core.premium.atlas import shipped_atlas
    >>> from core.premium.premium import premiums
    >>> table = shipped_atlas(["gpt-2"])
    >>> rows = cell_rows(table, premiums(table, "eng_Latn"), [(0, table.language("spa_Latn"))])
    >>> rows["code"], rows["spec"], rows["tokens"], round(rows["premium"][0], 2), rows["n"]
    (['spa_Latn'], ['tiktoken:r50k_base'], [104698], 1.98, [2009])
    """
    rows = [_row(table, found, *cell) for cell in cells]
    return {name: [row[n] for row in rows] for n, name in enumerate(CELL_COLUMNS)}


def clusters(table: CountTable, found: Premiums, column: int) -> int:
    """How many groups of sentences the intervals of a language are resampled from."""
    if table.drawn_together is None:
        return int(found.n_sentences[column])
    both = table.present[column] & table.present[table.language(found.base)]
    return len(np.unique(table.drawn_together[both]))


def _row(table: CountTable, found: Premiums, row: int, column: int) -> tuple[object, ...]:
    code, one, cell = table.languages[column], table.tokenizers[row], (row, column)
    return (
        code,
        language(code).label,
        script_of(language(code)),
        one.label,
        public_spec(one),
        one.fingerprint,
        int(found.tokens[cell]),
        found.base,
        found.per,
        float(found.value[cell]),
        float(found.low[cell]),
        float(found.high[cell]),
        int(found.n_sentences[column]),
        clusters(table, found, column),
        found.reasons.get(cell, "") or found.no_interval,
        float(found.unknown_share[cell]),
        table.corpus_label,
        table.corpus,
    )


def public_spec(one: Counted) -> str:
    """The spec under which anybody can open a tokenizer; else the one it was counted as."""
    return next((spec for spec in one.opens if not spec.startswith("file:")), one.spec)
