"""Whether ids come back when their text is cut again, told without cutting all of it anew where that can be done.

Where nothing is done to a text before its symbols are merged, ids come back exactly if every one is built by the merges
and every two neighbours stay apart, which is asked of each pair once. Where patterns cut the text first, and always do
before a space behind something else, what lies between such places is cut as it would be alone: each different stretch
is cut once, and remembered. None of the patterns that do goes on from a letter or digit to a sign of ASCII other than
the apostrophe, so they cut there too; and most leave words of ASCII whole, of which merges tell again. Of all other
tokenizers, and of ids that stand for no text, this says nothing.

Source: the lemma on pairs as in `core.vocabulary.derivations`; as validity of encodings: Phan et al. 2024 (2410.09303).
The stretches are our own.
"""

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from string import punctuation
from typing import Any, Literal, Protocol
from unicodedata import ucd_3_2_0

import numpy as np
import regex
from numpy.typing import NDArray

from core.tokenizers.kinds import Kind
from core.tokenizers.space_cuts import cuts_at_spaces, keeps_words_whole
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
_WIDTH = 4  # bytes of an id in a stretch
# What begins a stretch behind an entry, and what an entry begins with: it does where the first is not less.
_NOTHING, _SPACE, _SIGN, _OTHER = range(4)
_SIGNS = {*punctuation.encode()} - {ord("'")}  # that one begins what follows a letter, in words such as it's
_SIGN_BEHIND = regex.compile(rf"[\p{{L}}\p{{N}}][{regex.escape(bytes(sorted(_SIGNS)).decode())}]")
_WORD = regex.compile(r" ?[A-Za-z]?[a-z]*")  # as `keeps_words_whole` tries them
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
    """For patterns that always cut before a space behind something else, and before a sign behind a letter or digit."""

    tokenizer: LocalTokenizer
    entries: Entries
    way: Way = "stretches"
    _comes_back: dict[bytes, bool] = field(default_factory=dict)  # by the ids of a stretch, int32

    def same(self, ids: Ints) -> bool | None:
        if not self.entries.textual[ids].all():
            return None
        plain = np.ascontiguousarray(ids, np.int32)
        begins = self._begins(plain)
        n_tokens = np.diff(begins)
        single = np.unique(plain[begins[:-1][n_tokens == 1]])
        several = np.flatnonzero(n_tokens > 1)
        edges = zip((begins[several] * _WIDTH).tolist(), (begins[several + 1] * _WIDTH).tolist(), strict=True)
        data = plain.tobytes()
        return self._are_stretches(single) and self._come_back({data[start:end] for start, end in edges})

    def forget(self) -> None:
        self._comes_back.clear()
        self._alone[:] = -1

    def _begins(self, ids: NDArray[np.int32]) -> NDArray[np.intp]:
        """Where stretches begin, and the end of the last."""
        left, right = self._behind[ids[:-1]], self._before[ids[1:]]
        return np.concatenate([[0], np.flatnonzero(left >= right) + 1, [len(ids)]])

    def _are_stretches(self, ids: NDArray[np.int32]) -> bool:
        """Whether each of these entries is what a stretch of its text is cut into."""
        if len(new := ids[self._alone[ids] < 0]):
            self._alone[new] = self._cut(new, np.arange(len(new) + 1))
        return bool(self._alone[ids].all())

    def _come_back(self, stretches: set[bytes]) -> bool:
        if new := [one for one in stretches if one not in self._comes_back]:
            if len(self._comes_back) + len(new) > _MOST_REMEMBERED:
                self.forget()
                new = [*stretches]
            edges = np.cumsum([0, *map(len, new)]) // _WIDTH
            cut = self._cut(np.frombuffer(b"".join(new), np.int32), edges)
            self._comes_back |= zip(new, cut.tolist(), strict=True)
        return all(map(self._comes_back.__getitem__, stretches))

    def _cut(self, ids: NDArray[np.int32], edges: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether stretches that stand side by side come back, (S,).

        Of words the merges tell. Of the others those that begin and end where that always cuts are cut as one text,
        which takes a fraction of the time.

        Args:
            edges: where each begins, and the end of the last, (S + 1,).
        """
        words = self._are_words(ids, edges)
        n_tokens, same = np.diff(edges), np.zeros(len(edges) - 1, np.bool_)
        same[words] = self._words_come_back(ids[np.repeat(words, n_tokens)], n_tokens[words])
        joined = (self._before[ids[edges[:-1]]] == _SPACE) & (self._behind[ids[edges[1:] - 1]] >= _SPACE) & ~words
        found = self._cut_joined(ids[np.repeat(joined, n_tokens)], np.cumsum(n_tokens[joined]))
        if found is None:
            joined[:] = False
        else:
            same[joined] = found
        alone = np.flatnonzero(~joined & ~words)
        stretches = [ids[edges[n] : edges[n + 1]] for n in alone]
        texts = [_text(self._bytes(one)) for one in stretches]
        cut = self.tokenizer.encode_many([text or "" for text in texts])
        same[alone] = [
            text is not None and one.tobytes() == back.tobytes()
            for one, text, back in zip(stretches, texts, cut, strict=True)
        ]
        return same

    def _are_words(self, ids: NDArray[np.int32], edges: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which stretches are words that are merged as wholes, (S,)."""
        if self._derivations is None or not len(ids):
            return np.zeros(len(edges) - 1, np.bool_)
        begin, go_on, lettered = self._parts_of_words
        fits = go_on[ids]
        fits[edges[:-1]] = begin[ids[edges[:-1]]]
        return np.asarray(np.logical_and.reduceat(fits, edges[:-1]) & lettered[ids[edges[1:] - 1]])

    def _words_come_back(self, ids: NDArray[np.int32], n_tokens: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether in words side by side all neighbours stay apart, (W,)."""
        if self._derivations is None or not len(ids):
            return np.ones(len(n_tokens), np.bool_)
        ends, wide, size = np.cumsum(n_tokens), ids.astype(np.int64), len(self.entries)
        within = np.ones(len(ids), np.bool_)
        within[ends - 1] = False
        at = np.flatnonzero(within)
        pairs, place = np.unique(wide[at] * size + wide[at + 1], return_inverse=True)
        apart = np.ones(len(ids), np.bool_)
        apart[at] = self._derivations.stay_apart(*np.divmod(pairs, size))[place]
        return np.asarray(np.logical_and.reduceat(apart, ends - n_tokens))

    def _cut_joined(self, ids: NDArray[np.int32], ends: NDArray[np.intp]) -> NDArray[np.bool_] | None:
        """Whether each of the stretches comes back, (S,); None where together they are no text, or are not what their
        tokens say."""
        if not len(ids) or (text := _text(self._bytes(ids))) is None:
            return None
        back = self.tokenizer.encode_many([text])[0].astype(np.int32)
        if np.array_equal(ids, back):
            return np.ones(len(ends), np.bool_)
        wanted, found = (np.cumsum(self.entries.lengths[one], dtype=np.int64) for one in (ids, back))
        places = np.searchsorted(found, wanted[ends - 1])
        if found[-1] != wanted[-1] or (found[places] != wanted[ends - 1]).any():
            return None
        ours, theirs = ([0, *one.tolist()] for one in (ends, places + 1))
        sides = zip(pairwise(ours), pairwise(theirs), strict=True)
        return np.array([np.array_equal(ids[a:b], back[c:d]) for (a, b), (c, d) in sides])

    def _bytes(self, ids: NDArray[np.int32]) -> bytes:
        return b"".join(map(self.entries.pieces.__getitem__, ids.tolist()))

    @cached_property
    def _derivations(self) -> Derivations | None:
        """The merges, where they alone say what becomes of a word."""
        patterns = self.tokenizer.patterns()
        cut_first = any(_WORD.fullmatch(text) for text in self.tokenizer.cut_out_first())
        if cut_first or patterns is None or not keeps_words_whole(patterns):
            return None
        found = derivations_of(self.entries)
        if found is None:
            return None
        plain = found.is_built & ~found.out_of_order  # else a word may be an entry that no merges make
        return found if plain[self._parts_of_words[0] & self.entries.textual].all() else None

    @cached_property
    def _parts_of_words(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
        """Which entries a word may begin with, go on with, and end with, (V,) each."""
        matches = [_WORD.fullmatch(text or "") for text in self.entries.texts]
        begin = [bool(found and found[0]) for found in matches]
        go_on = [bool(found and found[0].islower() and found[0][0] != " ") for found in matches]
        lettered = [bool(found and found[0].strip()) for found in matches]
        return np.array(begin), np.array(go_on), np.array(lettered)

    @cached_property
    def _alone(self) -> NDArray[np.int8]:
        """Of each entry whether a stretch of its text is cut into it; -1 where that was not asked yet."""
        return np.full(len(self.entries), -1, np.int8)

    @cached_property
    def _before(self) -> NDArray[np.int8]:
        """What an entry begins with: a space, a sign of ASCII that is cut off from a letter or digit, or another."""
        kinds = {ord(" "): _SPACE, **dict.fromkeys(_SIGNS, _SIGN)}
        return np.fromiter((kinds.get(piece[0], _OTHER) if piece else _OTHER for piece in self.entries.pieces), np.int8)

    @cached_property
    def _behind(self) -> NDArray[np.int8]:
        """What begins a stretch behind an entry: nothing for certain, a space, or also a sign."""
        found = np.fromiter((_cut_behind(text or "") for text in self.entries.texts), np.int8)
        over_a_sign = any(_SIGN_BEHIND.search(text) for text in self.tokenizer.cut_out_first())
        return np.minimum(found, _SPACE) if over_a_sign else found


def _cut_behind(text: str) -> int:
    """
    >>> _cut_behind("a") == _cut_behind("7") == _SIGN, _cut_behind(".") == _SPACE, _cut_behind(" ") == _NOTHING
    (True, True, True)
    """
    last = text[-1:]
    if last.isalnum() and ucd_3_2_0.category(last)[0] in "LN":  # so in every version of Unicode since
        return _SIGN
    return _SPACE if last.isalnum() or (last and last in punctuation) else _NOTHING


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
