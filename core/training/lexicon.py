"""The lexicon that Less is Better learns by reading: pieces in the order of their worth."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from core.training.cut_texts import CutTexts, TextsToRead
from core.training.piece_tree import NONE, Numbers, PieceTree

# As in the authors' code.
_JOINED = 0.25  # chance that two neighbours are noticed
_STEP = 0.2  # share of its place by which a piece rises or falls
_LIFE = 10  # documents that a piece at the end of the lexicon has to be of use again
_LAST = 1e-4  # share of the lexicon that counts as its end
_FIRST_ROOM = 1024  # pieces
_FEW = 16  # pieces that move so often that they are moved one by one
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class _Pass:
    """What is known while a document is read.

    Args:
        document: the one.
        reading: its texts, cut.
        drawn: by character of the document, whether the token of that number in its text may be noticed.
        noticed: joints of two tokens.
        waiting: a heap of texts to be read one by one, since they hold a piece that came to it.
    """

    document: TextsToRead
    reading: CutTexts
    drawn: Bools
    noticed: set[str] = field(default_factory=set)
    waiting: list[int] = field(default_factory=list)


class Lexicon:
    """Pieces in the order of their worth, the best first.

    Args:
        singles: pieces that are always there, a character each.
        longest: characters of a piece.
    """

    def __init__(self, singles: Sequence[str], longest: int) -> None:
        self._n_singles, self._longest = len(singles), longest
        self._spellings: list[str] = []  # of pieces by number, those too that are gone
        self._known: dict[str, int] = {}
        self._numbers: dict[str, int] = {}  # of these, those that are there
        self._sizes, self._places = np.zeros(_FIRST_ROOM, np.int64), np.zeros(_FIRST_ROOM, np.int64)  # by number
        self._order = np.zeros(0, np.int64)  # numbers
        self._new: list[int] = []  # that stand behind all others
        self._lives: dict[int, int] = {}  # of pieces that go if they are of no use soon
        self._tree = PieceTree(singles, longest)
        for piece in singles:
            self._add(piece)

    @property
    def rank(self) -> dict[str, int]:
        """The place of each piece, from 0."""
        return {piece: int(self._places[number]) for piece, number in self._numbers.items()}

    def number(self, piece: str) -> int:
        """What a piece is called in cuts."""
        return self._numbers[piece]

    def learned(self) -> list[str]:
        """All pieces but the singles, the best first."""
        ranked = sorted(self._numbers.values(), key=self._places.__getitem__)
        return [self._spellings[number] for number in ranked if number >= self._n_singles]

    def document(self, texts: Sequence[str]) -> TextsToRead:
        """Some texts, to be read as often as it takes."""
        return TextsToRead(texts, self._tree)

    def reading(self, document: TextsToRead) -> CutTexts:
        """The texts of a document cut into the longest pieces."""
        return CutTexts(document, self._tree, self._sizes, self._places)

    def read(self, document: TextsToRead, chance: np.random.Generator) -> None:
        """Cut each text of a document, notice what stands together twice, and weigh each piece that is met.

        All texts are cut and weighed together. Where a piece comes to a text, it is read alone from there on.
        """
        drawn = chance.random(document.n_characters) < _JOINED
        one = _Pass(document, self.reading(document), drawn)
        texts, tokens, places = one.reading.all_tokens()
        may_join = (places > 0) & drawn.take(document.starts.take(texts) + places)
        may_join[may_join] = one.reading.lengths_of_joints()[tokens[may_join]] <= self._longest
        alone = dict[int, list[int]]()  # of texts that were, their tokens
        joints = zip(*(each[may_join].tolist() for each in (texts, tokens, places)), strict=True)
        for text, token, place in chain(joints, [(len(document.which), NONE, NONE)]):
            while one.waiting and one.waiting[0] <= text:
                if (earlier := heappop(one.waiting)) not in alone:
                    alone[earlier] = self._read_alone(one, earlier, 1)
            if token == NONE or text in alone:
                continue
            if (joint := one.reading.joint(token)) not in one.noticed:
                one.noticed.add(joint)
            elif joint not in self._numbers:
                alone[text] = self._read_alone(one, text, place)
        if alone:
            together = np.ones(len(document.which), np.bool_)
            together[list(alone)] = False
            together = together.take(texts)
            whose = np.repeat(list(alone), [len(each) for each in alone.values()])
            tokens = np.concatenate((tokens[together], np.fromiter(chain.from_iterable(alone.values()), np.int64)))
            tokens = tokens[np.argsort(np.concatenate((texts[together], whose)), kind="stable")]
        self._move(*one.reading.weighed(tokens))

    def _read_alone(self, one: _Pass, text: int, place: int) -> list[int]:
        """The tokens of a text, after each piece that comes to it.

        Args:
            text: which of the document.
            place: of the first of its tokens that may be noticed with the one before.
        """
        n, start = int(one.document.which[text]), int(one.document.starts[text])
        (first, end), met, done = one.reading.tokens(n), list[int](), 0
        while first + place < end:
            if one.drawn[start + place] and self._notice(joint := one.reading.joint(first + place), one.noticed):
                met.extend(range(first + done, first + place))
                number = self._numbers[joint]
                new, end, touched = one.reading.add(joint, number, int(self._places[number]), n, first + place)
                first, done = new - place, place
                for other in touched:
                    for later in one.document.later(other, text):
                        heappush(one.waiting, later)
            place += 1
        met.extend(range(first + done, end))
        return met

    def _notice(self, joint: str, noticed: set[str]) -> bool:
        """Whether it becomes a piece, as it does when it is noticed for the second time in a document."""
        if len(joint) > self._longest:
            return False
        again = joint in noticed and joint not in self._numbers
        if again:
            self._add(joint)
        noticed.add(joint)
        return again

    def _add(self, piece: str) -> None:
        number = self._numbers[piece] = self._known.setdefault(piece, len(self._spellings))
        if number == len(self._spellings):
            self._spellings.append(piece)
            if number == len(self._sizes):
                self._sizes, self._places = (np.concatenate((each, each)) for each in (self._sizes, self._places))
            self._sizes[number] = len(piece)
        self._places[number] = len(self._numbers) - 1
        self._new.append(number)
        self._tree.add(piece, number)

    def _move(self, pieces: Numbers, verdicts: Numbers) -> None:
        """Let pieces rise and fall; what falls off the end goes, and what was of no use there for too long.

        Args:
            pieces: in the order in which they were met.
            verdicts: of each, the shorter piece that falls while it rises; `NONE` where it falls itself.
        """
        places, falls = self._places, verdicts == NONE
        both = np.stack((pieces, verdicts), 1).ravel()
        rises = np.stack((~falls, np.zeros(len(falls), np.bool_)), 1).ravel()
        moved, worths = _moved(both[both != NONE], rises[both != NONE], places)
        of_use, gone = np.zeros(len(places), np.bool_), np.zeros(len(places), np.bool_)
        of_use[pieces[falls]] = True
        lives = {number: left for number, left in self._lives.items() if not of_use[number]}
        gone[[number for number, left in lives.items() if left <= 1]] = True
        self._lives = {number: left - 1 for number, left in lives.items() if left > 1}
        order = np.concatenate((self._order, np.array(self._new, np.int64)))
        gone[moved[(worths >= len(order)) & (moved >= self._n_singles)]] = True
        order = order[_ranked(len(order), places[moved], worths)]
        goes = gone[order]
        for number in order[goes].tolist():
            self._tree.remove(self._spellings[number])
            del self._numbers[self._spellings[number]]
        self._order, self._new = order[~goes], []
        places[self._order] = np.arange(len(self._order))
        for number in self._order[int((1 - _LAST) * len(self._order)) :].tolist():
            if number >= self._n_singles:
                self._lives.setdefault(number, _LIFE)


def _moved(pieces: Numbers, rises: Bools, places: Numbers) -> tuple[Numbers, NDArray[np.float64]]:
    """(pieces, where they come to stand), each piece once.

    Args:
        pieces: that move, in order, some more than once.
        rises: whether each does so, or falls.
        places: where they stood, by number.
    """
    order = np.argsort(pieces, kind="stable")
    pieces, rises = pieces[order], rises[order]
    starts = np.flatnonzero(np.diff(pieces, prepend=NONE))
    moved, counts = pieces[starts], np.diff(starts, append=len(pieces))
    worths, left = places[moved].astype(np.float64), np.arange(len(moved))
    for n in range(int(counts.max(initial=0))):
        left = left[counts[left] > n]
        if len(left) < _FEW:
            for one in left.tolist():
                worths[one] = _after(float(worths[one]), rises[starts[one] + n : starts[one] + counts[one]].tolist())
            break
        up, worth = rises[starts[left] + n], worths[left]
        step = np.floor(_STEP * worth) + 1
        worths[left] = np.where(up, worth + step, np.maximum(worth - step, 0.0))
    return moved, worths


def _ranked(n: int, at: Numbers, worths: NDArray[np.float64]) -> Numbers:
    """The order of so many, each worth its place, but those at some places; equal ones in their order.

    >>> _ranked(5, np.array([0, 3]), np.array([3.0, 2.0])).tolist()
    [1, 2, 3, 0, 4]
    """
    stays = np.ones(n, np.bool_)
    stays[at] = False
    others = stays.nonzero()[0]
    order = np.lexsort((at, worths))
    at, worths = at[order], worths[order]
    before, behind = (np.searchsorted(others, worths, side) for side in ("left", "right"))
    found: Numbers = np.insert(others, np.where(worths < at, behind, before), at)
    return found


def _after(worth: float, rises: Sequence[bool]) -> float:
    for up in rises:
        step = int(_STEP * worth) + 1
        worth = worth + step if up else max(0.0, worth - step)
    return worth
