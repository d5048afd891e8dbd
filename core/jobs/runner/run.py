"""One job while a daemon runs it: which pieces are finished, which are under way, what comes next."""

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from core.jobs.failures import Failures
from core.jobs.job import MOST_LOSSES, Job, JobKind, State
from core.jobs.runner.fair_order import Candidate
from core.jobs.runner.worker import Task, Worker
from core.jobs.store.records import MOST_LOG

_SOON = 0.5  # seconds of progress, before which nothing is said of how long it will take


@dataclass
class Run:
    """The state of one job in the daemon's memory.

    Args:
        remote: pieces run on a cluster, driven by one process here.
    """

    job: Job
    kind: JobKind
    remote: bool = False
    started: float | None = None
    sizes: list[float] | None = None
    names: list[str] = field(default_factory=list)
    pending: deque[int] = field(default_factory=deque)
    finished: set[int] = field(default_factory=set)
    workers: list[Worker] = field(default_factory=list)
    losses: Counter[Task] = field(default_factory=Counter)
    failures: Failures = field(init=False)
    outcome: State | None = None
    message: str = ""
    log: str = ""
    device: str = ""
    n_kept: float = 0.0  # of `done`, what an earlier attempt had finished
    clock: Callable[[], float] = time.monotonic
    _first: tuple[float, float] | None = None  # seconds and `done` when the first progress of this attempt was seen

    def __post_init__(self) -> None:
        self.failures = Failures(self.kind.goes_on)

    @property
    def candidate(self) -> Candidate:
        """What it is to those who choose whose turn it is."""
        return Candidate(self.job.key, self.job.sessions[0] if self.job.sessions else "", self.job.place)

    @property
    def busy(self) -> list[Worker]:
        """Its processes that work."""
        return [worker for worker in self.workers if worker.task]

    @property
    def idle(self) -> list[Worker]:
        """Its processes that wait."""
        return [worker for worker in self.workers if not worker.task]

    def next_task(self) -> Task | None:
        """What could be done now, or None if it is over or waits for pieces under way."""
        n_busy = len(self.busy)
        if self.outcome or (self.kind.workers and n_busy >= self.kind.workers):
            return None
        if self.sizes is None:
            return None if n_busy else Task("plan")
        if self.pending and self.remote:
            return None if n_busy else Task("drive")
        if self.pending:
            return Task("unit", self.pending[0])
        return None if n_busy else Task("combine")

    def take(self, task: Task) -> None:
        """Note that a task is being done."""
        if task.do == "unit":
            self.pending.remove(task.n)

    def planned(self, units: list[list[object]]) -> None:
        """Take in the pieces: name, size, finished."""
        self.sizes = [float(str(size)) for _, size, _ in units]
        self.names = [str(name) for name, _, _ in units]
        self.finished = {n for n, (_, _, there) in enumerate(units) if there}
        self.pending = deque(n for n in range(len(units)) if n not in self.finished)
        self.n_kept = self.done

    def unit_finished(self, n: int) -> None:
        """Note that a piece is in the store."""
        self.finished.add(n)
        if n in self.pending:
            self.pending.remove(n)

    def units_missing(self, missing: list[int]) -> None:
        """Pieces must be computed again, since what the store had was damaged."""
        self.finished -= set(missing)
        self.pending.extend(missing)

    def lost(self, worker: Worker) -> None:
        """A process has gone without an answer: try its task again, or give up."""
        task = worker.task
        assert task
        self.losses[task] += 1
        if self.losses[task] > MOST_LOSSES:
            why = f"Tried {MOST_LOSSES + 1} times, but {worker.ending()}. Its log on the Runs page may say more."
            self.stopped(worker, why)
        elif task.do == "unit":
            self.pending.appendleft(task.n)

    def stopped(self, worker: Worker, why: str) -> None:
        """A process ended, or was ended, for a reason that does not name its piece."""
        task = worker.task
        piece = self.names[task.n] if task and task.do == "unit" else ""
        self.failed(worker, why, self.kind.in_words(piece))

    def failed(self, worker: Worker, why: str, piece: str = "") -> None:
        """A piece cannot be computed; the others still are, where they are worth having without it."""
        task = worker.task
        if not (task and task.do == "unit" and self.failures.note(why, piece)):
            self.end(State.FAILED, why)

    def settle(self) -> None:
        """It has failed where a piece did and no other is left to compute."""
        if self.failures and not self.pending and not self.busy:
            self.end(State.FAILED, self.failures.message(self.total, self.kind.measure))

    def end(self, outcome: State, message: str = "") -> None:
        """Note how it ended; the first word counts."""
        if self.outcome is None:
            self.outcome, self.message = outcome, message

    def note(self, printed: str) -> None:
        """Add to the log, which keeps its end."""
        self.log = (self.log + printed)[-MOST_LOG:]

    @property
    def total(self) -> float:
        """All of it, in the kind's measure; 0 while unknown."""
        return sum(self.sizes or [])

    @property
    def done(self) -> float:
        """What is finished of it, pieces under way included as far as they say."""
        sizes = self.sizes or []
        under_way = sum(
            sizes[w.task.n] * min(1.0, w.at[0] / w.at[1]) for w in self.busy if w.task and w.task.n >= 0 and w.at[1]
        )
        return sum(sizes[n] for n in self.finished) + under_way

    @property
    def how_far(self) -> tuple[float, float] | tuple[None, None]:
        """What is finished of how much; None while its pieces are unknown, and what is known from before holds."""
        return (None, None) if self.sizes is None else (self.done, self.total)

    @property
    def stage(self) -> str:
        """What it does now, for people."""
        told = next((worker.at[2] for worker in self.busy if worker.at[2]), "")
        if self.sizes is None:
            return told or "preparing"
        if any(w.task and w.task.do == "drive" for w in self.busy):
            return told or "on the cluster"
        if not self.pending and any(w.task and w.task.do == "combine" for w in self.busy):
            return told or "combining"
        return told or next((self.names[w.task.n] for w in self.busy if w.task and w.task.n >= 0), "waiting for a turn")

    @property
    def seconds(self) -> float:
        """It has run, earlier attempts included."""
        return self.job.seconds + (self.clock() - self.started if self.started is not None else 0.0)

    def observe(self) -> None:
        """Note when the first progress comes: what was spent before, on processes and texts, does not recur."""
        if self._first is None and self.done > self.n_kept:
            self._first = self.seconds, self.done

    @property
    def rate(self) -> float | None:
        """Measures per second since the first progress of this attempt; None until there is some more."""
        if self._first is None:
            return None
        seconds, done = self.seconds - self._first[0], self.done - self._first[1]
        return done / seconds if seconds > _SOON and done > 0 else None

    @property
    def remaining(self) -> float | None:
        """Seconds left if it goes on like this."""
        rate = self.rate
        return (self.total - self.done) / rate if rate else None
