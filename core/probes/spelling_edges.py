"""Where the entries of a vocabulary stand in a text: the edges of the graph whose paths are its spellings."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from weakref import WeakKeyDictionary

from ahocorasick_rs import BytesAhoCorasick

from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.entries import Entries, entries_of

# Where bytes of a text begin and end, and the entries that are these bytes: several where some are written twice.
Edge = tuple[int, int, tuple[int, ...]]


class Spellers:
    """The entries of a vocabulary that stand for text, to be found in one.

    Args:
        entries: special tokens, unknown ones and holes are left out.
    """

    def __init__(self, entries: Entries) -> None:
        by_bytes: dict[bytes, list[int]] = {}
        for i in entries.textual.nonzero()[0].tolist():
            by_bytes.setdefault(entries.pieces[i], []).append(i)
        self._ids = [tuple(ids) for ids in by_bytes.values()]
        self._search = BytesAhoCorasick([*by_bytes])
        self.longest = max(map(len, by_bytes), default=0)
        self.entries = entries
        self.marks_words = entries.tokenizer.info.algorithm == "WordPiece"

    def edges(self, data: bytes, words: Collection[int] = (), goes_on: bool = False) -> Iterator[Edge]:
        """Every place of an entry, by where it ends.

        Args:
            words: where words begin besides the first, which no entry reaches over, for a vocabulary that writes its
                entries otherwise within words.
            goes_on: whether the text begins within a word.
        """
        for pattern, start, end in self._found(data, sorted(words)):
            ids = self._ids[pattern]
            if self.marks_words:
                begins = start in words or (start == 0 and not goes_on)
                ids = tuple(i for i in ids if self.entries.within_words(i) != begins)
            if ids:
                yield start, end, ids

    def _found(self, data: bytes, walls: list[int]) -> Iterator[tuple[int, int, int]]:
        """(pattern, start, end) in each stretch between walls."""
        for at, end in zip([0, *walls], [*walls, len(data)], strict=True):
            for pattern, first, last in self._search.find_matches_as_indexes(data[at:end], overlapping=True):
                yield pattern, at + first, at + last


def keeping_to(edges: Iterable[Edge], walls: Collection[int]) -> Iterator[Edge]:
    """Those that reach over no wall.

    >>> [*keeping_to([(0, 1, (0,)), (1, 2, (1,)), (0, 2, (2,))], {1})]
    [(0, 1, (0,)), (1, 2, (1,))]
    """
    ordered = sorted(walls)
    return (edge for edge in edges if bisect_right(ordered, edge[0]) == bisect_left(ordered, edge[1]))


_SPELLERS: WeakKeyDictionary[Tokenizer, Spellers] = WeakKeyDictionary()


def spellers_of(tokenizer: Tokenizer) -> Spellers:
    """The same, made once for each tokenizer that is open.

    Raises:
        UserError: it has no vocabulary.
    """
    found = _SPELLERS.get(tokenizer)
    if found is None:
        found = _SPELLERS[tokenizer] = Spellers(entries_of(tokenizer))
    return found
