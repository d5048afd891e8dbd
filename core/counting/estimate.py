"""How long a count will take, from a try on a few of its lines."""

import time
from collections.abc import Sequence

from core.corpora.facts import CorpusFacts
from core.jobs.runner.capacity import capacity
from core.tokenizers.tokenizer import Tokenizer

_START = 3.0  # seconds until the first process has its libraries and its tokenizer
_PER_PIECE = 0.02  # seconds to hand out and keep a piece; at least one per tokenizer and language
_WARM = 5


def bytes_per_second(tokenizer: Tokenizer, lines: Sequence[str]) -> float:
    """How fast a tokenizer counts, by these lines; infinite for none."""
    tokenizer.count(lines[:_WARM])
    start = time.perf_counter()
    tokenizer.count(lines)
    seconds = time.perf_counter() - start
    return sum(len(line.encode("utf-8", "surrogatepass")) for line in lines) / seconds if lines else float("inf")


def seconds_to_count(rates: Sequence[float], facts: CorpusFacts, languages: Sequence[str]) -> float:
    """Seconds that a job will take on an idle machine, if tokenizers count at these rates (bytes per second).

    A corpus with long texts is counted faster than this says, since a quicker engine takes over where it agrees.
    """
    n_bytes = facts.bytes_of(languages)
    work = sum(n_bytes / rate for rate in rates) + _PER_PIECE * len(rates) * len(languages)
    return _START + work / min(capacity().slots, max(1, len(rates) * len(languages)))
