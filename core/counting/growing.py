"""Tables of counts that grow: what is counted so far, and which languages that is."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.counting.table import Counted, CountedText, CountTable, compact
from core.counting.tally import Tally

Done = NDArray[np.bool_]  # (K, L): which languages each tokenizer is counted on


def growing(text: CountedText, tokenizers: Sequence[tuple[Counted, Tally | None]]) -> tuple[CountTable, Done]:
    """A table of what is counted so far; where nothing is, it holds zeros and `Done` is False.

    Args:
        text: what is counted.
        tokenizers: with their tallies; None where the text was never counted.
    """
    shape = (len(tokenizers), *text.n_bytes.shape)
    tokens, unknown = np.zeros(shape, np.uint32), np.zeros(shape, np.uint32)
    done = np.zeros(shape[:2], np.bool_)
    for k, (_, tally) in enumerate(tokenizers):
        if tally is None:
            continue
        row_by_code = {code: row for row, code in enumerate(tally.plan.languages)}
        finished = tally.update()
        for column, code in enumerate(text.languages):
            row = row_by_code.get(code, -1)
            if row >= 0 and finished[row]:
                tokens[k, column], unknown[k, column] = tally.tokens[row], tally.unknown[row]
                done[k, column] = True
    joined = np.full(shape[:2], -1, np.int64)
    table = CountTable.on(
        text,
        tokenizers=tuple(one for one, _ in tokenizers),
        tokens=compact(tokens),
        unknown=compact(unknown),
        joined=joined,
        joined_unknown=joined,
    )
    return table, done
