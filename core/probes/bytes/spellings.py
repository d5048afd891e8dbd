"""Which token sequences are taken to spell a text: those that the tokenizer may write, or all."""

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.common.numbers import count
from core.evaluation.passes.byte_marginals import ByteTable, Floats, Ids, is_whole
from core.text.utf8 import utf8
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.tokenizer import PLAIN, LocalTokenizer
from core.vocabulary.derivations import Derivations, derivations_of
from core.vocabulary.entries import entries_of

Bools = NDArray[np.bool_]
# What may stand behind white space, by which a tokenizer that looks ahead cuts it.
_FOLLOWED = ("", "a", "0", "!", "\n")
_ASKED = 64  # of the most probable next tokens, those that the tokenizer itself is asked about
_PROBABLE = np.log(1e-7)  # and, of those that merging would change, what is more probable than this
_MOST_ASKED = 192
_TAIL = 8  # tokens before a border that the tokenizer is shown
_MOST_CONTEXTS = 256


class CountedSpellings(Protocol):
    """A set of token sequences that is closed under beginnings."""

    front: bytes  # what the tokenizer puts in front of the text

    def may_follow(self, ids: Ids, after: Floats) -> Bools | None:
        """Which tokens of the table may stand behind `ids`, bool (S,); None for all.

        Args:
            after: their log-probabilities, (S,).
        """

    def kept(self, data: bytes, reached: dict[Ids, float]) -> dict[Ids, float]:
        """Those of the sequences that spell `data` which are in the set, and are not impossible."""

    def contexts(self, data: bytes, at: int) -> list[Ids]:
        """The sequences in the set that spell the first `at` bytes of `data`, as far as they can be told."""


class EverySpelling:
    """All sequences of tokens that spell a text: twice as many with each byte."""

    def __init__(self, front: bytes = b"") -> None:
        self.front = front

    def may_follow(self, ids: Ids, after: Floats) -> Bools | None:
        return None

    def kept(self, data: bytes, reached: dict[Ids, float]) -> dict[Ids, float]:
        return bounded({ids: weight for ids, weight in reached.items() if weight > -np.inf})

    def contexts(self, data: bytes, at: int) -> list[Ids]:
        return [] if at else [()]


class WrittenSpellings:
    """The sequences that a tokenizer writes, as the beginning of some text.

    Of a merge-based tokenizer each pair of neighbours is checked against its merges, which is all there is to check
    where no pattern cuts the text first; the tokenizer itself is asked at every whole character, and about the most
    probable next tokens. White space is tried with several characters behind it, since many look ahead there.

    Source: the lemma on pairs as in `core.vocabulary.derivations`, tested there.
    """

    def __init__(self, tokenizer: LocalTokenizer, table: ByteTable, front: bytes = b"") -> None:
        self.front = front
        self._tokenizer, self._table = tokenizer, table
        self._pieces = vocabulary_of(tokenizer).pieces
        self._apart: dict[int, Bools] = {}

    def may_follow(self, ids: Ids, after: Floats) -> Bools | None:
        if not ids:
            return None
        allowed = self._merges_allow(ids[-1]).copy()
        self._ask_tokenizer(ids, after, allowed)
        return allowed

    def kept(self, data: bytes, reached: dict[Ids, float]) -> dict[Ids, float]:
        possible = {ids: weight for ids, weight in reached.items() if weight > -np.inf}
        if not possible or len(data) < len(self.front) or not is_whole(data):
            return bounded(possible)
        written = self.contexts(data, len(data))
        return {ids: possible[ids] for ids in written if ids in possible}

    def contexts(self, data: bytes, at: int) -> list[Ids]:
        if not at:
            return [()]
        if at < len(self.front) or not is_whole(data[:at]):
            return []
        text = data[len(self.front) : at].decode()
        followed = _FOLLOWED if not text or text[-1].isspace() else ("",)
        cut = self._tokenizer.encode_many([text + more for more in followed])
        found = [self._cut_at(tuple(ids.tolist()), data[:at]) for ids in cut]
        return [*dict.fromkeys(ids for ids in found if ids is not None)]

    def _cut_at(self, ids: Ids, data: bytes) -> Ids | None:
        """The tokens at the beginning that spell `data`; None where it ends within a token, or is spelled otherwise."""
        spelled = b""
        for n, i in enumerate(ids):
            if len(spelled) >= len(data):
                return ids[:n] if spelled == data else None
            spelled += self._pieces[i]
        return ids if spelled == data else None

    def _merges_allow(self, left: int) -> Bools:
        """Which tokens of the table merging leaves as they are behind a token; True where nothing is known."""
        if left not in self._apart:
            allowed = np.ones(len(self._table.ids), np.bool_)
            if self._derivations is not None and self._orderly[left]:
                known = self._orderly[self._table.ids]
                right = self._table.ids[known]
                allowed[known] = self._derivations.stay_apart(np.full(len(right), left, np.int64), right)
            self._apart[left] = allowed
        return self._apart[left]

    @cached_property
    def _derivations(self) -> Derivations | None:
        return derivations_of(entries_of(self._tokenizer))

    @cached_property
    def _orderly(self) -> Bools:
        assert self._derivations is not None, "asked only where there are merges"
        return np.asarray(self._derivations.is_built & ~self._derivations.out_of_order)

    def _ask_tokenizer(self, ids: Ids, after: Floats, allowed: Bools) -> None:
        """Correct `allowed` for the tokens that count, by cutting the end of the text with each behind it."""
        tail = ids[-_TAIL:]
        before = b"".join(self._pieces[i] for i in tail)
        if len(tail) == len(ids):
            before = before[len(self.front) :]
        if not is_whole(before):
            return
        asked = [place for place in self._asked(after, allowed) if is_whole(self._piece(place))]
        tries = [(place, more) for place in asked for more in self._followed(place)]
        texts = [(before + self._piece(place)).decode() + more for place, more in tries]
        allowed[asked] = False
        for (place, _), cut in zip(tries, self._tokenizer.encode_many(texts), strict=True):
            allowed[place] |= self._holds(cut.tolist(), ids[-1], place, before)

    def _asked(self, after: Floats, allowed: Bools) -> Sequence[int]:
        n = min(_MOST_ASKED, len(after))
        top = np.argpartition(-after, n - 1)[:n]
        top = top[np.argsort(-after[top], kind="stable")]
        worth = np.arange(n) < _ASKED
        worth |= ~allowed[top]
        found: list[int] = top[worth & (after[top] > _PROBABLE)].tolist()
        return found

    def _followed(self, place: int) -> tuple[str, ...]:
        return _FOLLOWED if self._piece(place)[-1:].isspace() else ("",)

    def _piece(self, place: int) -> bytes:
        return self._pieces[int(self._table.ids[place])]

    def _holds(self, cut: list[int], left: int, place: int, before: bytes) -> bool:
        """Whether a cut has the token at this place of the table behind the left one, where the text before ends."""
        pieces = [self._pieces[i] for i in cut]
        target, wanted, at = before + self._piece(place), int(self._table.ids[place]), 0
        spelled = b"".join(pieces)
        front = len(self.front) if spelled.startswith(self.front + target) else 0
        for n, piece in enumerate(pieces):
            if at == front + len(before):
                return n > 0 and cut[n] == wanted and cut[n - 1] == left
            at += len(piece)
        return False


def bounded(found: dict[Ids, float]) -> dict[Ids, float]:
    """The sequences, if they are few enough to follow.

    Raises:
        UserError: they are not; says what to do.
    """
    if len(found) > _MOST_CONTEXTS:
        raise UserError(
            f"Adding up every spelling would follow {count(len(found))} of them, more than {_MOST_CONTEXTS}. "
            "Give a prompt of a few characters, or take only the spellings that the tokenizer writes."
        )
    return found


def front_of(tokenizer: LocalTokenizer, text: str) -> bytes:
    """What a tokenizer puts in front of a text, such as the space of SentencePiece.

    Raises:
        UserError: its tokens do not spell the text; or the text has no UTF-8 form.
    """
    data = utf8(text or "a")
    encoded = tokenizer.encode(text or "a", PLAIN)
    pieces = vocabulary_of(tokenizer).pieces
    spelled = b"".join(pieces[i] for i in encoded.ids.tolist())
    front = spelled[: len(spelled) - len(data)]
    if spelled != front + data or (front and front != encoded.prefix):
        raise UserError(
            f"The tokens of {tokenizer.info.label} do not spell this prompt exactly, so there is no next byte to speak "
            "of. Give a text that it gives back, or a model with another tokenizer."
        )
    return front
