"""The text that a tokenizer is trained on, and the part of it that is kept apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from core.common.errors import UserError, shown
from core.common.numbers import count
from core.common.plain_text import beginning, decoded, lines
from core.training.lines import bare, drawn, drawn_apart, in_chunks, with_ends
from core.training.training_file import KeptLines, TrainingFile

PARALLEL = "parallel"  # the corpus of texts that are named as parallel


@dataclass(frozen=True)
class ChunksOfParts:
    """The chunks of several parts, one after the other."""

    parts: "tuple[Chunks, ...]"

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self.parts)


Chunks = tuple[str, ...] | KeptLines | ChunksOfParts  # of whole lines, given anew each time


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
    parallel: tuple[tuple[str, ...], ...] = ()

    @property
    def chunks(self) -> Chunks:
        """All that is trained on."""
        return ChunksOfParts(tuple(part.chunks for part in self.parts))

    @property
    def held_out(self) -> tuple[str, ...]:
        """All that is kept apart."""
        return tuple(line for part in self.parts for line in part.held_out)


@dataclass(frozen=True, eq=False)
class SourceText:
    """One text in memory.

    Args:
        name: what it is called.
        data: its bytes.
        corpus: names the texts that have the same sentences line by line; empty where it is parallel with none.
    """

    name: str
    data: bytes
    corpus: str = ""

    @property
    def n_bytes(self) -> int:
        """That it has."""
        return len(self.data)


def part_of(name: str, text: str, share: float, seed: int) -> TrainingPart:
    """A text with about this share of its lines kept apart, the same ones for the same seed; equal lines together.

    Of one whose every line would be kept apart, as of a single line, none is.

    >>> part = part_of("a", "one\\ntwo\\none\\nthree\\n", 0.5, 0)
    >>> part.chunks, part.held_out
    (('two\\nthree\\n',), ('one', 'one'))
    """
    apart = drawn_apart(with_ends(text), share, seed)
    known = set(apart)
    kept = [line for line in with_ends(text) if bare(line) not in known]
    if apart and not any(line.strip() for line in kept):
        return TrainingPart(name, tuple(in_chunks(with_ends(text))), ())
    return TrainingPart(name, tuple(in_chunks(kept)), tuple(apart))


def part_of_file(file: TrainingFile, share: float, seed: int, most_bytes: int = 0) -> TrainingPart:
    """The same of a file, of which no more lies in memory than what is kept apart.

    Args:
        most_bytes: of it, its beginning; 0 for all.

    Raises:
        UserError: it cannot be read, is no text, or changes meanwhile.
    """
    apart = drawn_apart(file.lines(most_bytes), share, seed)
    kept = KeptLines(file, most_bytes, frozenset(apart))
    if apart and not any(chunk.strip() for chunk in kept):
        return TrainingPart(file.name, KeptLines(file, most_bytes, frozenset()), ())
    return TrainingPart(file.name, kept, tuple(apart))


def parallel_part(
    name: str, text: str, share: float, seed: int, *, corpus: str = PARALLEL, most_bytes: int = 0
) -> TrainingPart:
    """One of several parallel texts, of which the same rows are kept apart in each: about this share of all.

    Args:
        most_bytes: of what is trained on, which is the beginning of the rest; 0 for all of it. What is kept apart is
            drawn from all lines, so that languages that take more bytes have no fewer sentences to be compared by.

    A line that equals one kept apart is in neither half.

    >>> part = parallel_part("a", "one\\ntwo\\none\\nthree\\n", 0.5, 26)
    >>> part.rows, part.held_out, part.chunks
    ((2,), ('one',), ('two\\nthree\\n',))
    """
    every = [*with_ends(text)]
    rows = [n for n, line in enumerate(every) if share and line.strip() and drawn(f"{n}", seed) < share]
    apart = tuple(bare(every[n]) for n in rows)
    known = set(apart)
    rest = "".join(line for line in every if bare(line) not in known)
    kept = beginning(rest.encode(), most_bytes).decode()
    return TrainingPart(name, tuple(in_chunks(with_ends(kept))), apart, tuple(rows), corpus)


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
    texts: Sequence[SourceText | TrainingFile], share: float, seed: int, most_bytes: Sequence[int] = ()
) -> tuple[TrainingPart, ...]:
    """The parts of a text.

    Args:
        most_bytes: of each, its beginning; 0 for all of it, as where there are no numbers.

    Raises:
        UserError: there is no text in any of them, or one is not UTF-8.
    """
    bounds = most_bytes or [0] * len(texts)
    parts = tuple(_read(one, share, seed, most) for one, most in zip(texts, bounds, strict=True))
    if not any(chunk.strip() for part in parts for chunk in part.chunks):
        raise UserError("There is no text to train on: it holds nothing but white space. Give another.")
    return parts


def _read(one: SourceText | TrainingFile, share: float, seed: int, most: int) -> TrainingPart:
    if isinstance(one, TrainingFile):
        return part_of_file(one, share, seed, most)
    if not one.corpus:
        return part_of(one.name, decoded(beginning(one.data, most), one.name), share, seed)
    return parallel_part(one.name, decoded(one.data, one.name), share, seed, corpus=one.corpus, most_bytes=most)


def parallel_lines(
    texts: Sequence[tuple[str, bytes]], parts: Sequence[TrainingPart] = ()
) -> tuple[tuple[str, ...], ...]:
    """The lines of parallel texts, without the sentences of which a language has a line that is kept apart.

    Args:
        parts: with what is kept apart.

    Raises:
        UserError: they have no or different numbers of lines.
    """
    found = tuple(tuple(lines(data, name)) for name, data in texts)
    if len({len(each) for each in found}) > 1 or any(not any(each) for each in found):
        counts = ", ".join(f"{shown(n)} {count(len(each))}" for (n, _), each in zip(texts, found, strict=True))
        raise UserError(f"Parallel texts need as many lines each, and some text; these have: {counts}. Align them.")
    apart = {line for part in parts for line in part.held_out}
    if not apart:
        return found
    rows = [row for row in zip(*found, strict=True) if apart.isdisjoint(row)]
    return tuple(zip(*rows, strict=True))
