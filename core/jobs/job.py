"""What a kind of long work declares, what it is handed, and what is known of one job.

Adding a kind of work is adding a module to `core.work` with a constant `JOB`. The work is cut into units, each a pure
function of its value, the parameters and the inputs: a unit may run in any process, on any machine, in any order, and
again after its process was killed.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from core.common.errors import UserError
from core.common.numbers import count
from core.common.registry import Registry
from core.jobs.store.files import SHARED, Array, Input, Json, Origin, Result

MOST_LOSSES = 2  # how often a unit is tried again after its process or machine was lost


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  # the process that ran it is gone; it can be resumed

    @property
    def live(self) -> bool:
        """Will it change without anybody asking?"""
        return self in {State.QUEUED, State.RUNNING}


@dataclass(frozen=True)
class Unit:
    """A piece of a job that is worth a process or a trip to another machine: some seconds of work.

    Args:
        name: for people, unique within the job.
        value: what `run_unit` is to do; JSON.
        size: how much of the job it is, in the kind's measure.
        key: if other jobs have this unit too, a hash of everything its result depends on: its result is then
            kept for all of them and never computed twice. Empty for a unit that only this job has.
    """

    name: str
    value: Json
    size: float = 1.0
    key: str = ""


@dataclass(frozen=True, eq=False)
class Output:
    """What a unit or a job comes to: arrays by name, and facts that are no arrays (JSON)."""

    arrays: Mapping[str, Array] = field(default_factory=dict)
    facts: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """What work is handed, wherever it runs.

    Args:
        params: the job's parameters.
        inputs: what the job was submitted for; work on an input whose fingerprint differs must refuse.
        device: "cpu" or "cuda:0"; the process sees no other GPU.
        scratch: a folder for temporary files, deleted after the process ends.
        shipped: on another machine, the folder under which the files that travelled there lie as they did at home.
    """

    params: Mapping[str, Json]
    inputs: tuple[Input, ...] = ()
    device: str = "cpu"
    scratch: Path = Path()
    shipped: Path | None = None

    def path(self, path: Path) -> Path:
        """Where a file that the kind's `files` names lies on this machine."""
        if self.shipped is None:
            return path
        absolute = path.absolute()
        return self.shipped / absolute.relative_to(absolute.anchor)


Parts = Iterator[tuple[Unit, Output]]


def no_files(params: Mapping[str, Json]) -> Sequence[Path]:
    """For work that reads no files of the user's machine."""
    return ()


def no_secrets(params: Mapping[str, Json]) -> bool:
    """For work that asks nobody who wants to know who asks."""
    return False


def no_imports() -> None:
    """For work whose libraries are there at once."""


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """A kind of long work.

    Args:
        key: its name in stored results.
        label: for people.
        units: the pieces, the same ones in the same order for the same parameters and inputs.
        run_unit: computes one piece; a pure function of the piece, the parameters and the inputs. What it prints is
            the job's log; `core.common.progress.report` says how far it is.
        combine: makes the result of the pieces' results, which come in order.
        resumable: are finished pieces kept when the job is interrupted, fails or is cancelled?
        version: raised when the same parameters give other numbers or another form of result, so that old results are
            not taken for new ones.
        measure: what sizes of units count, such as "sentences".
        in_words: the name of a unit, or of what it does now, for people.
        files: files that units read through `Context.path`; they travel to other machines by content.
        secrets: does a job of these parameters use the secrets of the environment, as the Hub's token to fetch a model?
            The processes of others do not get them.
        gpu: one piece at a time per GPU, where there is one.
        gpu_for: the same for one job's parameters, where it hangs on them; asked often, so nothing slow.
        workers: most processes at a time; 0 for as many as there are.
        goes_on: are pieces worth having without those that fail, so that they are computed all the same?
        memory_mb: memory of a process, with all that it starts.
        memory_for: the same for one job's parameters, where jobs of the kind differ much; asked often, so nothing slow.
        takes_less: what to ask for that takes less memory, as a sentence for who asked for too much.
        unit_seconds: most wall time for one piece, for cutting into pieces, and for combining.
        libraries: packages whose versions a result records.
        prepare: imports what units need where that takes seconds, as `import_models`, and computes nothing; processes
            of jobs are copies of one in which it has run. It may start no thread.
    """

    key: str
    label: str
    units: Callable[[Context], Sequence[Unit]]
    run_unit: Callable[[Unit, Context], Output]
    combine: Callable[[Parts, Context], Output]
    resumable: bool = True
    version: int = 1
    measure: str = "units"
    in_words: Callable[[str], str] = str
    files: Callable[[Mapping[str, Json]], Sequence[Path]] = no_files
    secrets: Callable[[Mapping[str, Json]], bool] = no_secrets
    gpu: bool = False
    gpu_for: Callable[[Mapping[str, Json]], bool] | None = None
    workers: int = 0
    goes_on: bool = False
    memory_mb: int = 2048
    memory_for: Callable[[Mapping[str, Json]], int] | None = None
    takes_less: str = "Ask for less at a time."
    unit_seconds: float = 3600.0
    libraries: tuple[str, ...] = ("numpy",)
    prepare: Callable[[], None] = no_imports

    def sized(self, params: Mapping[str, Json]) -> "JobKind":
        """The kind with the memory that a job of these parameters takes, and the GPU that it gets."""
        memory = self.memory_for(params) if self.memory_for else self.memory_mb
        return replace(self, memory_mb=memory, gpu=self.gpu_for(params) if self.gpu_for else self.gpu)

    @property
    def over_memory(self) -> str:
        """What is said of a process that took more than it may."""
        return f"It took more than the {count(self.memory_mb)} MB of memory that it may have. {self.takes_less}"

    def versions(self) -> dict[str, str]:
        """Version of each library that the result depends on."""
        found = {self.key: str(self.version)}
        for library in self.libraries:
            installed = _installed(library)
            if installed is not None:
                found[library] = installed
        return found


@cache
def _installed(library: str) -> str | None:
    """Its version, which is asked for with each unit of a job and takes 2 ms to find; None if it is not installed."""
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def further_packages() -> list[str]:
    """Packages beside `core.work` that declare kinds of work: those that `TOKEN_ATLAS_WORK` names, colons between."""
    return list(filter(None, os.environ.get("TOKEN_ATLAS_WORK", "").split(":")))


KINDS = Registry(package="core.work", constant="JOB", kind=JobKind, noun="kind of work", further=further_packages)


def may_resume(kind: str) -> bool:
    """Would a job of this kind go on from where it stopped? A kind that is no longer here does not."""
    known = KINDS.all().get(kind)
    return known is not None and known.resumable


@dataclass(frozen=True)
class RunName:
    """What somebody calls a run, and what they noted beside it; both may be empty."""

    session: str = ""
    name: str = ""
    note: str = ""


@dataclass(frozen=True)
class Job:
    """What is known of one job.

    Args:
        key: its content key, and its result's.
        kind: key of its kind.
        label: for people.
        params: its parameters.
        inputs: what it works on.
        state: where it stands.
        place: a number that only grows; the newest job has the highest.
        done, total: how much of it is finished, in the kind's measure; total is 0 while unknown.
        stage: what it does now.
        rate: measures per second, None while unknown.
        remaining: seconds left, None while unknown.
        seconds: time it has run, over all attempts.
        message: why it failed, or what the user should know.
        device: where it runs or ran.
        attempts: how often it was started.
        created, finished: seconds since 1970, for people; nothing is ordered by them.
        sessions: who asked for it, first one first.
        called: what people call it, the newest last.
    """

    key: str
    kind: str
    label: str
    params: Mapping[str, Json]
    inputs: tuple[Input, ...]
    state: State
    place: int
    done: float
    total: float
    stage: str
    rate: float | None
    remaining: float | None
    seconds: float
    message: str
    device: str
    attempts: int
    created: float
    finished: float | None
    sessions: tuple[str, ...]
    called: tuple[RunName, ...] = ()

    @cached_property
    def share(self) -> float:
        """How much of it is finished, 0 to 1."""
        if self.state is State.DONE:
            return 1.0
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def resumable(self) -> bool:
        """Would it go on from where it stopped?"""
        return self.state is State.INTERRUPTED and may_resume(self.kind)


def canonical(value: Json) -> str:
    """The one way to write a JSON value, so that equal ones have equal hashes.

    Raises:
        UserError: it holds something that is no JSON, or a number that is none.

    >>> canonical({"b": 1, "a": (2, 3)})
    '{"a":[2,3],"b":1}'
    """
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UserError(f"The parameters cannot be written down: {error}. Use numbers, words and lists.") from None


def hashed(*parts: Json) -> str:
    """32 hex digits that stand for these JSON values."""
    return hashlib.sha256(canonical(parts).encode()).hexdigest()[:32]


def content_key(kind: JobKind, params: Mapping[str, Json], inputs: Sequence[Input]) -> str:
    """What a job is about, as a key: kind, parameters and the inputs' content, but not how the inputs are called."""
    return hashed(kind.key, kind.version, dict(params), [each.fingerprint for each in inputs])


def part_key(kind: JobKind, job: str, unit: Unit) -> str:
    """Key of the result of one unit: its own if other jobs share it, otherwise one within the job."""
    return hashed(kind.key, kind.version, "unit", unit.key) if unit.key else hashed(job, unit.name, unit.value)


def part_result(kind: JobKind, job: str, unit: Unit, context: Context, output: Output, seconds: float) -> Result:
    """The result of one unit as the store keeps it; any job may use it if the unit has a key of its own."""
    origin = Origin(
        key=part_key(kind, job, unit),
        kind=f"{kind.key}/unit",
        params={"unit": unit.value},
        inputs=context.inputs,
        versions=kind.versions(),
        seconds=seconds,
        device=context.device,
        finished=time.time(),
        part_of=SHARED if unit.key else job,
        label=unit.name,
    )
    return Result(origin, output.arrays, output.facts)


def inputs_to_json(inputs: Sequence[Input]) -> str:
    """Inputs as JSON."""
    return canonical([asdict(each) for each in inputs])


def inputs_from_json(text: str) -> tuple[Input, ...]:
    """Inputs from JSON."""
    return tuple(Input(**each) for each in json.loads(text))
