"""A document cut into the longest pieces of a lexicon, with what each piece deserves: all of its texts together."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from core.training.piece_tree import NONE, Numbers, PieceTree

UNWEIGHED = -2  # instead of a shorter piece: there is none to weigh
_BETWEEN = "\0"  # stands behind each text, and in no piece
Place = tuple[int, int, int, int, int, int]  # the longest piece, its end and place in the order, and those of the next


class TextsToRead:
    """Texts, many of them more than once.

    Args:
        texts: in order.
        tree: of pieces whose characters stand in them.

    Attributes:
        text: the distinct ones, one after the other.
        codes: the same, to look pieces up.
        begins: where each of them begins there, and where a further one would.
        which: of each text, the distinct one that it is, int64 (T,).
        starts: of each text, how many characters stand before it, int64 (T,).
        n_characters: of all.
    """

    def __init__(self, texts: Sequence[str], tree: PieceTree) -> None:
        distinct = {text: n for n, text in enumerate(dict.fromkeys(texts))}
        self.text = "".join(text + _BETWEEN for text in distinct)
        self.codes = tree.codes(self.text)
        sizes = np.fromiter(map(len, distinct), np.int64, len(distinct))
        self.begins: list[int] = np.concatenate(([0], np.cumsum(sizes + 1))).tolist()
        self.which = np.fromiter(map(distinct.__getitem__, texts), np.int64, len(texts))
        ends = np.cumsum(sizes[self.which])
        self.starts, self.n_characters = ends - sizes[self.which], int(ends[-1]) if len(ends) else 0
        self._again: list[list[int]] = [[] for _ in distinct]
        for n, one in enumerate(self.which.tolist()):
            self._again[one].append(n)

    def later(self, n: int, text: int) -> list[int]:
        """Where a distinct text stands behind some text, ascending."""
        again = self._again[n]
        return again[bisect_right(again, text) :]


class CutTexts:
    """The distinct texts of a document, cut.

    A token is known by the order in which it was cut. Its verdict is the next shorter piece where that is the better
    one, `NONE` where it is not, `UNWEIGHED` where there is none.

    Args:
        document: that is read.
        tree: of the pieces.
        sizes: characters of each piece, by number.
        places: of each piece in the order, by number.
    """

    def __init__(self, document: TextsToRead, tree: PieceTree, sizes: Numbers, places: Numbers) -> None:
        self._document, self._text = document, document.text
        found, shorter = tree.two_longest(document.codes)
        here = np.arange(len(found))
        # take: in half the time of brackets
        ends, worth = here + np.where(found == NONE, 1, sizes.take(found)), places.take(found)
        other_ends, other_worth = here + sizes.take(shorter), places.take(shorter)
        at = np.array(_chain(ends.tolist()), np.int64)
        between = (found[at] == NONE).nonzero()[0]
        self._first, self._end = np.concatenate(([0], between + 1))[:-1], between
        self._starts, self._ends, self._pieces = at, ends.take(at), found.take(at)
        self._verdicts = _verdicts(at, ends, worth, shorter, other_ends, other_worth)
        # What came to it since, token by token, and of each distinct text the tokens that it is cut into now.
        self._later: list[tuple[int, int, int, int]] = []
        self._bounds: dict[int, tuple[int, int] | None] = {}
        # What is read one by one: as memory, whose elements are plain numbers.
        self._found, self._next, self._worth = _plain(found), _plain(ends), _plain(worth)
        self._shorter, self._other_next, self._other_worth = _plain(shorter), _plain(other_ends), _plain(other_worth)

    def all_tokens(self) -> tuple[Numbers, Numbers, Numbers]:
        """(the text, the token and its place among the text's tokens) of all tokens of the document, in order."""
        which = self._document.which
        counts = (self._end - self._first)[which]
        ends = np.cumsum(counts)
        texts = np.repeat(np.arange(len(which)), counts)
        place = np.arange(len(texts)) - np.repeat(ends - counts, counts)
        return texts, self._first.take(which.take(texts)) + place, place

    def lengths_of_joints(self) -> Numbers:
        """Characters of each token and the one before it."""
        lengths: Numbers = self._ends - np.concatenate(([0], self._starts[:-1]))
        return lengths

    def tokens(self, n: int) -> tuple[int, int]:
        """The first token of a distinct text, as it is cut now, and the one behind its last."""
        if n not in self._bounds:
            return int(self._first[n]), int(self._end[n])
        if (bounds := self._bounds[n]) is None:
            begins = self._document.begins
            bounds = self._bounds[n] = self._cut(begins[n], begins[n + 1] - 1)
        return bounds

    def joint(self, token: int) -> str:
        """A token and the one before it, as they stand in the text."""
        return self._text[self._of(token - 1)[0] : self._of(token)[1]]

    def weighed(self, tokens: Numbers) -> tuple[Numbers, Numbers]:
        """(piece, verdict) of tokens, of those that are weighed at all."""
        pieces, verdicts = self._pieces, self._verdicts
        if self._later:
            later = np.array(self._later, np.int64)
            pieces, verdicts = np.concatenate((pieces, later[:, 2])), np.concatenate((verdicts, later[:, 3]))
        tokens = tokens[verdicts[tokens] != UNWEIGHED]
        return pieces[tokens], verdicts[tokens]

    def _of(self, token: int) -> tuple[int, int]:
        n = len(self._starts)
        return (int(self._starts[token]), int(self._ends[token])) if token < n else self._later[token - n][:2]

    def add(self, piece: str, number: int, place: int, n: int, token: int) -> tuple[int, int, set[int]]:
        """Let a piece stand where it is, and cut a text anew from a token on, which stays.

        Args:
            number: of the piece.
            place: in the order.
            n: the distinct text.

        Returns:
            the first token of that cut, the one behind its last, and the distinct texts that are cut otherwise now.
        """
        at, touched = self._of(token)[0], set[int]()
        first, begins = self._place(at), self._document.begins
        size, found = len(piece), self._text.find(piece)
        while found >= 0:
            end = found + size
            if end > self._next[found]:
                self._shorter[found], self._other_next[found] = self._found[found], self._next[found]
                self._other_worth[found] = self._worth[found]
                self._found[found], self._next[found], self._worth[found] = number, end, place
            elif self._shorter[found] == NONE or end > self._other_next[found]:
                self._shorter[found], self._other_next[found], self._other_worth[found] = number, end, place
            touched.add(bisect_right(begins, found) - 1)
            found = self._text.find(piece, found + 1)
        self._bounds |= dict.fromkeys(touched)
        return *self._cut(at, begins[n + 1] - 1, first), touched

    def _place(self, at: int) -> Place:
        ours, other = (self._found[at], self._next[at], self._worth[at]), self._shorter[at]
        return *ours, other, self._other_next[at], self._other_worth[at]

    def _cut(self, at: int, stop: int, first: Place | None = None) -> tuple[int, int]:
        begin = len(self._starts) + len(self._later)
        while at < stop:
            piece, end, worth, shorter, other_end, other_worth = first or self._place(at)
            first, verdict = None, UNWEIGHED
            if shorter != NONE:
                verdict = shorter if self._is_worse(end, other_end, worth - other_worth) else NONE
            self._later.append((at, end, piece, verdict))
            at = end
        return begin, len(self._starts) + len(self._later)

    def _is_worse(self, end: int, other_end: int, worth: int) -> bool:
        ends, worths, n_more = self._next, self._worth, 0
        while end != other_end:
            if end < other_end:
                n_more, worth, end = n_more + 1, worth + worths[end], ends[end]
            else:
                n_more, worth, other_end = n_more - 1, worth - worths[other_end], ends[other_end]
        return (n_more, worth) > (0, 0)


def _plain(numbers: Numbers) -> "memoryview[int]":
    return memoryview(numbers)  # type: ignore[arg-type]


def _chain(ends: list[int]) -> list[int]:
    """Where tokens begin, of which each ends where the next begins."""
    found, at, n = list[int](), 0, len(ends)
    while at < n:
        found.append(at)
        at = ends[at]
    return found


def _verdicts(
    at: Numbers, ends: Numbers, worth: Numbers, shorter: Numbers, other_ends: Numbers, other_worth: Numbers
) -> Numbers:
    """Of tokens that begin at some places.

    Read on behind a piece and behind the next shorter one until both are at the same place again. The one with more
    tokens falls, of equally many the one whose tokens are worth less.

    Args:
        at: the places.
        ends: where the longest piece at each place ends, and `worth` its place in the order.
        shorter: the next shorter one at each place, with where it ends and its place in the order.
    """
    found = np.full(len(at), UNWEIGHED, np.int64)
    which = (shorter[at] != NONE).nonzero()[0]
    places = at[which]
    one, other, n_more = ends.take(places), other_ends.take(places), np.zeros(len(which), np.int64)
    more_worth = worth.take(places) - other_worth.take(places)
    while len(which):
        behind = one < other
        where, sign = np.where(behind, one, other), np.where(behind, 1, -1)
        n_more += sign
        more_worth += sign * worth.take(where)
        end = ends.take(where)
        one, other = np.where(behind, end, one), np.where(behind, other, end)
        together = one == other
        done = together.nonzero()[0]
        if len(done):
            worse = (n_more[done] > 0) | ((n_more[done] == 0) & (more_worth[done] > 0))
            found[which[done]] = np.where(worse, shorter[at[which[done]]], NONE)
            left = (~together).nonzero()[0]
            going_on = which, one, other, n_more, more_worth
            which, one, other, n_more, more_worth = (each.take(left) for each in going_on)
    return found
