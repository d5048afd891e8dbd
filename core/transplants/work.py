"""What a method takes to make rows, by arithmetic: what its module declares, and what choosing its parameters adds.

Work is told as two things. Multiplications and additions of large matrices, which a speed that is measured in a moment
turns into time; what is no product of matrices, but goes as much faster on a device that multiplies faster, is told as
those that take as long. And seconds of Python and of small steps, which no device shortens. What was measured stands
beside the number, at 77 thousand million multiplications a second of one thread.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import log, sqrt

from core.common.params import Param, Params, Value
from core.tokenizers.tokenizer import LocalTokenizer
from core.transplants.held_out_choice import MOST_HIDDEN, SHARE_HIDDEN

BESIDE_MATRICES = 3.0  # a model that reads takes so many times its large multiplications: attention, norms
OF_A_SUM = 450.0  # adding up one number of one row, gathered from anywhere: 6 ns
_OF_A_ROW = 1e-5  # s: finding the pieces of a token
_PIECES = 8.0  # rows that are added up for a token, and what writing it takes beside
_OF_A_COPY = 3e-6  # s: writing a row alone
OF_A_MATCH = 540.0  # of a pursuit, choosing the best of what was compared: 7 ns
OF_A_STEP = 5e-3  # s of a pursuit beside its comparing, whatever the number of tokens
_OF_A_TRY = 3e-3  # s: making the rows of hidden tokens beside their arithmetic
_TOLD_FROM = 100_000  # bytes
_OF_A_LOGIT = 800.0  # what is done to a logit beside making it: 10 ns


@dataclass(frozen=True)
class Work:
    """What something takes.

    Args:
        multiplications: and additions, or as many as take as long.
        seconds: of a processor that no other device shortens.

    >>> (Work(2e9) + 3 * Work(1e9, 0.5)).seconds_at(1e9)
    6.5
    """

    multiplications: float = 0.0
    seconds: float = 0.0

    def __add__(self, other: "Work") -> "Work":
        return Work(self.multiplications + other.multiplications, self.seconds + other.seconds)

    def __rmul__(self, times: float) -> "Work":
        return Work(times * self.multiplications, times * self.seconds)

    def seconds_at(self, speed: float) -> float:
        """All of it, at so many multiplications and additions a second."""
        return self.multiplications / speed + self.seconds


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
        text_tokens: of all text that the model reads where it learns, in the mean of both tokenizers.
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
    text_tokens: int = 0


WorkOf = Callable[[TransplantSize, Params], Work]


def a_row_each(size: TransplantSize, params: Params) -> Work:
    """Of a method that looks at nothing but a token's own pieces."""
    return sums(size, _PIECES) + Work(seconds=_OF_A_ROW * size.n_wanted)


def a_copy_each(size: TransplantSize, params: Params) -> Work:
    """Of a method that writes the same for all tokens."""
    return Work(seconds=_OF_A_COPY * size.n_wanted)


def nothing(size: TransplantSize, params: Params) -> Work:
    """Of a method that learns nothing from text."""
    return Work()


def of_reading(n_body: int, n_rows: int, width: int) -> float:
    """Multiplications of a token that a model reads, by its parameters beside the matrices and the rows of its head."""
    return 2.0 * (n_body + n_rows * width) * BESIDE_MATRICES + _OF_A_LOGIT * n_rows


def tokens_read(tokenizers: Sequence[LocalTokenizer], texts: Sequence[str]) -> int:
    """Tokens of these texts, in the mean of the tokenizers; of long ones told from the first."""
    n_bytes = list(accumulate(len(text.encode()) for text in texts))
    first = texts[: 1 + sum(n < _TOLD_FROM for n in n_bytes)]
    if not first:
        return 0
    counted = sum(int(one.count(first).tokens.sum()) for one in tokenizers) / len(tokenizers)
    return round(counted * n_bytes[-1] / max(1, n_bytes[len(first) - 1]))


def cosines(size: TransplantSize, width: int) -> Work:
    """Of comparing every wanted token with every anchor by vectors this wide."""
    return Work(2.0 * size.n_wanted * size.n_anchors * width)


def pairs(size: TransplantSize, each: float) -> Work:
    """Of what is done to every wanted token and every anchor besides, as so many multiplications."""
    return Work(each * size.n_wanted * size.n_anchors)


def sums(size: TransplantSize, k: float) -> Work:
    """Of adding up so many rows for every wanted token."""
    return Work(OF_A_SUM * size.n_wanted * k * size.width)


def tuned_work(
    params: Params,
    declared: Sequence[Param],
    size: TransplantSize,
    of_rows: WorkOf,
    of_text: WorkOf,
    chosen: Mapping[str, Value] | None = None,
    *,
    dearest: bool = False,
) -> Work:
    """All work of a method: of its rows on every side, and of what it learns from text, once for each setting.

    Args:
        params: of the method; those left at the default of a parameter that can be chosen are chosen, by making up
            hidden shared tokens with each value.
        of_rows: of one side.
        of_text: of what is learnt once for all sides.
        chosen: what was chosen, where that is known.
        dearest: whether to expect the values that take most, and not those in the middle between most and least.
    """

    def taken(setting: Params) -> Work:
        return of_rows(size, setting) + of_text(size, setting)

    def expected(setting: Params, one: Param) -> Value:
        if one.key in (chosen or {}):
            return (chosen or {})[one.key]
        takes = {value: taken(_with(setting, one, value)).seconds_at(_USUAL_SPEED) for value in one.tried}
        if dearest:
            return max(one.tried, key=lambda value: takes[value])
        middle = sqrt(min(takes.values()) * max(takes.values()))
        return min(one.tried, key=lambda value: (abs(log(takes[value] / middle)), value != setting.values[one.key]))

    settings = list(_settings(params, declared, expected))
    n_hidden = min(MOST_HIDDEN, round(SHARE_HIDDEN * size.n_anchors))
    hidden = replace(size, n_wanted=n_hidden, n_anchors=max(0, size.n_anchors - n_hidden))
    rows = of_rows(size, settings[-1])
    for setting in settings[:-1]:
        rows += Work(seconds=_OF_A_TRY) + of_rows(hidden, setting)
    whole = size.n_sides * rows
    for learnt in {of_text(size, one) for one in settings}:  # what takes as much is taken for the same, learnt once
        whole += learnt
    return whole


_USUAL_SPEED = 77e9  # by which parts of both kinds are held against each other


def _settings(
    params: Params, declared: Sequence[Param], expected: Callable[[Params, Param], Value]
) -> Iterator[Params]:
    """Every setting that is tried, and the one that rows are made with at last, as far as it can be foreseen."""
    opened = [one for one in declared if one.tried and params.values[one.key] == one.default]
    here = replace(params, values={**params.values, **{o.key: o.usual for o in opened if o.usual is not None}})
    for one in opened:
        if one.usual is not None:
            yield from (_with(here, one, value) for value in one.tried)
            here = _with(here, one, expected(here, one))
    yield here


def _with(params: Params, one: Param, value: Value) -> Params:
    return replace(params, values={**params.values, one.key: value})
