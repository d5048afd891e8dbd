"""Which tokens lose the bits: by what the token is, by what stands before it, and by how often it occurs."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.common.definitions import Definition
from core.common.params import Params
from core.evaluation.base import Evaluator, Subject
from core.evaluation.passes.cells import Cell, cells, figures, minus, quotient
from core.evaluation.passes.columns import number_columns
from core.evaluation.passes.likelihood import LN2, Floats, Likelihood
from core.evaluation.passes.reading import Group, Reading
from core.evaluation.passes.token_classes import START, classes, frequency_tenths
from core.evaluation.results import Column, Measures, Table
from core.stats.number import Number
from core.tokenizers.matching import vocabulary_of

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _TokenClasses:
    """A way to sort tokens into classes: whose property it is ("target" or "preceding"), by what, and the outcome."""

    side: str
    by: str
    names: tuple[str, ...]
    of: Ints  # (P,)


def evaluate(subject: Subject, params: Params) -> Measures:
    """A row per class; the rows of one view add up to all scored tokens."""
    found, reading = Likelihood(subject), subject.reading
    counted = reading.predicted & found.usable[reading.text]
    theirs = _spread(found.readings["original"], reading) if "original" in found.readings else None
    views = list(_views(subject, reading))
    n_texts = len(reading.scores.texts)
    whole = next(cell for cell in cells(subject.reference.texts, found.usable) if not cell.language and not cell.domain)
    tables = [_rows(view, reading, theirs, counted, n_texts, whole, params.seed) for view in views]
    table = Table({name: _stacked([t.columns[name] for t in tables]) for name in tables[0].columns})
    without = np.flatnonzero(np.isnan(table.numbers("bits_per_byte"))).tolist()
    reasons = dict.fromkeys(without, "No bytes of text are in this class.")
    headline = {f"{name}_bits_per_byte": _number(table, "origin", name) for name in (Group.NEW.word, Group.SHARED.word)}
    return Measures(
        headline, {"classes": Table(table.columns, reasons)}, {"n_tokens": int(counted.sum())}, found.remarks
    )


def _views(subject: Subject, reading: Reading) -> Iterator[_TokenClasses]:
    names, of = classes(vocabulary_of(subject.model.tokenizer), reading.ids)
    groups = reading.groups[reading.ids].astype(np.int64)
    words = tuple(group.word for group in Group)
    tenths = tuple(f"tenth {n}" for n in range(1, 11))
    opens = np.zeros(len(reading.ids), np.bool_)
    opens[reading.offsets[:-1][reading.text_tokens > 0]] = True
    yield _TokenClasses("target", "origin", words, groups)
    yield _TokenClasses("target", "text", names, of)
    yield _TokenClasses("target", "frequency", tenths, frequency_tenths(reading.ids))
    yield _TokenClasses("preceding", "origin", (*words, START), _before(groups, opens, len(words)))
    yield _TokenClasses("preceding", "text", (*names, START), _before(of, opens, len(names)))


def _before(of: Ints, opens: NDArray[np.bool_], start: int) -> Ints:
    """The class of the token before each; `start` where there is none."""
    before = np.concatenate([of[:0], [start], of[:-1]])[: len(of)]
    return np.where(opens, start, before)


def _spread(theirs: Reading, ours: Reading) -> Floats:
    """What another model pays for the bytes of each of our tokens, spread evenly over each of its own, (P,)."""
    sizes = np.array([t.n_bytes for t in ours.scores.texts], np.int64)
    begins = np.cumsum(sizes) - sizes
    ends = np.concatenate([np.empty(0, np.int64), *(t.ends for t in theirs.scores.texts)]) + begins[theirs.text]
    paid = np.cumsum(np.nan_to_num(theirs.nats))
    edges, last = np.unique(ends[::-1], return_index=True)  # tokens without width are paid with the one before
    total = np.concatenate([[0.0], paid[::-1][last]])
    edges = np.concatenate([[0], edges])
    starts = np.concatenate([np.empty(0, np.int64), *(t.starts for t in ours.scores.texts)]) + begins[ours.text]
    upto = (np.interp(where, edges, total) for where in (starts, starts + ours.n_bytes))
    low, high = upto
    return np.asarray(high - low)


def _rows(
    view: _TokenClasses,
    reading: Reading,
    theirs: Floats | None,
    counted: NDArray[np.bool_],
    n_texts: int,
    whole: Cell,
    seed: int,
) -> Table:
    n = len(view.names)
    place = reading.text * n + view.of

    def sums(weights: NDArray[Any]) -> Floats:
        return np.asarray(np.bincount(place[counted], weights[counted], n_texts * n).reshape(n_texts, n).T)  # (n, N)

    quantities = [sums(np.ones(len(place))), sums(reading.n_bytes), sums(reading.nats), sums(reading.first)]
    if theirs is not None:
        quantities.append(sums(theirs))
    flat = np.concatenate(quantities)  # (4 or 5 × n, N)
    ratios = [quotient(2 * n + k, n + k, LN2) for k in range(n)]
    if theirs is not None:
        ratios += [minus(ratios[k], quotient(4 * n + k, n + k, LN2)) for k in range(n)]
    numbers = figures(whole, flat, ratios, seed)
    totals = [q.sum(1) for q in quantities]
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = {
            "side": (view.side,) * n,
            "by": (view.by,) * n,
            "name": view.names,
            "n_tokens": totals[0].astype(np.int64),
            "n_bytes": totals[1].astype(np.int64),
            "nats": totals[2],
            "byte_share": totals[1] / totals[1].sum(),
            "loss_share": totals[2] / totals[2].sum(),
            "top_1": totals[3] / totals[0],
            **number_columns("bits_per_byte", numbers[:n]),
        }
        if theirs is not None:
            columns["original_nats"] = totals[4]
            columns |= number_columns("difference_to_original", numbers[n:])
    return Table({**columns})


def _stacked(parts: list[Column]) -> Column:
    if isinstance(parts[0], tuple):
        return tuple(chain.from_iterable(parts))
    return np.concatenate(parts)


def _number(table: Table, by: str, name: str) -> Number:
    row = int(table.where(side="target", by=by, name=name)[0])
    value, low, high = (float(table.numbers(f"bits_per_byte{end}")[row]) for end in ("", "_low", "_high"))
    return Number(value, low, high, "" if value == value else f"No {name} token occurs in these texts.")  # noqa: PLR0124


EVALUATOR = Evaluator(
    key="loss_by_class",
    label="Loss by class of token",
    definition=(
        "Bits per byte of the tokens of a class, by the token predicted and by the one before it: shared with the old "
        "vocabulary or new, part of a character, digits by length, white space, several words, punctuation, script, "
        "and tenths of all occurrences by frequency. Beside it what the original pays for the same bytes, where the "
        "cost of each of its tokens is spread evenly over its bytes. The classes of one view add up to the whole."
    ),
    numbers=(
        Definition("new_bits_per_byte", "New tokens", "bits/byte", "lower", "Bits per byte of tokens that are new."),
        Definition("shared_bits_per_byte", "Shared tokens", "bits/byte", "lower", "Bits per byte of shared tokens."),
    ),
    cost="nothing beyond bits per byte",
    evaluate=evaluate,
    quick=True,
)
