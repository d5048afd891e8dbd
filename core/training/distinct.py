"""How many bytes the distinct words of texts have, estimated from parts of them before all is read.

Distinct words grow as a power of the text (Heaps 1978): here by the power by which they grow from half of the parts
that are looked at to all of them, which lie evenly over each text. Of a text that repeats itself only what differs
counts: how much that is follows from how many lines stand in one part alone and how many in two (Chao 1987).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from math import log

from core.training.pretokenizers import BUDOUX, Cut, counted

_MOST = 4_000_000  # bytes that are looked at; texts that are no longer are read as a whole
_MOST_PHRASES = _MOST // 2  # of which phrases are found first: 0.7 s for a megabyte of Japanese
_PART = 2**15  # bytes
_LONG = 40  # characters of a line that is hardly written twice


@dataclass(frozen=True)
class TextAhead:
    """A text that is not read yet.

    Args:
        fingerprint: of its content.
        n_bytes: that are to be read of it.
        read: its bytes from one place to another.
    """

    fingerprint: str
    n_bytes: int
    read: Callable[[int, int], bytes] = field(compare=False)


@lru_cache(maxsize=64)
def distinct_bytes(texts: tuple[TextAhead, ...], cut: Cut) -> int:
    """Bytes of the words that are distinct in all texts together, about.

    Raises:
        UserError: a text cannot be read.
    """
    n_bytes = sum(one.n_bytes for one in texts)
    if not n_bytes:
        return 0
    share = min(1.0, (_MOST_PHRASES if cut.pre == BUDOUX else _MOST) / n_bytes)
    parts = [part for one in texts for part in _parts(one, share)]
    words = _words(parts[::2], cut)
    half = _bytes(words)
    found = _bytes(words | _words(parts[1::2], cut))
    if share == 1 or not half:
        return found
    growth, from_half = _new_text(parts, 1 / share)
    return int(found * growth ** (log(found / half) / log(from_half)))


def _new_text(parts: Sequence[str], times: float) -> tuple[float, float]:
    """How many times the text that differs grows: from the parts to all of it, and from half of the parts to all parts.

    Args:
        times: that the text is as long as the parts.
    """
    lines = [{line for line in part.splitlines() if len(line) >= _LONG} for part in parts]
    seen, half = Counter(chain.from_iterable(lines)), set().union(*lines[::2])
    if len(half) == len(seen):  # nothing is known of lines, or nothing is new
        return (1.0, 2.0) if half else (times, 2.0)
    in_parts = Counter(seen.values())
    unseen = in_parts[1] ** 2 / (2 * in_parts[2]) if in_parts[2] else float("inf")
    return min(times, 1 + unseen / len(seen)), len(seen) / max(1, len(half))


def _parts(text: TextAhead, share: float) -> list[str]:
    """Parts of a text that lie evenly over it and are this share of it, cut at its lines where they have several."""
    n = max(1, int(share * text.n_bytes) // _PART)
    step = text.n_bytes / n
    return [_whole_lines(text.read(int(k * step), int(k * step + share * step))) for k in range(n)]


def _whole_lines(data: bytes) -> str:
    first, last = data.find(b"\n") + 1, data.rfind(b"\n") + 1
    return (data[first:last] if first < last else data).decode(errors="ignore")


def _words(parts: Sequence[str], cut: Cut) -> set[str]:
    return set(counted(cut, parts))


def _bytes(words: set[str]) -> int:
    return sum(len(word.encode()) for word in words)
