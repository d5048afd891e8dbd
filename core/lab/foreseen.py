"""What is said of a plan before it runs, as data: nothing here opens a model or a tokenizer, or imports what does."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.common.numbers import so_many
from core.jobs.store.files import Input, Json
from core.lab.setting import Setting

KIND = "transplant"  # of the job that a comparison is
_HARDLY = 1.3  # times as long, which is not worth saying


@dataclass(frozen=True)
class EstimatedStage:
    """A part of the work.

    Args:
        name: for people.
        seconds: that it takes on the whole machine, where hidden tokens choose what lies in the middle.
        bytes: of memory that it needs.
        most_seconds: that it takes where they choose what is dearest; 0 where nothing is chosen.
    """

    name: str
    seconds: float
    bytes: float = 0.0
    most_seconds: float = 0.0

    @property
    def at_most(self) -> float:
        """Seconds in either case; 0 where the dearest choice takes hardly more."""
        return self.most_seconds if self.most_seconds > _HARDLY * self.seconds else 0.0


@dataclass(frozen=True)
class Shorter:
    """Something to leave out: what that would mean, and the seconds it would save."""

    what: str
    loses: str
    seconds: float


@dataclass(frozen=True)
class Estimate:
    """What a plan will take.

    Args:
        stages: in order.
        memory_mb: that one process will hold at most.
        limit_mb: beyond which it is ended.
        shorter: what a shorter run would leave out, what saves most first.
        over_budget: seconds beyond the plan's budget; 0 within it, or without one.
    """

    stages: tuple[EstimatedStage, ...]
    memory_mb: int
    limit_mb: int
    shorter: tuple[Shorter, ...]
    over_budget: float

    @property
    def seconds(self) -> float:
        """All stages."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def at_most(self) -> float:
        """Seconds of all stages where hidden tokens choose what is dearest; 0 where that takes hardly more."""
        most = sum(max(stage.seconds, stage.most_seconds) for stage in self.stages)
        return most if most > _HARDLY * self.seconds else 0.0


@dataclass(frozen=True)
class Submission:
    """What to hand to `core.jobs.queue.Jobs.submit`.

    Args:
        params: of the job.
        inputs: what it works on, by content.
        label: for people.
    """

    params: Mapping[str, Json]
    inputs: tuple[Input, ...]
    label: str


def label_of(model: str, tokenizer: str, n_methods: int) -> str:
    """What the job is called that gives a model a tokenizer.

    >>> label_of("tiny-english", "BPE", 2)
    'tiny-english with the tokenizer of BPE: 2 methods'
    """
    return f"{model} with the tokenizer of {tokenizer}: {so_many(n_methods, 'method', 'methods')}"


@dataclass(frozen=True, eq=False)
class Look:
    """A plan before it runs.

    Args:
        setting: what is shared and what must be made up.
        estimate: what it will take.
        submission: the job to hand in.
        uncounted: what is said of texts that will not count; empty where all do, as far as was tried.
    """

    setting: Setting
    estimate: Estimate
    submission: Submission
    uncounted: str = ""
