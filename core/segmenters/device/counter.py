"""Counts chunks on a device, the same ones that numpy cuts; nothing here imports torch before a text is read.

Two arithmetics that round otherwise differ in the last digits of a value, which matters where it lies at a threshold.
So a text with a value nearer to its threshold than `MARGINS` is cut by numpy, and only the others by what the device
says. That they differ by less is watched at work: texts that numpy cuts too, and of the others a sample, are compared
value by value, and a device that is further off than half of a margin is not used from there on.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.common.numbers import count, so_many
from core.segmenters.lane import SCHEME, SegmenterLane, counts_of_starts
from core.segmenters.published.opening import is_published
from core.segmenters.segmenter import SEGMENTERS
from core.segmenters.trunk import Floats
from core.tokenizers.catalog import split_options
from core.tokenizers.tokenizer import Counts, Tokenizer

# Of a value, in its unit: 24 to 33 times the most by which torch on a processor and numpy were apart on text of all
# scripts (docs/segmenters.md has the numbers). Gates differ in proportion to themselves: theirs is of the logarithm.
MARGINS = {
    "entropy": 2.5e-4,
    "entropy-rise": 2.5e-4,
    "hnet": 6e-6,
    "hnet2": 6e-6,
    "magnet": 6e-6,
    "mrt5": 1.2e-4,
}
_SCALES: dict[str, Callable[[Floats], Floats]] = {"mrt5": lambda gates: np.log(-gates)}
_LONGEST = 8192  # bytes; hardly a longer text has no value within a margin
_CHECKED = 0.01  # of the texts that the device decides


class DeviceCounter:
    """Counts as a lane does.

    Args:
        lane: what cuts, by weights that a device can read with.
        device: of torch, such as "cuda:0".

    Attributes:
        n_read: texts that the device read.
        n_again: those of them that numpy cut all the same, since a value was near its threshold.
        off: by how much values of the device and of numpy were apart at most, where both were computed.
    """

    def __init__(self, lane: SegmenterLane, device: str) -> None:
        from core.segmenters.device.values import DeviceValues

        assert lane.trained is not None, "only what cuts by weights is read on a device"
        self._lane, self._device = lane, device
        family = lane.trained.family
        self._values, self._margin = DeviceValues(lane.trained, device), MARGINS[family]
        self._scale = _SCALES.get(family, np.asarray)
        self.n_read, self.n_again, self.off = 0, 0, 0.0

    def __call__(self, texts: Sequence[str]) -> Counts:
        return counts_of_starts(self.starts(texts))

    def starts(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """First byte of each chunk of each text, as the lane has them.

        Raises:
            TooLarge: a text has more bytes than the lane cuts.
            UserError: a text has no UTF-8 form.
        """
        sizes = [self._lane.size_of(text) for text in texts]
        here = [n for n, size in enumerate(sizes) if 0 < size <= _LONGEST and self.trusted]
        reads = dict(zip(here, self._values.read([texts[n] for n in here]), strict=True))
        sure = [n for n in here if reads[n].nearest(self._scale) > self._margin]
        self.n_read, self.n_again = self.n_read + len(here), self.n_again + len(here) - len(sure)
        for n in self._sample(sure):
            self.off = max(self.off, self._apart(reads[n].values[-1], self._lane.chunks(texts[n]).values))
        decided = set(sure) if self.trusted else set[int]()
        return [reads[n].starts if n in decided else self._lane.chunks(text).starts for n, text in enumerate(texts)]

    @property
    def trusted(self) -> bool:
        """Whether the device came as near to numpy as it has to, so far."""
        return self.off <= self._margin / 2

    @property
    def log(self) -> str:
        """What it has done so far, for the log of a job."""
        return (
            f"{self._device} read {so_many(self.n_read, 'text', 'texts')}, of which numpy cut {count(self.n_again)} "
            f"again; values were {self.off:.1e} apart at most, and may be {self._margin / 2:.1e}."
        )

    @property
    def reason(self) -> str:
        """How it counted, in a sentence for the page."""
        if not self.trusted:
            return f"Counted by the reference: values computed on {self._device} were too far from its own."
        return f"Read on {self._device}; texts with a value near a threshold are cut by the reference, as is a sample."

    def _apart(self, values: Floats, by_numpy: Floats | None) -> float:
        """By how much they differ at most, without the first byte; infinitely where only one of them is a number."""
        assert by_numpy is not None, "what is read on a device has values"
        a, b = self._scale(values[1:]), self._scale(by_numpy[1:])
        if not np.array_equal(np.isfinite(a), np.isfinite(b)):
            return math.inf
        return float(np.nanmax(np.abs(a - b), initial=0.0))

    @staticmethod
    def _sample(rows: Sequence[int]) -> list[int]:
        """Drawn by lot, the same ones every time."""
        n = min(len(rows), max(2, round(_CHECKED * len(rows))))
        drawn = np.random.default_rng(len(rows)).permutation(len(rows))[:n]
        return [rows[at] for at in drawn.tolist()]


@lru_cache(maxsize=2)  # weights on a device, and torch's own share of memory
def device_counter(tokenizer: Tokenizer, device: str) -> DeviceCounter | None:
    """What counts with a tokenizer on a device; None on a processor, for what no device reads, and where torch cannot
    use the device: it may be built without CUDA, or the driver be too old."""
    if device == "cpu" or not isinstance(tokenizer, SegmenterLane) or tokenizer.trained is None:
        return None
    from core.models.device import pick_device

    try:
        pick_device(device)
    except UserError:
        return None
    return DeviceCounter(tokenizer, device)


def read_on_device(spec: str) -> bool:
    """Whether a device reads with what a spec names, as far as its name tells.

    >>> read_on_device("learned:magnet?prior=equal"), read_on_device("learned:windows"), read_on_device("tiktoken:gpt2")
    (True, False, False)
    """
    scheme, _, rest = spec.partition(":")
    name, _ = split_options(rest)
    learnt_here = name not in SEGMENTERS.all() and not is_published(name)
    return scheme == SCHEME and (name in MARGINS or learnt_here)
