"""Tokenizers that run on OpenAI's `tiktoken` library: byte-pair encoding on bytes by rank."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain
from unicodedata import normalize

import numpy as np
import regex
import tiktoken
from numpy.typing import NDArray

from core.common.errors import UnreadableFile, UserError, is_failure, shown
from core.common.numbers import count
from core.tokenizers.backends.display import displayed, undisplayed
from core.tokenizers.backends.nfc import Composed, Form, composed
from core.tokenizers.backends.spelling import MAX_ID
from core.tokenizers.explain.merges import replay, taken_at_once
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Alignment, Encoded, Ints
from core.tokenizers.tokenizer import Explanation, Info, LocalTokenizer, Serialised, Specials, Stage
from core.tokenizers.vocabulary import Vocabulary

REFERENCE = f"tiktoken {tiktoken.__version__}"
_SPLIT_SECONDS = 5.0  # for showing the pre-tokens; a pattern from a file may be slow


class TiktokenTokenizer(LocalTokenizer):
    """A tokenizer on a `tiktoken.Encoding`.

    Args:
        encoding: its own special tokens are not used.
        info: `info.specials` are the special tokens that `Specials.parse` looks for, with final ids.
        vocabulary: by final id.
        id_offset: added to the encoding's ids.
        normalise: what is done to the text first.
        before, after: final ids put around a text by `Specials.add`.
    """

    vocabulary: Vocabulary

    def __init__(
        self,
        encoding: tiktoken.Encoding,
        info: Info,
        vocabulary: Vocabulary,
        *,
        id_offset: int = 0,
        normalise: Form | None = None,
        before: Sequence[int] = (),
        after: Sequence[int] = (),
    ) -> None:
        self._encoding, self.info, self.vocabulary = encoding, info, vocabulary
        self._offset, self._form = id_offset, normalise
        self._before, self._after = np.array(before, np.int32), np.array(after, np.int32)

    def encode(self, text: str, specials: Specials) -> Encoded:
        change = composed(text, self._form) if self._form else None
        normal = change.text if change else text
        ids = self._parsed(normal) if specials.parse else self._plain(normal)
        align = None if change is None else lambda: self._aligned(ids, change)
        if not specials.add:
            return Encoded(ids, align)
        around = np.concatenate([self._before, ids, self._after])
        return Encoded(around, align, n_before=len(self._before), n_after=len(self._after))

    def patterns(self) -> tuple[str, ...] | None:
        return None if self._form else (self._encoding._pat_str,)

    def serialised(self) -> Serialised:
        ranks = self._encoding._mergeable_ranks
        data = b"".join(b"%s %d\n" % (b64encode(piece), rank) for piece, rank in ranks.items())
        return Serialised("tiktoken", data, self._encoding._pat_str, self._form or "")

    def encode_many(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        form = self._form
        return [self._plain(text if form is None else normalize(form, text)) for text in texts]

    def _aligned(self, ids: Ints, change: Composed) -> Alignment:
        ends = np.cumsum(self.vocabulary.lengths[ids], dtype=np.int32)
        return change.align(ends - self.vocabulary.lengths[ids], ends)

    def _plain(self, text: str) -> Ints:
        """Ids of a text in which nothing is special.

        Raises:
            UserError: the library gave up, as its regular expressions do on very long runs of one kind of character.
        """
        try:
            ids = np.array(self._encoding.encode_ordinary(text), np.int32)  # faster than its encode_to_numpy
        except BaseException as error:
            if not is_failure(error):
                raise
            raise UserError(
                f"{self.info.label} failed on this text: {shown(str(error), 120)}. tiktoken cannot handle very long "
                "runs of spaces or of other characters without a break; try a shorter text."
            ) from None
        return ids + np.int32(self._offset) if self._offset else ids

    def _parsed(self, text: str) -> Ints:
        """Ids of a text in which the spelling of a special token is that token."""
        if self._special is None:
            return self._plain(text)
        id_by_special = dict(self.info.specials)
        parts = self._special.split(text)  # ordinary, special, ordinary, …
        ids = [
            np.array([id_by_special[part]], np.int32) if n % 2 else self._plain(part)
            for n, part in enumerate(parts)
            if part
        ]
        return np.concatenate(ids) if ids else np.empty(0, np.int32)

    @cached_property
    def _special(self) -> regex.Pattern[str] | None:
        spellings = sorted((s for s, _ in self.info.specials if s), key=len, reverse=True)
        return regex.compile("(" + "|".join(map(regex.escape, spellings)) + ")") if spellings else None

    # how it got there

    def stages(self, text: str) -> list[Stage]:
        change = composed(text, self._form) if self._form else None
        normal = change.text if change else text
        front, end = (
            [displayed(self.vocabulary.pieces[i]) for i in ids.tolist()] for ids in (self._before, self._after)
        )
        adds = "; ".join(f"puts {', '.join(t)} {where}" for t, where in ((front, "in front"), (end, "at the end")) if t)
        tokens = tuple(displayed(self.vocabulary.pieces[i]) for i in self._plain(normal).tolist())
        return [
            Stage("Normaliser", self.info.normaliser or "changes nothing", (normal,) if normal else ()),
            Stage(
                "Pre-tokenizer", f"cut by the pattern {self._encoding._pat_str}, then bytes", self._pre_tokens(normal)
            ),
            Stage("Model", f"BPE by rank, {count(len(self.vocabulary))} entries", tokens),
            Stage("Post-processor", adds or "adds nothing", (*front, *tokens, *end)),
        ]

    def _pre_tokens(self, text: str) -> tuple[str, ...]:
        """The text as the pattern cuts it; whole if the pattern is beyond the regex package or too slow."""
        try:
            found = regex.compile(self._encoding._pat_str).finditer(text, timeout=_SPLIT_SECONDS)
            return tuple(match[0] for match in found)
        except (regex.error, TimeoutError):
            return (text,)

    def explain(self, piece: str) -> Explanation | None:
        data, rank_by_bytes = undisplayed(piece), self.vocabulary.id_by_bytes

        def rank_of(left: bytes, right: bytes) -> tuple[float, str] | None:
            found = rank_by_bytes.get(left + right)
            return None if found is None else (found, f"merge rank {count(found - self._offset)}")

        steps = replay([bytes([byte]) for byte in data], rank_of)
        note = taken_at_once("tiktoken", steps) if data in rank_by_bytes and len(data) > 1 else ""
        return Explanation("BPE", piece, steps=steps, note=note)


def vocabulary_of(rank_by_bytes: Mapping[bytes, int], id_by_special: Mapping[str, int]) -> Vocabulary:
    """A vocabulary whose ids are ranks, with special tokens beside them.

    Raises:
        UnreadableFile: an id is given twice or is beyond 4,000,000, or a byte has no entry.
    """
    ids = list(chain(rank_by_bytes.values(), id_by_special.values()))
    highest = max(ids, default=-1)
    if highest >= MAX_ID or min(ids, default=0) < 0:
        raise UnreadableFile(
            f"The vocabulary has the rank {count(highest)}; ranks from 0 to {count(MAX_ID)} can be read."
        )
    if len(set(ids)) < len(ids):
        raise UnreadableFile("The vocabulary gives one rank to two entries. The file is damaged.")
    lacking = [byte for byte in range(256) if bytes([byte]) not in rank_by_bytes]
    if lacking:
        raise UnreadableFile(
            f"The vocabulary has no entry for the byte 0x{lacking[0]:02X}, which every such vocabulary has. "
            "The file is damaged or cut short."
        )
    pieces = [b""] * (highest + 1)
    kinds = np.full(highest + 1, Kind.ORDINARY, np.uint8)
    ranks = np.full(highest + 1, np.nan)
    for piece, rank in rank_by_bytes.items():
        pieces[rank], ranks[rank] = piece, rank
    for spelling, i in id_by_special.items():
        pieces[i], kinds[i] = spelling.encode(), Kind.SPECIAL
    return Vocabulary(pieces, kinds, measures=ranks, measure_name="merge rank")
