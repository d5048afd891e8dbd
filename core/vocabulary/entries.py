"""All entries of one tokenizer, and what audits ask of every one of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import TokenDetails, Tokenizer
from core.vocabulary.in_parts import described
from core.vocabulary.repair.placeholder import placeholder

Ids = NDArray[np.int64]
Found = TypeVar("Found")
_END = "</w>"
_NO_TEXT = (Kind.UNKNOWN, Kind.SPECIAL, Kind.INSERTED)


@dataclass(frozen=True, eq=False)
class TokenCounts:
    """How often each id stands in a text.

    Args:
        of: the text, for people.
        counts: special tokens are not added, int64 (V,).
    """

    of: str
    counts: NDArray[np.int64]


@dataclass(frozen=True)
class ModelRows:
    """How many rows a model's embedding has, and who says so."""

    n: int
    source: str


@dataclass(frozen=True, eq=False)
class Entries:
    """A tokenizer and every entry of its vocabulary.

    Args:
        tokenizer: whose they are.
        details: what its vocabulary says of each id, V of them.
        counts: how often each id stands in a text, for audits that ask it; None without one.
        rows: the rows of a model's embedding; None without a model.
    """

    tokenizer: Tokenizer
    details: Sequence[TokenDetails]
    counts: TokenCounts | None = None
    rows: ModelRows | None = None
    _found: dict[str, object] = field(default_factory=dict, repr=False)

    def once(self, key: str, find: Callable[[], Found]) -> Found:
        """What several audits ask of the same vocabulary, found by the first; the same with other counts and rows."""
        if key not in self._found:
            self._found[key] = find()
        return cast(Found, self._found[key])

    def __len__(self) -> int:
        return len(self.details)

    @cached_property
    def pieces(self) -> list[bytes]:
        """The bytes of each id; empty where it stands for no text."""
        return [entry.piece for entry in self.details]

    @cached_property
    def kinds(self) -> NDArray[np.uint8]:
        """`Kind` per id, uint8 (V,)."""
        return np.fromiter((entry.kind for entry in self.details), np.uint8, len(self))

    @cached_property
    def special(self) -> NDArray[np.bool_]:
        """Whether an id is a special or unknown token, by its kind or by the tokenizer's own list, bool (V,)."""
        marked = np.isin(self.kinds, _NO_TEXT)
        marked[[i for _, i in self.tokenizer.info.specials if i < len(self)]] = True
        return marked

    @cached_property
    def special_names(self) -> dict[int, str]:
        """How each special or unknown token is written, by id."""
        named = {i: spelling for spelling, i in self.tokenizer.info.specials}
        marked = (self.details[i] for i in np.flatnonzero(self.special))
        return {e.id: named.get(e.id) or e.spelling or e.piece.decode(errors="replace") for e in marked}

    @cached_property
    def holes(self) -> NDArray[np.bool_]:
        """Whether an id has no entry at all, or one in the place of one that was taken out, bool (V,)."""
        spelled = (entry.spelling for entry in self.details)
        bare = [not (piece or spelling) for piece, spelling in zip(self.pieces, spelled, strict=True)]
        gone = [e.id for e in self.details if e.spelling[:1] == "<" and e.spelling == placeholder(e.id)]
        found = np.array(bare, np.bool_)
        found[gone] = True
        return found & ~self.special

    @cached_property
    def lengths(self) -> NDArray[np.int32]:
        """Bytes per id, int32 (V,)."""
        return np.fromiter(map(len, self.pieces), np.int32, len(self))

    @cached_property
    def textual(self) -> NDArray[np.bool_]:
        """Whether an id stands for text, or for bytes of it, bool (V,)."""
        return (self.lengths > 0) & ~self.special & ~self.holes

    @cached_property
    def texts(self) -> list[str | None]:
        """The text of each id that stands for whole characters; None for the others."""
        return [text_of(piece) if stands else None for piece, stands in zip(self.pieces, self.textual, strict=True)]

    def within_words(self, i: int) -> bool:
        """Whether an entry goes on a word that another one begins: WordPiece's `##ing`, or what llama.cpp writes
        without the `▁` that it begins words with."""
        if self.tokenizer.info.algorithm != "WordPiece":
            return False
        spelling = self.details[i].spelling
        return not spelling.startswith("▁") if self._starts_are_marked else spelling.startswith("##")

    def ends_words(self, i: int) -> bool:
        """Whether an entry is marked as the end of a word beyond its bytes, as CLIP's `ing</w>` is."""
        return self.details[i].spelling.endswith(_END) and not self.pieces[i].endswith(_END.encode())

    @cached_property
    def _starts_are_marked(self) -> bool:
        """Whether `▁` begins more entries than `##` does."""
        spelled = [entry.spelling[:2] for entry in self.details]
        return sum(start[:1] == "▁" for start in spelled) > spelled.count("##")


def text_of(piece: bytes) -> str | None:
    """What a piece says; None where it holds a part of a character."""
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return None


def entries_of(tokenizer: Tokenizer) -> Entries:
    """The entries of a tokenizer.

    Raises:
        UserError: it has no vocabulary, or one without entries.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> entries = entries_of(open_tokenizer("builtin:utf8-bytes"))
    >>> len(entries), entries.texts[75], entries.texts[255], int(entries.special.sum())
    (259, 'H', None, 3)
    """
    size = tokenizer.info.n_vocabulary
    if size is None:
        raise UserError(
            f"{tokenizer.info.label} has no vocabulary: it cuts by a rule. Choose a tokenizer with a list of tokens."
        )
    if not size:
        raise UserError(f"{tokenizer.info.label} has no entry in its vocabulary. Choose a tokenizer with some.")
    return Entries(tokenizer, described(tokenizer, range(size)))
