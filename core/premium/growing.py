"""Counts that grow, and premiums of several tables, side by side.

Premiums of two tables on the same text may stand in one picture: with the same seed and the same number of sentences,
`core.premium.premium.resample` draws the same sentences for both, so intervals are paired across them as well.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.counting.table import Counted, CountTable, Unsigned, compact
from core.counting.tally import Tally
from core.premium.premium import Floats, Per, Premiums, premiums

Done = NDArray[np.bool_]  # (K, L): which languages each tokenizer is counted on


def growing(
    text: CountTable | tuple[str, str, Sequence[str], Unsigned, Unsigned],
    tokenizers: Sequence[tuple[Counted, Tally | None]],
) -> tuple[CountTable, Done]:
    """A table of what is counted so far; where nothing is, it holds zeros and `Done` is False.

    Args:
        text: a table on the same text, or its fingerprint, label, languages, and bytes and characters (L, N).
        tokenizers: with their tallies; None where the text was never counted.
    """
    if isinstance(text, CountTable):
        corpus, label, languages = text.corpus, text.corpus_label, text.languages
        n_bytes, n_characters, parts = text.n_bytes, text.n_characters, text.parts
    else:
        corpus, label, languages, n_bytes, n_characters = text[0], text[1], tuple(text[2]), text[3], text[4]
        parts = ()
    shape = (len(tokenizers), *n_bytes.shape)
    tokens, unknown = np.zeros(shape, np.uint32), np.zeros(shape, np.uint32)
    done = np.zeros(shape[:2], np.bool_)
    for k, (_, tally) in enumerate(tokenizers):
        if tally is None:
            continue
        row_by_code = {code: row for row, code in enumerate(tally.plan.languages)}
        rows = [row_by_code.get(code, -1) for code in languages]
        finished = tally.update()
        for column, row in enumerate(rows):
            if row >= 0 and finished[row]:
                tokens[k, column], unknown[k, column] = tally.tokens[row], tally.unknown[row]
                done[k, column] = True
    joined = np.full(shape[:2], -1, np.int64)
    return (
        CountTable(
            corpus,
            label,
            languages,
            tuple(one for one, _ in tokenizers),
            compact(tokens),
            compact(unknown),
            joined,
            joined,
            n_bytes,
            n_characters,
            parts,
        ),
        done,
    )


def together(first: Premiums, second: Premiums) -> Premiums:
    """Premiums of more tokenizers under the same languages, base and unit."""
    n = len(first.value)
    return replace(
        first,
        value=np.concatenate([first.value, second.value]),
        low=np.concatenate([first.low, second.low]),
        high=np.concatenate([first.high, second.high]),
        tokens=np.concatenate([first.tokens, second.tokens]),
        unknown_share=np.concatenate([first.unknown_share, second.unknown_share]),
        reasons=first.reasons | {(k + n, row): why for (k, row), why in second.reasons.items()},
    )


def not_yet(found: Premiums, table: CountTable, done: Done) -> Premiums:
    """The same premiums, where cells without a count say that they were not counted rather than that nothing came."""
    b = table.language(found.base)
    reasons = dict(found.reasons)
    for k, column in zip(*np.nonzero(~(done & done[:, [b]])), strict=True):
        code = table.languages[column] if not done[k, column] else found.base
        reasons[int(k), int(column)] = f"{table.tokenizers[k].label} is not counted on {code} yet."
    return replace(found, reasons=reasons)


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
