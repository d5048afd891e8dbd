"""The text that a tokenizer is trained on, and the part of it that is kept apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, zip_longest

from core.common.errors import UserError, shown
from core.common.numbers import count
from core.training.lines import bare, drawn, drawn_apart, exactly, in_chunks, within
from core.training.training_source import TrainingSource

PARALLEL = "parallel"  # the corpus of texts that are named as parallel


@dataclass(frozen=True)
class KeptLines:
    """What is trained on of a source, in chunks of whole lines.

    Args:
        source: that it is of.
        apart: lines without their ends that are left out.
        most_bytes: of the source; 0 for all.
        most_kept: bytes of what is not left out, in whole lines; 0 for all.
        share: bytes of what is then there, the last line cut; 0 for all.
    """

    source: TrainingSource
    apart: frozenset[str] = frozenset()
    most_bytes: int = 0
    most_kept: int = 0
    share: int = 0

    def __iter__(self) -> Iterator[str]:
        kept = (line for line in self.source.lines(self.most_bytes) if bare(line) not in self.apart)
        yield from in_chunks(exactly(within(kept, self.most_kept), self.share))


@dataclass(frozen=True)
class SentencesBut:
    """The lines of a parallel text without their ends, given anew each time.

    Args:
        source: that they are of.
        left_out: numbers of lines.
    """

    source: TrainingSource
    left_out: frozenset[int]

    def __iter__(self) -> Iterator[str]:
        return (bare(line) for n, line in enumerate(self.source.lines()) if n not in self.left_out)


@dataclass(frozen=True)
class ChunksOfParts:
    """The chunks of several parts, one after the other."""

    parts: "tuple[Chunks, ...]"

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self.parts)


Chunks = tuple[str, ...] | KeptLines | SentencesBut | ChunksOfParts  # given anew each time, of whole lines


@dataclass(frozen=True, eq=False)
class TrainingPart:
    """One text.

    Args:
        name: what it is called.
        chunks: of what is trained on.
        held_out: lines that are kept apart; no line that is trained on equals one of them.
        rows: of a parallel text the number of each line kept apart, ascending; empty for others.
        corpus: what it is parallel with; empty where with nothing.
    """

    name: str
    chunks: Chunks
    held_out: tuple[str, ...]
    rows: tuple[int, ...] = ()
    corpus: str = ""

    @cached_property
    def n_bytes(self) -> int:
        """Of what is trained on, in UTF-8."""
        return sum(len(chunk.encode()) for chunk in self.chunks)


@dataclass(frozen=True, eq=False)
class TrainingText:
    """The parts of a text, one a source, and parallel lines for trainers that weigh languages.

    Args:
        parts: in the order given.
        parallel: for each part the same sentences in its language; empty where none are given.
    """

    parts: tuple[TrainingPart, ...]
    parallel: tuple[Chunks, ...] = ()

    @property
    def chunks(self) -> Chunks:
        """All that is trained on."""
        return ChunksOfParts(tuple(part.chunks for part in self.parts))

    @property
    def held_out(self) -> tuple[str, ...]:
        """All that is kept apart."""
        return tuple(line for part in self.parts for line in part.held_out)


def part_of(source: TrainingSource, share: float, seed: int, most_bytes: int = 0) -> TrainingPart:
    """A text with about this share of its lines kept apart, the same ones for the same seed; equal lines together.

    Of one whose every line would be kept apart, as of a single line, none is. No more of it is held than what is kept
    apart.

    Args:
        most_bytes: of it, its beginning; 0 for all.

    Raises:
        UserError: it cannot be read, is no text, or changes meanwhile.

    >>> from core.training.held_lines import HeldLines
    >>> part = part_of(HeldLines("a", ("one", "two", "one", "three")), 0.5, 0)
    >>> [*part.chunks], part.held_out
    (['two\\nthree\\n'], ('one', 'one'))
    """
    apart = drawn_apart(source.lines(most_bytes), share, seed)
    kept = KeptLines(source, frozenset(apart), most_bytes)
    if apart and not any(chunk.strip() for chunk in kept):
        return TrainingPart(source.name, KeptLines(source, most_bytes=most_bytes), ())
    return TrainingPart(source.name, kept, tuple(apart))


def parallel_part(source: TrainingSource, share: float, seed: int, most_kept: int = 0) -> TrainingPart:
    """One of several parallel texts, of which the same rows are kept apart in each: about this share of all.

    Args:
        most_kept: of what is trained on, which is the beginning of the rest; 0 for all of it. What is kept apart is
            drawn from all lines, so that languages that take more bytes have no fewer sentences to be compared by.

    A line that equals one kept apart is in neither half.

    >>> from core.training.held_lines import HeldLines
    >>> part = parallel_part(HeldLines("a", ("one", "two", "one", "three")), 0.5, 26)
    >>> part.rows, part.held_out, [*part.chunks]
    ((2,), ('one',), ['two\\nthree\\n'])
    """
    apart = {
        n: bare(line) for n, line in enumerate(source.lines()) if share and line.strip() and drawn(f"{n}", seed) < share
    }
    kept = KeptLines(source, frozenset(apart.values()), most_kept=most_kept)
    return TrainingPart(source.name, kept, tuple(apart.values()), tuple(apart), source.corpus)


def most_of_each(sizes: Sequence[int], most_bytes: int, shares: Sequence[float]) -> list[int]:
    """Bytes of each text to take at most, 0 for all of it: as many as there are where all keep to their shares.

    Args:
        most_bytes: of the largest part of any; 0 for no such bound.
        shares: relative to one another, as many as texts, each above 0; empty where nothing is said of them.

    >>> most_of_each([900, 100, 500], 0, [2, 1, 1]), most_of_each([900, 100], 50, [2, 1]), most_of_each([9, 9], 5, [])
    ([200, 100, 100], [50, 25], [5, 5])
    """
    if not shares:
        return [most_bytes] * len(sizes)
    there = [min(size, most_bytes or size) for size in sizes]
    unit = min(size / share for size, share in zip(there, shares, strict=True))
    return [max(1, int(unit * share)) for share in shares]


def read_parts(
    texts: Sequence[TrainingSource], share: float, seed: int, most_bytes: int = 0, shares: Sequence[float] = ()
) -> tuple[TrainingPart, ...]:
    """The parts of a text, each with a name of its own. The same lines are kept apart whatever the shares.

    Args:
        most_bytes: of each, its beginning; 0 for all of it.
        shares: of what is trained on, in bytes, relative to one another; empty for all that is not kept apart.

    Raises:
        UserError: there is no text in any of them, or one is not UTF-8.
    """
    each = [(parallel_part if one.corpus else part_of)(one, share, seed, most_bytes) for one in texts]
    names = _told_apart([part.name for part in each])
    parts = tuple(replace(part, name=name) for part, name in zip(each, names, strict=True))
    if shares:
        most = most_of_each([part.n_bytes for part in parts], 0, shares)
        parts = tuple(_share_of(part, n) for part, n in zip(parts, most, strict=True))
    if not any(chunk.strip() for part in parts for chunk in part.chunks):
        raise UserError("There is no text to train on: it holds nothing but white space. Give another.")
    return parts


def _share_of(part: TrainingPart, n_bytes: int) -> TrainingPart:
    assert isinstance(part.chunks, KeptLines), "as parts of sources are"
    return replace(part, chunks=replace(part.chunks, share=n_bytes))


def _told_apart(names: Sequence[str]) -> list[str]:
    """Names of which those that come again have a number.

    >>> _told_apart(["a", "b", "a", "a (2)"])
    ['a', 'b', 'a (3)', 'a (2)']
    """
    found = list[str]()
    for n, name in enumerate(names):
        number, given = 1, name
        while given in found or (number > 1 and given in names[n:]):
            number += 1
            given = f"{name} ({number})"
        found.append(given)
    return found


def parallel_lines(texts: Sequence[TrainingSource], parts: Sequence[TrainingPart] = ()) -> tuple[SentencesBut, ...]:
    """The lines of parallel texts, without the sentences of which a language has a line that is kept apart.

    Args:
        parts: with what is kept apart.

    Raises:
        UserError: they have no or different numbers of lines.
    """
    apart, left_out = {line for part in parts for line in part.held_out}, set[int]()
    sizes, some = [0] * len(texts), [False] * len(texts)
    for n, row in enumerate(zip_longest(*(one.lines() for one in texts))):
        there = [None if line is None else bare(line) for line in row]
        sizes = [size + (line is not None) for size, line in zip(sizes, there, strict=True)]
        some = [one or bool(line) for one, line in zip(some, there, strict=True)]
        if not apart.isdisjoint(there):
            left_out.add(n)
    if len({*sizes}) > 1 or not all(some):
        counts = ", ".join(f"{shown(one.name)} {count(size)}" for one, size in zip(texts, sizes, strict=True))
        raise UserError(f"Parallel texts need as many lines each, and some text; these have: {counts}. Align them.")
    return tuple(SentencesBut(one, frozenset(left_out)) for one in texts)
