"""A text with some of its tokens spelled otherwise, drawn by chance."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.common.errors import UserError, shown
from core.probes.spelling_counts import count_paths, sample
from core.probes.spelling_edges import Spellers


@dataclass(frozen=True, eq=False)
class Respelling:
    """The tokens of a text, and those of them that other tokens can say.

    Args:
        spellers: the vocabulary.
        ids: the tokenizer's own spelling.
    """

    spellers: Spellers
    ids: tuple[int, ...]

    @property
    def movable(self) -> list[int]:
        """Places of the tokens that can be spelled otherwise."""
        return [place for place, i in enumerate(self.ids) if self._n_ways(i) > 1]

    def drawn(self, n_moved: int, dice: random.Random) -> tuple[int, ...]:
        """The text with so many of its tokens each spelled otherwise, every other spelling as likely as the next.

        Args:
            n_moved: as many as there are places in `movable`, at most.
        """
        moved = {*dice.sample(self.movable, n_moved)}
        parts: list[Sequence[int]] = [self._otherwise(i, dice) if n in moved else [i] for n, i in enumerate(self.ids)]
        return tuple(i for part in parts for i in part)

    def by_characters(self) -> tuple[int, ...]:
        """The text a character a token, and byte by byte where the vocabulary lacks a character.

        Raises:
            UserError: it lacks a byte of one too.
        """
        pieces = [self.spellers.entries.pieces[i] for i in self.ids]
        data = b"".join(pieces)
        by_place = {(start, end): ids for start, end, ids in self.spellers.edges(data)}
        found, at = list[int](), 0
        for character in data.decode(errors="surrogateescape"):
            end = at + len(character.encode(errors="surrogateescape"))
            parts = [(at, end)] if (at, end) in by_place else [(n, n + 1) for n in range(at, end)]
            if not all(part in by_place for part in parts):
                raise UserError(f"{shown(character)} is no token, nor are its bytes. Choose a model that has them.")
            found += [by_place[part][0] for part in parts]
            at = end
        return tuple(found)

    def _otherwise(self, i: int, dice: random.Random) -> list[int]:
        return next(ids for ids in self._sampled(i, dice) if ids != [i])

    def _sampled(self, i: int, dice: random.Random) -> Iterator[list[int]]:
        size = len(self.spellers.entries.pieces[i])
        while True:
            yield from sample(self._edges(i), size, 1, dice.getrandbits(32))

    def _n_ways(self, i: int) -> int:
        size = len(self.spellers.entries.pieces[i])
        return count_paths(self._edges(i), size, self.spellers.longest).n if size else 0

    def _edges(self, i: int) -> list[tuple[int, int, tuple[int, ...]]]:
        entries = self.spellers.entries
        return [*self.spellers.edges(entries.pieces[i], goes_on=entries.within_words(i))]
