"""How two vocabularies differ: what both have, what only one has, and what has another id."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from core.vocabulary.entries import Entries, Ids

_Key = str | bytes | tuple[bytes, bool]  # a special token's name, bytes, bytes inside a word
_NOWHERE = -1


@dataclass(frozen=True, eq=False)
class VocabularyChange:
    """Two vocabularies, entry by entry; entries are the same if they stand for the same bytes in the same place.

    Args:
        removed: ids of the first that the second has no entry for, int64 (n,).
        added: ids of the second that the first has no entry for, int64 (n,).
        first, second: ids of what both have, int64 (S,) each, by the first one's id.
        special: spellings of special tokens that only one has, or that have another id, sorted.
    """

    removed: Ids
    added: Ids
    first: Ids
    second: Ids
    special: tuple[str, ...]

    @property
    def remapped(self) -> Ids:
        """Ids of the first whose entry has another id in the second, int64 (n,)."""
        moved: Ids = self.first[self.first != self.second]
        return moved

    @property
    def shared(self) -> float:
        """Share of the first's entries that the second has as well, 0 to 1."""
        return len(self.first) / max(1, len(self.first) + len(self.removed))


def compare(first: Entries, second: Entries) -> VocabularyChange:
    """What became of each entry of one vocabulary in another.

    A special token is known by its name, any other entry by its bytes, WordPiece's word parts apart from word starts.
    Of entries that are written twice the first counts; the others are neither added nor removed.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> from core.vocabulary.entries import entries_of
    >>> bytes_ = entries_of(open_tokenizer("builtin:utf8-bytes"))
    >>> found = compare(bytes_, bytes_)
    >>> len(found.first), len(found.removed), len(found.remapped), found.special
    (259, 0, 0, ())
    """
    old, new = _id_by_key(first), _id_by_key(second)
    here = np.fromiter(old.values(), np.int64, len(old))[::-1]
    there = np.fromiter(map(new.get, old, repeat(_NOWHERE)), np.int64, len(old))[::-1]
    order = np.argsort(here, kind="stable")
    here, there = here[order], there[order]
    shared = there != _NOWHERE
    return VocabularyChange(
        here[~shared],
        np.setdiff1d(np.fromiter(new.values(), np.int64, len(new)), there[shared]),
        here[shared],
        there[shared],
        _changed(first.special_names, second.special_names),
    )


def _id_by_key(entries: Entries) -> dict[_Key, int]:
    """The lowest id of each entry that stands for something: special tokens by name, all others by bytes."""
    keys: list[_Key] = list(entries.pieces)
    if entries.tokenizer.info.algorithm == "WordPiece":
        keys = [(piece, True) if piece and entries.within_words(i) else piece for i, piece in enumerate(entries.pieces)]
    for i, name in entries.special_names.items():
        keys[i] = name
    found = dict(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))
    found.pop(b"", None)
    return found


def _changed(old: Mapping[int, str], new: Mapping[int, str]) -> tuple[str, ...]:
    """Names that stand at another id, or at none, on one side."""
    return tuple(sorted({name for _, name in old.items() ^ new.items()}))
