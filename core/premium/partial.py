"""Premiums of counts that are not whole: of several tables side by side, and with cells that are not counted yet.

Premiums of two tables on the same text may stand in one picture: with the same seed and the same number of sentences,
`core.premium.premium.resample` draws the same sentences for both, so intervals are paired across them as well.
"""

from dataclasses import replace

import numpy as np

from core.counting.growing import Done
from core.counting.table import CountTable
from core.premium.premium import Premiums
from core.text.languages import language


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
        reasons[int(k), int(column)] = f"{table.tokenizers[k].label} is not counted on {language(code).label} yet."
    return replace(found, reasons=reasons)
