"""What a module of `core.lanes` declares: another engine for the same tokenizer, for counting only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.tokenizer import Counts, LocalTokenizer

Counter = Callable[[Sequence[str]], Counts]


class NoLane(Exception):
    """An engine cannot run a tokenizer; the message says why, to follow the engine's name and a colon."""


@dataclass(frozen=True)
class Lane:
    """An engine.

    Args:
        key: the module's word for it.
        label: its name and version.
        build: counts like the tokenizer, it is hoped; raises NoLane. Whether it does is found out by calibration.
    """

    key: str
    label: str
    build: Callable[[LocalTokenizer], Counter]
