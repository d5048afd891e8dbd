"""How far a trainer that merges is, told while it goes on: its size, newest pieces, and how it cuts text kept apart."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite, nan

from tokenizers import Tokenizer

from core.common.numbers import count
from core.common.progress import is_heard, report
from core.tokenizers.vocabulary import bytes_of_alphabet
from core.training.merges import MergeSymbols, Pair, SoFar

_EVERY = 1.0  # seconds at least between two looks
_SHARE = 0.05  # of the time that looking may take
_MOST_BYTES = 100_000  # of text that is cut at a look
_NEWEST, _LONGEST = 4, 24  # pieces that are named, and characters of one
_BETWEEN, _SPACE = " · ", "␣"
_SAID = re.compile(
    r"(?:(?P<of>.+): )?merging, (?P<n>\d[\d\s]*) entries, (?P<per>[\d.]+|\?) bytes per token, newest (?P<newest>.+)"
)


@dataclass(frozen=True)
class MergedSoFar:
    """What a look found.

    Args:
        n: entries.
        bytes_per_token: on lines kept apart; NaN where there are none.
        newest: pieces as they stand in a text, the newest last, with `␣` for a space.
        of: what is trained, where something else says so.
    """

    n: int
    bytes_per_token: float
    newest: tuple[str, ...]
    of: str = ""

    @property
    def in_words(self) -> str:
        """It as the stage of a job, without what it is of.

        >>> read_stage("BPE: " + MergedSoFar(4096, 3.5, ("␣of", "ing")).in_words)
        MergedSoFar(n=4096, bytes_per_token=3.5, newest=('␣of', 'ing'), of='BPE')
        """
        per_token = f"{self.bytes_per_token:.3f}" if isfinite(self.bytes_per_token) else "?"
        return f"merging, {count(self.n)} entries, {per_token} bytes per token, newest {_BETWEEN.join(self.newest)}"


def read_stage(stage: str) -> MergedSoFar | None:
    """What the stage of a job says, as `in_words` has it; None where it says something else."""
    found = _SAID.fullmatch(stage)
    if found is None:
        return None
    n = int("".join(filter(str.isdecimal, found["n"])))
    per_token = nan if found["per"] == "?" else float(found["per"])
    return MergedSoFar(n, per_token, tuple(found["newest"].split(_BETWEEN)), found["of"] or "")


class MergeWatch:
    """Looks at merges every second or so, and says what it finds; nothing where nobody listens.

    Args:
        lines: kept apart, of which some are cut.
        made: the tokenizer of symbols and merges.
        spelled: a piece as it stands in a text.
    """

    def __init__(
        self,
        lines: Sequence[str],
        made: Callable[[MergeSymbols, Sequence[Pair]], Tokenizer],
        spelled: Callable[[str], str],
    ) -> None:
        self._lines, self._made, self._spelled = list(_some(lines)), made, spelled
        self._stage, self._next = "merging", time.monotonic() + _EVERY

    def look(self, done: int, total: int, so_far: SoFar) -> None:
        """Say how far it is; look, if it is time.

        Args:
            so_far: what is merged by now; asked only then.
        """
        if is_heard() and (start := time.monotonic()) >= self._next:
            self._stage = self._found(*so_far()).in_words
            end = time.monotonic()
            self._next = end + max(_EVERY, (end - start) / _SHARE)
        report(done, total, self._stage)

    def _found(self, symbols: MergeSymbols, merges: Sequence[Pair]) -> MergedSoFar:
        made = self._made(symbols, merges)
        n_tokens = sum(map(len, made.encode_batch_fast(self._lines, add_special_tokens=False)))
        n_bytes = sum(len(line.encode()) for line in self._lines)
        newest = tuple(self._spelled(one)[:_LONGEST].replace(" ", _SPACE) for one in symbols.spellings[-_NEWEST:])
        return MergedSoFar(made.get_vocab_size(), n_bytes / n_tokens if n_tokens else nan, newest)


def spelled_in_bytes(piece: str) -> str:
    """A piece of BPE on bytes as it stands in a text; of a part of a character its bytes.

    >>> spelled_in_bytes("Ġof"), spelled_in_bytes("Ã")
    (' of', '\\\\xc3')
    """
    return (bytes_of_alphabet(piece) or b"").decode(errors="backslashreplace")


def _some(lines: Sequence[str]) -> Iterator[str]:
    """Lines that lie evenly among all, with so many bytes together."""
    every = max(1, -(-sum(len(line.encode()) for line in lines) // _MOST_BYTES))
    return (line for line in lines[::every] if len(line) <= _MOST_BYTES)
