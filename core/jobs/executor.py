"""Where the pieces of a job are computed: on processes of this machine, or on a Ray cluster; the results are the same.

Jobs of the app run on the daemon's own processes (`core.jobs.runner`), or, with `TOKEN_ATLAS_ENGINE=ray`, on a cluster
that one such process drives. `LocalEngine` is for the command line, notebooks and tests, which need no daemon.
"""

import multiprocessing
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from core.common.errors import UserError, shown
from core.jobs.job import KINDS, Context, JobKind, Output, Unit, part_key, part_result
from core.jobs.runner.capacity import capacity, engine_name
from core.jobs.store.files import Input, Json
from core.jobs.store.store import store

MOST_LOSSES = 2  # how often a unit is tried again after its process or machine was lost


class Engine(ABC):
    """Computes units."""

    @abstractmethod
    def run(self, kind: JobKind, context: Context, units: Sequence[Unit]) -> Iterator[tuple[int, Output]]:
        """Each unit's index and result, as they are finished.

        Raises:
            UserError: a unit failed so, or lost its process again and again; names the unit.
        """


class LocalEngine(Engine):
    """Processes of this machine."""

    def __init__(self, workers: int = 0) -> None:
        """Args: workers: processes; 0 for as many as `TOKEN_ATLAS_JOB_SLOTS` or the machine gives."""
        self.workers = workers or capacity().slots

    def run(self, kind: JobKind, context: Context, units: Sequence[Unit]) -> Iterator[tuple[int, Output]]:
        losses: Counter[int] = Counter()
        left = set(range(len(units)))
        while left:
            try:
                for n, output in self._once(kind, context, units, sorted(left)):
                    left.discard(n)
                    yield n, output
            except BrokenProcessPool:  # does not say which unit it was: each that is left may have been it
                losses.update(left)
                note_loss(losses, units)

    def _once(
        self, kind: JobKind, context: Context, units: Sequence[Unit], wanted: Sequence[int]
    ) -> Iterator[tuple[int, Output]]:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(min(self.workers, len(wanted)), mp_context=spawn) as pool:
            pending = {pool.submit(compute, kind.key, units[n], context): n for n in wanted}
            try:
                while pending:
                    for future in wait(pending, return_when=FIRST_COMPLETED).done:
                        yield pending.pop(future), future.result()
            finally:
                for future in pending:
                    future.cancel()


def compute(kind: str, unit: Unit, context: Context) -> Output:
    """One unit, in this process."""
    return KINDS.get(kind).run_unit(unit, context)


def note_loss(losses: Mapping[int, int], units: Sequence[Unit]) -> None:
    """Do nothing while units may be tried again.

    Raises:
        UserError: one was lost too often.
    """
    for n, n_lost in losses.items():
        if n_lost > MOST_LOSSES:
            raise UserError(
                f"{shown(units[n].name)} lost its process {n_lost} times. Perhaps it needs more memory than there is, "
                "or more time than a piece may take."
            )


def run_job(
    kind: JobKind, params: Mapping[str, Json], inputs: Sequence[Input] = (), engine: Engine | None = None
) -> Output:
    """The result of a job, computed while the caller waits and not stored."""
    context = Context(dict(params), tuple(inputs))
    units = list(kind.units(context))
    outputs = dict((engine or chosen_engine()).run(kind, context, units))
    return kind.combine(((unit, outputs[n]) for n, unit in enumerate(units)), context)


def run_here(
    kind: JobKind, params: Mapping[str, Json], inputs: Sequence[Input], done: Callable[[int, int], None]
) -> Output:
    """The result of a job, computed in this thread; pieces that jobs share are read from the store and kept there.

    Args:
        done: hears how many pieces of how many are finished.
    """
    context = Context(dict(params), tuple(inputs))
    units = list(kind.units(context))

    def parts() -> Iterator[tuple[Unit, Output]]:
        for n, unit in enumerate(units):
            known = store().get(part_key(kind, "", unit)) if unit.key else None
            start = time.monotonic()
            output = Output(known.arrays, known.facts) if known else kind.run_unit(unit, context)
            if unit.key and not known:
                store().put(part_result(kind, "", unit, context, output, time.monotonic() - start))
            done(n + 1, len(units))
            yield unit, output

    return kind.combine(parts(), context)


def chosen_engine() -> Engine:
    """The engine that `TOKEN_ATLAS_ENGINE` names.

    Raises:
        UnknownName: it names none.
    """
    if engine_name() == "ray":
        from core.jobs.ray import RayEngine

        return RayEngine()
    return LocalEngine()
