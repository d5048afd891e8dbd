"""Timing of two things in turns, so that a machine that slows down slows both."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Ratio:
    """Median times of ours and of the alternative over the same rounds, in seconds."""

    ours: float
    alternative: float

    @property
    def value(self) -> float:
        """Ours divided by the alternative."""
        return self.ours / self.alternative


def in_turns(
    ours: Callable[[], object],
    alternative: Callable[[], object],
    seconds: float = 1.0,
    clock: Callable[[], float] = time.perf_counter,
) -> Ratio:
    """Run both alternately for about `seconds` after one warm-up of each; medians, so that a hiccup does not count.

    Args:
        clock: `time.process_time` where other work on the machine is not to count.
    """
    ours()
    alternative()
    times: tuple[list[float], list[float]] = ([], [])
    until = clock() + seconds
    while clock() < until or len(times[0]) < 5:
        for call, taken in zip((ours, alternative), times, strict=True):
            start = clock()
            call()
            taken.append(clock() - start)
    return Ratio(median(times[0]), median(times[1]))


def markdown(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with a heading.

    >>> print(markdown("T", ["a", "b"], [["1", "2"]]))
    ### T
    <BLANKLINE>
    | a | b |
    | --- | --- |
    | 1 | 2 |
    <BLANKLINE>
    """
    lines = [f"### {title}", "", f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows), ""])
