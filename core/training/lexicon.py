"""The lexicon that Less is Better learns by reading: pieces in the order of their worth."""

from collections.abc import Sequence
from typing import Any

import numpy as np

# As in the authors' code.
_JOINED = 0.25  # chance that two neighbours are noticed
_STEP = 0.2  # share of its place by which a piece rises or falls
_LIFE = 10  # documents that a piece at the end of the lexicon has to be of use again
_LAST = 1e-4  # share of the lexicon that counts as its end
_NONE, _END = -1, ""  # no piece; what a node of the tree has where a piece ends
Verdict = tuple[int, int]  # a piece that rises and a shorter one that falls; the piece falls where there is no other
Token = tuple[int, int, Verdict | None]  # a piece, the next shorter one, and what becomes of them


class Lexicon:
    """Pieces in the order of their worth, the best first.

    How a text is cut, and what its pieces deserve, is found once a document, and again when a new piece stands in it.

    Args:
        singles: pieces that are always there.
        longest: characters of a piece.
    """

    def __init__(self, singles: Sequence[str], longest: int) -> None:
        self._n_singles, self._longest = len(singles), longest
        self._spellings: list[str] = []  # of pieces by number, those too that are gone
        self._numbers: dict[str, int] = {}  # of these, those that are there
        self._known: dict[str, int] = {}
        self._places: list[int] = []  # in the order, by number
        self._order = np.zeros(0, np.int64)  # numbers
        self._new: list[int] = []  # that stand behind all others
        self._lives: dict[int, int] = {}  # of pieces that go if they are of no use soon
        self._tree: dict[str, Any] = {}
        for piece in singles:
            self._add(piece)

    @property
    def rank(self) -> dict[str, int]:
        """The place of each piece, from 0."""
        return {piece: self._places[number] for piece, number in self._numbers.items()}

    def number(self, piece: str) -> int:
        """What a piece is called in cuts."""
        return self._numbers[piece]

    def learned(self) -> list[str]:
        """All pieces but the singles, the best first."""
        ranked = sorted(self._numbers.values(), key=self._places.__getitem__)
        return [self._spellings[number] for number in ranked if number >= self._n_singles]

    def read(self, document: Sequence[str], chance: np.random.Generator) -> None:
        """Cut each of some texts, notice what stands together twice, and weigh each piece that is met."""
        noticed, verdicts, cuts = set[str](), list[Verdict](), dict[str, list[Token]]()
        drawn, start = (chance.random(sum(map(len, document))) < _JOINED).tolist(), 0
        spellings = self._spellings
        for text in document:
            if (tokens := cuts.get(text)) is None:
                tokens = cuts[text] = self.cut(text)
            at, n = 0, 0
            while n < len(tokens):
                piece, shorter, verdict = tokens[n]
                if n and drawn[start + n]:
                    joint = spellings[tokens[n - 1][0]] + spellings[piece]
                    if len(joint) <= self._longest and self._notice(joint, noticed):
                        cuts = {other: cut for other, cut in cuts.items() if joint not in other}
                        rest = self.cut(text, at, (piece, shorter))
                        tokens, verdict = [*tokens[:n], *rest], rest[0][2]
                if verdict is not None:
                    verdicts.append(verdict)
                at, n = at + len(spellings[piece]), n + 1
            start += len(text)
        self._move(verdicts)

    def _notice(self, joint: str, noticed: set[str]) -> bool:
        """Whether it becomes a piece, as it does when it is noticed for the second time in a document."""
        again = joint in noticed and joint not in self._numbers
        if again:
            self._add(joint)
        noticed.add(joint)
        return again

    def _add(self, piece: str) -> None:
        number = self._numbers[piece] = self._known.setdefault(piece, len(self._spellings))
        if number == len(self._spellings):
            self._spellings.append(piece)
            self._places.append(0)
        self._places[number] = len(self._numbers) - 1
        self._new.append(number)
        node = self._tree
        for character in piece:
            node = node.setdefault(character, {})
        node[_END] = number

    def _remove(self, number: int) -> None:
        node, piece = self._tree, self._spellings[number]
        for character in piece:
            node = node[character]
        del node[_END], self._numbers[piece]

    def cut(self, text: str, at: int = 0, first: tuple[int, int] | None = None) -> list[Token]:
        """The longest pieces, one after the other, and what each deserves.

        Args:
            at: where to begin.
            first: what stands there, and the next shorter one, if that is known.
        """
        met: list[tuple[int, int] | None] = [None] * len(text)
        if first:
            met[at] = first
        found = list[Token]()
        while at < len(text):
            piece, shorter = met[at] or self._two_longest(text, at, met)
            found.append((piece, shorter, self._weighed(text, at, piece, shorter, met) if shorter != _NONE else None))
            at += len(self._spellings[piece])
        return found

    def _weighed(self, text: str, at: int, piece: int, shorter: int, met: list[tuple[int, int] | None]) -> Verdict:
        """Read on behind a piece and behind the next shorter one until both are at the same place again.

        The one with more tokens falls, of equally many the one whose tokens are worth less.
        """
        spellings, places = self._spellings, self._places
        end, other_end = at + len(spellings[piece]), at + len(spellings[shorter])
        n_more, worth = 0, places[piece] - places[shorter]
        while end != other_end:
            if end < other_end:
                then = (met[end] or self._two_longest(text, end, met))[0]
                end, n_more, worth = end + len(spellings[then]), n_more + 1, worth + places[then]
            else:
                then = (met[other_end] or self._two_longest(text, other_end, met))[0]
                other_end, n_more, worth = other_end + len(spellings[then]), n_more - 1, worth - places[then]
        return (piece, shorter) if (n_more, worth) > (0, 0) else (piece, _NONE)

    def _two_longest(self, text: str, at: int, met: list[tuple[int, int] | None]) -> tuple[int, int]:
        """The longest piece that stands there and the next shorter one, which may be none.

        Args:
            met: by place, what was found there before; grows.

        >>> Lexicon(["a", "b", "ab", "abab"], 4)._two_longest("ababb", 0, [None] * 5)
        (3, 2)
        """
        node, found, shorter = self._tree, _NONE, _NONE
        for character in text[at : at + self._longest]:
            if (behind := node.get(character)) is None:
                break
            node = behind
            if _END in node:
                found, shorter = node[_END], found
        both = met[at] = found, shorter
        return both

    def _move(self, verdicts: Sequence[Verdict]) -> None:
        """Let pieces rise and fall; what falls off the end goes, and what was of no use there for too long."""
        places, moved = self._places, dict[int, float]()
        for piece, shorter in verdicts:
            place = moved.get(piece, places[piece])
            if shorter == _NONE:
                moved[piece] = max(0.0, place - (int(_STEP * place) + 1))
                self._lives.pop(piece, None)
                continue
            moved[piece] = place + (int(_STEP * place) + 1)
            place = moved.get(shorter, places[shorter])
            moved[shorter] = max(0.0, place - (int(_STEP * place) + 1))
        gone = {number for number, lives in self._lives.items() if lives <= 1}
        self._lives = {number: lives - 1 for number, lives in self._lives.items() if lives > 1}
        order = np.concatenate((self._order, np.array(self._new, np.int64)))
        end, worth = len(order), np.arange(len(order), dtype=np.float64)
        worth[[places[number] for number in moved]] = list(moved.values())
        ranked = np.argsort(worth, kind="stable")
        order, worth = order[ranked], worth[ranked]
        goes = (order >= self._n_singles) & (worth >= end)
        if gone:
            goes |= np.isin(order, list(gone))
        for number in order[goes].tolist():
            self._remove(number)
        self._order, self._new = order[~goes], []
        by_number = np.array(places)
        by_number[self._order] = np.arange(len(self._order))
        self._places = by_number.tolist()
        for number in self._order[int((1 - _LAST) * len(self._order)) :].tolist():
            if number >= self._n_singles:
                self._lives.setdefault(number, _LIFE)
