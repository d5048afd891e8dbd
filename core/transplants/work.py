"""What a method takes to make rows, by arithmetic: what its module declares, and what choosing its parameters adds.

Work is told in multiplications and additions of large matrices, so that one speed, measured in a moment, turns it into
time. What is no product of matrices is told as those that take as long; what was measured stands beside the number.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from core.common.params import Param, Params, Value
from core.transplants.held_out_choice import MOST_HIDDEN, SHARE_HIDDEN

OF_A_ROW = 1_500_000.0  # finding the pieces of a token and writing its row: 50 µs
_OF_A_COPY = 200_000.0  # writing a row alone
OF_A_STEP = 2e8  # of a pursuit beside its comparing, whatever the number of tokens: 5 ms
_OF_A_TRY = 1.2e9  # making the rows of hidden tokens beside their arithmetic: 30 ms
_OF_A_LOGIT = 1_500.0  # what is done to a logit beside making it: 10 ns
BESIDE_MATRICES = 3.0  # a model that reads takes so many times its large multiplications: attention, norms


@dataclass(frozen=True)
class TransplantSize:
    """What rows are to be made of.

    Args:
        n_wanted: rows of one side that are to be made.
        n_anchors: shared tokens.
        n_old: rows of the model.
        width: D.
        n_sides: matrices to make.
        text_bytes: of the text that methods learn from.
        pair_bytes: of the sentences with translations.
        n_body: parameters of the model beside its matrices.
        n_new: rows of the new matrices.
        n_hypernetwork: parameters of the network that predicts rows, 0 without.
        old_text_bytes: of text in the language that the model knows, beside `text_bytes`.
    """

    n_wanted: int
    n_anchors: int
    n_old: int
    width: int
    n_sides: int
    text_bytes: int
    pair_bytes: int
    n_body: int = 0
    n_new: int = 0
    n_hypernetwork: int = 0
    old_text_bytes: int = 0


Work = Callable[[TransplantSize, Params], float]


def a_row_each(size: TransplantSize, params: Params) -> float:
    """Of a method that looks at nothing but a token's own pieces."""
    return OF_A_ROW * size.n_wanted


def a_copy_each(size: TransplantSize, params: Params) -> float:
    """Of a method that writes the same for all tokens."""
    return _OF_A_COPY * size.n_wanted


def nothing(size: TransplantSize, params: Params) -> float:
    """Of a method that learns nothing from text."""
    return 0.0


def of_reading(n_body: int, n_rows: int, width: int) -> float:
    """Of a token that a model reads, by its parameters beside the matrices and by the rows of its head."""
    return 2.0 * (n_body + n_rows * width) * BESIDE_MATRICES + _OF_A_LOGIT * n_rows


def cosines(size: TransplantSize, width: int) -> float:
    """Of comparing every wanted token with every anchor by vectors this wide."""
    return 2.0 * size.n_wanted * size.n_anchors * width


def tuned_work(params: Params, declared: Sequence[Param], size: TransplantSize, of_rows: Work, of_text: Work) -> float:
    """All work of a method: of its rows on every side, and of what it learns from text, once for each setting.

    Args:
        params: of the method; those left at the default of a parameter that can be chosen are chosen, by making up
            hidden shared tokens with each value.
        of_rows: of one side.
        of_text: of what is learnt once for all sides.
    """
    settings = list(_settings(params, declared))
    n_hidden = min(MOST_HIDDEN, round(SHARE_HIDDEN * size.n_anchors))
    hidden = replace(size, n_wanted=n_hidden, n_anchors=max(0, size.n_anchors - n_hidden))
    rows = of_rows(size, settings[-1]) + sum(_OF_A_TRY + of_rows(hidden, one) for one in settings[:-1])
    learnt = {of_text(size, one) for one in settings}  # what takes as much is taken for the same, learnt once
    return size.n_sides * rows + sum(learnt)


def _settings(params: Params, declared: Sequence[Param]) -> Iterator[Params]:
    """Every setting that is tried, and the one that rows are made with at last, as far as it can be foreseen."""
    usual: Mapping[str, Value] = {
        one.key: one.usual
        for one in declared
        if one.tried and one.usual is not None and params.values[one.key] == one.default
    }
    values = {**params.values, **usual}
    for one in declared:
        if one.key in usual:
            yield from (replace(params, values={**values, one.key: value}) for value in one.tried)
    yield replace(params, values=values)
