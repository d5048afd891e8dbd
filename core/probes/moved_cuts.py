"""How the tokens of a text change where the text is edited."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.probes.edits.edit import TextChange
from core.text.utf8 import byte_offsets
from core.tokenizers.segmentation import Segmentation

Places = NDArray[np.int64]


@dataclass(frozen=True)
class MovedCuts:
    """What edits did to the cuts of one tokenizer.

    Args:
        lost: cuts outside of the characters that were changed that are gone.
        gained: cuts outside of them that are new.
        more_tokens: tokens of the edited text less those of the text.
        before, after: the tokens around the first edit up to cuts that both texts have, without and with it.
    """

    lost: int
    gained: int
    more_tokens: int
    before: tuple[bytes, ...]
    after: tuple[bytes, ...]

    @property
    def moved(self) -> int:
        """Cuts that are gone or new."""
        return self.lost + self.gained


@dataclass(frozen=True)
class CutToken:
    """A token near an edit.

    Args:
        piece: its bytes in the text.
        touched: whether it stands between the last cut before the edit and the first behind it that both texts have.
        moved: whether it begins at a cut that the other text has not.
    """

    piece: bytes
    touched: bool
    moved: bool


@dataclass(frozen=True, eq=False)
class ByteStretches:
    """Stretches of a text's bytes, in order, and where they stand in the edited one: from and to, int64 (N,) each."""

    starts: Places
    ends: Places
    new_starts: Places
    new_ends: Places


@dataclass(frozen=True, eq=False)
class ByteChanges(ByteStretches):
    """Where changes stand in the bytes of a text, and of the edited one.

    Args:
        parts: the characters of them that differ; those between stay, and so does the place between two of them.
    """

    parts: ByteStretches


def byte_changes(text: str, changes: Sequence[TextChange]) -> ByteChanges:
    """The changes, which are in order, in bytes.

    >>> found = byte_changes("ä b c", [TextChange(2, 3, "xx"), TextChange(4, 5, "")])
    >>> found.starts.tolist(), found.new_starts.tolist(), found.new_ends.tolist()
    ([3, 5], [3, 6], [5, 6])
    >>> byte_changes("to be", [TextChange(0, 2, "TO")]).parts.ends.tolist()
    [1, 2]
    """
    offsets = byte_offsets(text).astype(np.int64)
    whole = _in_bytes(offsets, changes)
    parts = _in_bytes(offsets, [part for one in changes for part in _parts(text[one.start : one.end], one)])
    return ByteChanges(whole.starts, whole.ends, whole.new_starts, whole.new_ends, parts)


def _parts(old: str, change: TextChange) -> list[TextChange]:
    """The changes of single characters that make up one; of as many characters each becomes the one in its place.

    What comes in or goes takes a neighbour along, so that there is a place before it and behind it.

    >>> _parts("file_name", TextChange(5, 14, "fileName"))
    [TextChange(start=9, end=11, new='N')]
    >>> _parts("abc", TextChange(0, 3, "a-bc"))
    [TextChange(start=0, end=1, new='a-')]
    """
    at, new = change.start, change.new
    if len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True), at)
        return [TextChange(n, n + 1, after) for n, (before, after) in pairs if before != after]
    found = list[TextChange]()
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            before = int(tag != "replace" and i > 0)
            behind = int(tag != "replace" and i == 0 and j < len(old))
            found.append(TextChange(at + i - before, at + j + behind, new[k - before : m + behind]))
    return found if all(one.end <= other.start for one, other in pairwise(found)) else [change]


def _in_bytes(offsets: Places, changes: Sequence[TextChange]) -> ByteStretches:
    starts, ends = (offsets[[getattr(one, edge) for one in changes]] for edge in ("start", "end"))
    lengths = np.array([len(one.new.encode()) for one in changes], np.int64)
    grown = np.cumsum(lengths - (ends - starts))
    new_starts = starts + grown - (lengths - (ends - starts))
    return ByteStretches(starts, ends, new_starts, new_starts + lengths)


def moved_cuts(first: Segmentation, second: Segmentation, changes: ByteChanges) -> MovedCuts:
    """The cuts of a text that are not those of the edited one, at the same place between the same characters.

    Cuts within the characters that an edit changes are left out, on both sides; those at their two ends count.
    """
    kept, carried, there = _outside(first, second, changes.parts)
    common = np.isin(carried, there)
    return MovedCuts(
        lost=len(carried) - int(common.sum()),
        gained=len(there) - int(common.sum()),
        more_tokens=second.n_tokens - first.n_tokens,
        before=_around(first, kept[common], int(changes.starts[0]), int(changes.ends[0])),
        after=_around(second, carried[common], int(changes.new_starts[0]), int(changes.new_ends[0])),
    )


def around_change(
    first: Segmentation, second: Segmentation, changes: ByteChanges, place: int, n_beside: int
) -> tuple[list[CutToken], list[CutToken]]:
    """The tokens around one of the changes, without it and with it, and so many more on both sides.

    They reach as far as cuts that both texts have.
    """
    kept, carried, there = _outside(first, second, changes.parts)
    common = np.isin(carried, there)
    sides = (
        (first, kept[common], kept[~common], changes.starts, changes.ends),
        (second, carried[common], np.setdiff1d(there, carried), changes.new_starts, changes.new_ends),
    )
    before, after = (
        _beside(cut, _stretch(cut, both, int(starts[place]), int(ends[place])), moved, n_beside)
        for cut, both, moved, starts, ends in sides
    )
    return before, after


def changed_stretches(
    first: Segmentation, second: Segmentation, changes: ByteChanges
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """For each change from where to where its text and the edited one are cut otherwise, in bytes of each: as far as
    cuts that both have."""
    kept, carried, there = _outside(first, second, changes.parts)
    common = np.isin(carried, there)
    sides = (
        (first, kept[common], changes.starts, changes.ends),
        (
            second,
            carried[common],
            changes.new_starts,
            changes.new_ends,
        ),
    )
    before, after = (
        [_stretch(cut, both, start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        for cut, both, starts, ends in sides
    )
    return [*zip(before, after, strict=True)]


def _beside(cut: Segmentation, stretch: tuple[int, int], moved: Places, n_beside: int) -> list[CutToken]:
    low, high = stretch
    within = np.flatnonzero((cut.starts < high) & (cut.ends > low))
    if not len(within):
        return []
    places = range(max(0, int(within[0]) - n_beside), min(len(cut.ids), int(within[-1]) + 1 + n_beside))
    edges, gone = [(int(cut.starts[n]), int(cut.ends[n])) for n in places], {*moved.tolist()}
    return [CutToken(cut.text[a:b], low <= a < high, a in gone) for a, b in edges if a < b]


def _outside(first: Segmentation, second: Segmentation, changes: ByteStretches) -> tuple[Places, Places, Places]:
    """Cuts outside of the changes: those of the text, where they stand in the edited one, and those that it has."""
    kept = first.cuts.astype(np.int64)
    kept = kept[~_within(kept, changes.starts, changes.ends)]
    there = second.cuts.astype(np.int64)
    return kept, _carried(kept, changes), there[~_within(there, changes.new_starts, changes.new_ends)]


def _within(cuts: Places, starts: Places, ends: Places) -> NDArray[np.bool_]:
    place = np.searchsorted(starts, cuts, side="left") - 1  # the last change that begins before the cut
    found: NDArray[np.bool_] = (place >= 0) & (cuts < ends[np.maximum(place, 0)])
    return found


def _carried(kept: Places, changes: ByteStretches) -> Places:
    """Where cuts outside of the changes stand in the edited text."""
    place = np.searchsorted(changes.ends, kept, side="right") - 1  # the last change that is over at the cut
    shift = np.where(place >= 0, (changes.new_ends - changes.ends)[np.maximum(place, 0)], 0)
    return np.asarray(kept + shift, np.int64)


def _stretch(cut: Segmentation, common: Places, start: int, end: int) -> tuple[int, int]:
    return int(common[common <= start].max(initial=0)), int(common[common >= end].min(initial=len(cut.text)))


def _around(cut: Segmentation, common: Places, start: int, end: int) -> tuple[bytes, ...]:
    """The tokens between the last common cut before a stretch and the first behind it."""
    low, high = _stretch(cut, common, start, end)
    edges = zip(cut.starts.tolist(), cut.ends.tolist(), strict=True)
    return tuple(cut.text[a:b] for a, b in edges if a < high and b > low and a < b)
