"""The pieces of a job computed in this process, while the caller waits; nothing is queued.

Jobs of the app run on the processes of `core.jobs.runner`, or on a Ray cluster that one such process drives
(`core.jobs.ray`).
"""

import time
from collections.abc import Callable, Mapping, Sequence

from core.common.errors import UserError
from core.jobs.failures import Failures
from core.jobs.job import KINDS, Context, JobKind, Output, Parts, Unit, part_key, part_result
from core.jobs.store.files import Input, Json
from core.jobs.store.store import store


def compute(kind: str, unit: Unit, context: Context) -> Output:
    """One unit of the kind of this key."""
    return KINDS.get(kind).run_unit(unit, context)


class SomeFailed(UserError):
    """Pieces of a job could not be computed, and the others are kept where jobs share them.

    Args:
        partial: the result of the others.
    """

    def __init__(self, message: str, partial: Output) -> None:
        super().__init__(message)
        self.partial = partial


def pieces(units: Sequence[Unit], output_of: Callable[[Unit], Output], failures: Failures) -> Parts:
    """Each unit with what it comes to; one that fails is noted and left out, while the others are worth trying.

    Raises:
        UserError: the failure after which they are not.
    """
    for unit in units:
        try:
            output = output_of(unit)
        except UserError as error:
            if not failures.note(str(error)):
                raise
        else:
            yield unit, output


def whole(kind: JobKind, context: Context, units: Sequence[Unit], output_of: Callable[[Unit], Output]) -> Output:
    """The result of a job from its pieces, one after another.

    Raises:
        SomeFailed: pieces could not be computed that the others are worth having without.
        UserError: there is nothing to be had.
    """
    failures = Failures(kind.goes_on)
    output = kind.combine(pieces(units, output_of, failures), context)
    if failures:
        raise SomeFailed(failures.message(sum(unit.size for unit in units), kind.measure), output)
    return output


def run_here(
    kind: JobKind, params: Mapping[str, Json], inputs: Sequence[Input], done: Callable[[int, int], None]
) -> Output:
    """The result of a job, computed in this thread; pieces that jobs share are read from the store and kept there.

    Args:
        done: hears how many pieces of how many are finished.

    Raises:
        SomeFailed, UserError: as `whole`.
    """
    context = Context(dict(params), tuple(inputs))
    units = list(kind.units(context))

    def output_of(unit: Unit) -> Output:
        known = store().get(part_key(kind, "", unit)) if unit.key else None
        start = time.monotonic()
        output = Output(known.arrays, known.facts) if known else kind.run_unit(unit, context)
        if unit.key and not known:
            store().put(part_result(kind, "", unit, context, output, time.monotonic() - start))
        done(units.index(unit) + 1, len(units))
        return output

    return whole(kind, context, units, output_of)
