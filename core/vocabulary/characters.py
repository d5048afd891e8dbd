"""What becomes of the characters of a language in a vocabulary: one token, several, bytes, nothing."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.text.exemplars import exemplars
from core.tokenizers.kinds import Kind
from core.vocabulary.entries import Entries

_LETTER = "a"  # goes before a character to see it inside a word, where WordPiece needs another entry


class Spelled(IntEnum):
    """How a vocabulary writes a character; larger is worse."""

    ONE = 0
    PARTS = 1
    BYTES = 2
    CHANGED = 3
    UNKNOWN = 4

    @property
    def words(self) -> str:
        """For readers.

        >>> Spelled.BYTES.words
        'in bytes'
        """
        return ("one token", "several characters, one token each", "in bytes", "as something else", "unknown")[self]


class WrittenCharacter(NamedTuple):
    """How a vocabulary writes one character, and in how many tokens."""

    how: Spelled
    n_tokens: int


@dataclass(frozen=True)
class LanguageCharacters:
    """How a vocabulary writes the characters of a language.

    Args:
        code: of the language, as FLORES-200 has it.
        written: each character, small letters first, capitals after them.
    """

    code: str
    written: dict[str, WrittenCharacter]

    @property
    def missing(self) -> dict[str, WrittenCharacter]:
        """Those that are not one token, nor characters one token each."""
        return {one: how for one, how in self.written.items() if how.how >= Spelled.BYTES}

    @property
    def share_missing(self) -> float:
        """Of all, 0 to 1."""
        return len(self.missing) / len(self.written)

    def count(self, how: Spelled) -> int:
        """How many are written so."""
        return sum(one.how == how for one in self.written.values())


def characters_of_languages(entries: Entries, codes: Sequence[str] | None = None) -> dict[str, LanguageCharacters]:
    """How a vocabulary writes the characters of each language that CLDR has some for, or of these, by code.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> from core.vocabulary.entries import entries_of
    >>> found = characters_of_languages(entries_of(open_tokenizer("builtin:utf8-bytes")), ["hun_Latn"])["hun_Latn"]
    >>> "".join(found.missing)
    'áéíóöőúüűÁÉÍÓÖŐÚÜŰ'
    """
    wanted = [one for one in exemplars().values() if codes is None or one.code in codes]
    known = written(entries, [*dict.fromkeys(character for one in wanted for character in one.all)])
    return {one.code: LanguageCharacters(one.code, {c: known[c] for c in one.all}) for one in wanted}


def written(entries: Entries, characters: Sequence[str]) -> dict[str, WrittenCharacter]:
    """How a vocabulary writes each of these characters, alone and inside a word."""
    encode = entries.tokenizer.encode_many
    kinds = entries.kinds.tolist()  # asked for each character: a list answers ten times as fast as an array
    alone = [_spelled(entries, kinds, c, ids) for c, ids in zip(characters, encode(characters), strict=True)]
    letter, *inside = encode([_LETTER, *(_LETTER + character for character in characters)])
    unknown = entries.kinds == Kind.UNKNOWN
    if unknown[letter].any():  # a word of both would be unknown for the letter's sake
        return dict(zip(characters, alone, strict=True))
    return {
        character: WrittenCharacter(Spelled.UNKNOWN, one.n_tokens) if unknown[ids].any() else one
        for character, one, ids in zip(characters, alone, inside, strict=True)
    }


def _spelled(entries: Entries, kinds: list[int], character: str, ids: NDArray[np.int32]) -> WrittenCharacter:
    """How a character is written that is cut into these ids alone; a space that goes before every text is no part."""
    listed = ids.tolist()
    here, pieces = [kinds[i] for i in listed], [entries.pieces[i] for i in listed]
    own = [piece for piece in pieces if piece.strip(b" ")]
    if Kind.UNKNOWN in here:
        return WrittenCharacter(Spelled.UNKNOWN, len(own))
    if not _says(b"".join(pieces), character):
        return WrittenCharacter(Spelled.CHANGED, len(own))
    if len(own) == 1:
        return WrittenCharacter(Spelled.ONE, 1)
    in_bytes = Kind.BYTE in here or any(entries.texts[i] is None for i in listed)
    return WrittenCharacter(Spelled.BYTES if in_bytes else Spelled.PARTS, len(own))


def _says(data: bytes, character: str) -> bool:
    """Whether bytes are a character, perhaps behind a space and in another normal form."""
    text = unicodedata.normalize("NFC", data.decode(errors="replace"))
    return text.removeprefix(" ") == character
