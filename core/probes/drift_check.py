"""Whether ids come back when their text is cut again, told without cutting all of it anew where that can be done.

Where nothing is done to a text before its symbols are merged, ids come back exactly if every one is built by the merges
and every two neighbours stay apart, which is asked of each pair once. Where patterns cut the text first, and always do
before a space behind something else, what lies between such places is cut as it would be alone: each different stretch
is cut once, and remembered. Of all other tokenizers, and of ids that stand for no text, this says nothing.

Source: the lemma on pairs as in `core.vocabulary.derivations`; as validity of encodings: Phan et al. 2024 (2410.09303).
The stretches are our own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from string import punctuation
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.kinds import Kind
from core.tokenizers.space_cuts import cuts_at_spaces
from core.tokenizers.tokenizer import PLAIN, LocalTokenizer, Tokenizer
from core.vocabulary.derivations import Derivations, derivations_of
from core.vocabulary.entries import Entries, entries_of

Way = Literal["pairs", "stretches", "encoding"]
IN_WORDS: dict[Way, str] = {
    "pairs": "told from pairs of neighbours, by the merges",
    "stretches": "told from the stretches between spaces, each of which was cut once",
    "encoding": "told by cutting the whole text again",
}
_MOST_REMEMBERED = 500_000  # stretches
Ints = NDArray[np.integer[Any]]


class DriftCheck(Protocol):
    """A way to tell whether ids come back when their text is read plainly."""

    way: Way

    def same(self, ids: Ints) -> bool | None:
        """Whether they do; None where this way cannot tell.

        Args:
            ids: at least one, each with an entry in the vocabulary, (T,).
        """

    def forget(self) -> None:
        """Let go of what is remembered of texts."""


class ByEncoding:
    """For tokenizers of which nothing is known but what they make of a text: says nothing."""

    way: Way = "encoding"

    def same(self, ids: Ints) -> bool | None:
        return None

    def forget(self) -> None:
        return None


@dataclass(eq=False)
class ByPairs:
    """For merges that see the whole text.

    Args:
        front: what the tokenizer puts before every text.
    """

    entries: Entries
    derivations: Derivations
    front: bytes
    way: Way = "pairs"

    def same(self, ids: Ints) -> bool | None:
        if not self._known[ids].all():
            return None
        pieces = self.entries.pieces
        first = pieces[int(ids[0])]
        if not first.startswith(self.front) or (len(ids) == 1 and first == self.front):
            return None  # the text would be another, or none
        wide = ids.astype(np.int64)
        left, right = np.divmod(np.unique(wide[:-1] * len(pieces) + wide[1:]), len(pieces))
        if not self.derivations.stay_apart(left, right).all():
            return False
        return bool(self._whole[ids].all()) or _text(b"".join(map(pieces.__getitem__, ids.tolist()))) is not None

    def forget(self) -> None:
        return None

    @cached_property
    def _known(self) -> NDArray[np.bool_]:
        """Entries that merges leave, of which the lemma speaks: no byte that stands in for a character."""
        found, entries = self.derivations, self.entries
        return np.asarray(found.is_built & ~found.out_of_order & entries.textual & (entries.kinds != Kind.BYTE))

    @cached_property
    def _whole(self) -> NDArray[np.bool_]:
        """Entries that stand for whole characters."""
        return np.fromiter((text is not None for text in self.entries.texts), np.bool_, len(self.entries))


@dataclass(eq=False)
class ByStretches:
    """For patterns that always cut before a space behind something else."""

    tokenizer: LocalTokenizer
    entries: Entries
    way: Way = "stretches"
    _comes_back: dict[bytes, bool] = field(default_factory=dict)  # by the ids of a stretch, int32

    def same(self, ids: Ints) -> bool | None:
        if not self.entries.textual[ids].all():
            return None
        stretches = {*self._stretches(ids)}
        if new := [one for one in stretches if one not in self._comes_back]:
            if len(self._comes_back) + len(new) > _MOST_REMEMBERED:
                self.forget()
                new = [*stretches]
            self._cut(new)
        return all(map(self._comes_back.__getitem__, stretches))

    def forget(self) -> None:
        self._comes_back.clear()

    def _stretches(self, ids: Ints) -> Iterator[bytes]:
        data, width = np.ascontiguousarray(ids, np.int32).tobytes(), 4
        begins = np.flatnonzero(self._ends_firm[ids[:-1]] & self._begins_with_space[ids[1:]]) + 1
        edges = [0, *(begins * width).tolist(), len(data)]
        return (data[start:end] for start, end in pairwise(edges))

    def _cut(self, stretches: list[bytes]) -> None:
        pieces = self.entries.pieces
        rows = [np.frombuffer(one, np.int32) for one in stretches]
        texts = [_text(b"".join(map(pieces.__getitem__, row.tolist()))) for row in rows]
        cut = self.tokenizer.encode_many([text or "" for text in texts])
        self._comes_back |= {
            stretch: text is not None and found.astype(np.int32).tobytes() == stretch
            for stretch, text, found in zip(stretches, texts, cut, strict=True)
        }

    @cached_property
    def _begins_with_space(self) -> NDArray[np.bool_]:
        return np.fromiter((piece[:1] == b" " for piece in self.entries.pieces), np.bool_, len(self.entries))

    @cached_property
    def _ends_firm(self) -> NDArray[np.bool_]:
        """Entries of whole characters, the last of which is a letter, a digit or a sign of ASCII."""
        texts = self.entries.texts
        return np.fromiter((bool(t) and (t[-1].isalnum() or t[-1] in punctuation) for t in texts), np.bool_, len(texts))


def _text(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def drift_check(tokenizer: Tokenizer) -> DriftCheck:
    """The quickest way that holds for a tokenizer."""
    patterns = tokenizer.patterns() if isinstance(tokenizer, LocalTokenizer) else None
    if patterns is None:
        return ByEncoding()
    assert isinstance(tokenizer, LocalTokenizer), "others tell no patterns"
    entries = entries_of(tokenizer)
    if cuts_at_spaces(patterns):
        return ByStretches(tokenizer, entries)
    derivations = None if patterns else derivations_of(entries)
    return ByEncoding() if derivations is None else ByPairs(entries, derivations, tokenizer.encode("a", PLAIN).prefix)
