"""Whether ids come back when their text is cut again, told without cutting all of it anew where that can be done.

Where nothing is done to a text before its symbols are merged, ids come back exactly if every one is built by the merges
and every two neighbours stay apart, which is asked of each pair once. Where patterns cut the text first, and always do
before a space behind something else, what lies between such places is cut as it would be alone: each different stretch
is cut once, and remembered. Of all other tokenizers, and of ids that stand for no text, this says nothing.

Source: the lemma on pairs as in `core.vocabulary.derivations`; as validity of encodings: Phan et al. 2024 (2410.09303).
The stretches are our own.
"""

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from string import punctuation
from sys import byteorder
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
        if (fallen := self._fall_back(wide)) is not True:
            return fallen
        left, right = np.divmod(np.unique(wide[:-1] * len(pieces) + wide[1:]), len(pieces))
        if not self.derivations.stay_apart(left, right).all():
            return False
        return bool(self._whole[ids].all()) or _text(b"".join(map(pieces.__getitem__, ids.tolist()))) is not None

    def _fall_back(self, ids: NDArray[np.int64]) -> bool | None:
        """Whether bytes that stand in for characters do so for some that the vocabulary lacks; None where it has them
        within longer entries, with which they may merge."""
        there = self._stands_in[ids]
        if not there.any():
            return True
        values = b"".join(map(self.entries.pieces.__getitem__, ids[there].tolist()))
        edges = np.flatnonzero(np.diff(there.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
        ends = np.cumsum(edges[:, 1] - edges[:, 0]).tolist()
        runs = [_text(run) for run in {values[a:b] for a, b in pairwise([0, *ends])}]
        if any(run is None for run in runs):
            return False
        characters = {character for run in runs for character in run or ""}
        return False if characters & self._characters[0] else None if characters & self._characters[1] else True

    def forget(self) -> None:
        return None

    @cached_property
    def _known(self) -> NDArray[np.bool_]:
        """Entries that merges leave, of which the lemma speaks."""
        return np.asarray(self.derivations.is_built & ~self.derivations.out_of_order & self.entries.textual)

    @cached_property
    def _stands_in(self) -> NDArray[np.bool_]:
        return np.asarray(self.entries.kinds == Kind.BYTE)

    @cached_property
    def _characters(self) -> tuple[set[str], set[str]]:
        """Those that are entries, and those that stand in longer ones only."""
        texts = {
            text for text, byte in zip(self.entries.texts, self._stands_in.tolist(), strict=True) if text and not byte
        }
        alone = {text for text in texts if len(text) == 1}
        return alone, {character for text in texts for character in text} - alone

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

    def _stretches(self, ids: Ints) -> list[bytes]:
        data, width = np.ascontiguousarray(ids, np.int32).tobytes(), 4
        begins = np.flatnonzero(self._ends_firm[ids[:-1]] & self._begins_with_space[ids[1:]]) + 1
        edges = [0, *(begins * width).tolist(), len(data)]
        return [data[start:end] for start, end in pairwise(edges)]

    def _cut(self, stretches: list[bytes]) -> None:
        """Cut them: as one text those that begin and end where that always cuts, which takes a fraction of the time."""
        sure = [one for one in stretches if self._can_be_joined(one)]
        if sure and (joined := self._cut_joined(sure)) is not None:
            self._comes_back |= joined
            stretches = [one for one in stretches if one not in joined]
        texts = [_text(self._bytes(one)) for one in stretches]
        cut = self.tokenizer.encode_many([text or "" for text in texts])
        self._comes_back |= {
            stretch: text is not None and found.astype(np.int32).tobytes() == stretch
            for stretch, text, found in zip(stretches, texts, cut, strict=True)
        }

    def _cut_joined(self, stretches: list[bytes]) -> dict[bytes, bool] | None:
        """None where together they are no text, or are not what their tokens say."""
        data = b"".join(stretches)
        if (text := _text(self._bytes(data))) is None:
            return None
        found = self.tokenizer.encode_many([text])[0].astype(np.int32)
        if found.tobytes() == data:
            return dict.fromkeys(stretches, True)
        ends = np.cumsum(self.entries.lengths[found], dtype=np.int64)
        wanted = np.cumsum([len(self._bytes(one)) for one in stretches], dtype=np.int64)
        places = np.searchsorted(ends, wanted)
        if ends[-1] != wanted[-1] or (ends[places] != wanted).any():
            return None
        edges = pairwise([0, *((places + 1) * found.itemsize).tolist()])
        cut = found.tobytes()
        return {one: cut[start:end] == one for one, (start, end) in zip(stretches, edges, strict=True)}

    def _can_be_joined(self, stretch: bytes) -> bool:
        first, last = (int.from_bytes(side, byteorder) for side in (stretch[:4], stretch[-4:]))
        return bool(self._begins_with_space[first] and self._ends_firm[last])

    def _bytes(self, stretch: bytes) -> bytes:
        return b"".join(map(self.entries.pieces.__getitem__, np.frombuffer(stretch, np.int32).tolist()))

    @cached_property
    def _begins_with_space(self) -> NDArray[np.bool_]:
        return np.fromiter((piece[:1] == b" " for piece in self.entries.pieces), np.bool_, len(self.entries))

    @cached_property
    def _ends_firm(self) -> NDArray[np.bool_]:
        """Entries of whole characters, the last of which is a letter, a digit or a sign of ASCII."""
        texts = [text or "" for text in self.entries.texts]
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
