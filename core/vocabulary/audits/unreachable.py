"""Entries that no text is ever cut into."""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from core.common.definitions import Definition
from core.tokenizers.kinds import Kind
from core.vocabulary.audit import Audit, Finding, grouped
from core.vocabulary.entries import Entries, Ids
from core.vocabulary.in_parts import cut

BYTE = "a byte that is always written as another entry"
CHANGED = "the text is changed before it is cut"
OTHER = "always cut as one other entry"
SEVERAL = "always cut into several"
_MARK = "«"  # keeps a tokenizer that puts a space before every text from putting it before the entry
_LETTERS = ("q", "x", "j", "ω", "ж", "ñ", "7")  # word starts that few entries begin with
_MARKS = (_MARK, f" {_LETTERS[0]}")  # before entries in a row: behind the second they go on a word
_ROW = 512  # characters of entries that are tried side by side
_BEHIND = ("q", "漢", _MARK, "\n")


def unreachable(entries: Entries) -> Finding:
    """Entries that no text is cut into, by what comes instead."""
    return entries.once("unreachable", lambda: _unreachable(entries))


def _unreachable(entries: Entries) -> Finding:
    """Entries whose own text is cut otherwise in every surrounding tried, by what comes instead of it alone.

    Where an id stands in any text it is reached: most are found in rows of many entries, a third of the time that
    trying each by itself takes.
    """
    whole = np.fromiter((text is not None for text in entries.texts), np.bool_, len(entries))
    left = np.flatnonzero(whole & entries.textual)
    seen = np.zeros(len(entries), np.bool_)
    for mark in _MARKS:
        rows = [*_rows([entries.texts[i] or "" for i in left.tolist()], mark)]
        for some in cut(entries.tokenizer, rows, "Cutting every entry"):
            seen[np.concatenate(some)] = True
        left = left[~seen[left]]
    ways = [*_surroundings()]
    for n, (before, behind) in enumerate(ways, 1):
        stage = f"Cutting what was not reached, way {n} of {len(ways)}"
        left = left[~_holds(_cut(entries, left, before, behind, stage), left)]
    return grouped(_by_reason(entries, left, _cut(entries, left)))


def _rows(texts: Sequence[str], mark: str) -> Iterator[str]:
    """Texts side by side, a mark before each.

    >>> [*_rows(["a", "b", "c" * 600, "d"], "«")] == ["«a«b«" + "c" * 600, "«d"]
    True
    """
    first = size = 0
    for end, text in enumerate(texts, 1):
        size += len(text) + 1
        if size >= _ROW or end == len(texts):
            yield mark + mark.join(texts[first:end])
            first, size = end, 0


def _surroundings() -> Iterator[tuple[str, str]]:
    """Texts to put before and behind an entry's own; the first is none, which settles nearly all."""
    yield "", ""
    yield _MARK, ""
    yield from ((letter, "") for letter in _LETTERS)
    yield from ((_MARK, behind) for behind in _BEHIND)
    yield from (("", behind) for behind in _BEHIND)


def _cut(
    entries: Entries, ids: Ids, before: str = "", behind: str = "", stage: str = ""
) -> Sequence[NDArray[np.int32]]:
    texts = [f"{before}{entries.texts[i]}{behind}" for i in ids.tolist()]
    return [*chain.from_iterable(cut(entries.tokenizer, texts, stage))]


def _holds(cut: Sequence[NDArray[np.int32]], ids: Ids) -> NDArray[np.bool_]:
    """Whether each cut text has the id of the same place, bool (n,).

    >>> _holds([np.array([3, 1], np.int32), np.empty(0, np.int32)], np.array([1, 1])).tolist()
    [True, False]
    """
    lengths = np.fromiter(map(len, cut), np.int64, len(cut))
    places = np.repeat(np.arange(len(cut)), lengths)
    hits = places[np.concatenate([np.empty(0, np.int32), *cut]) == ids[places]]
    return np.bincount(hits, minlength=len(cut)) > 0


def _by_reason(entries: Entries, left: Ids, alone: Sequence[NDArray[np.int32]]) -> dict[str, Ids]:
    reasons = [_reason(entries, i, ids) for i, ids in zip(left.tolist(), alone, strict=True)]
    return {name: left[[reason == name for reason in reasons]] for name in (BYTE, OTHER, SEVERAL, CHANGED)}


def _reason(entries: Entries, i: int, ids: NDArray[np.int32]) -> str:
    if entries.kinds[i] == Kind.BYTE:
        return BYTE
    written = b"".join(entries.pieces[j] for j in ids.tolist())
    if written.removeprefix(b" ") != entries.pieces[i].removeprefix(b" "):
        return CHANGED
    return OTHER if len(ids) == 1 else SEVERAL


AUDIT = Audit(
    definition=Definition(
        "unreachable",
        "Unreachable",
        "ids",
        "lower",
        "Entries that are whole characters and that no text is cut into: the entry's own text gives other ids, alone, "
        "in a row of entries, behind a mark, inside a word and before other characters. A model never reads them, so "
        "their rows are never trained. Special tokens are not counted: they are not made from text.",
        "Land & Bartolo 2024, Fishing for Magikarp, with more surroundings",
    ),
    order=20,
    find=unreachable,
)
