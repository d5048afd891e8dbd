"""What kind of difference two ways to cut one stretch of text have.

After Say Anything but This (2601.14658), who sort the tokens that a model replaced for no reason into eight kinds; how
a kind is recognised is our own reading, and what is no such difference has kinds of its own. Their proper nouns are
words that begin with a capital letter here, since a tokenizer knows no names. The first that fits counts.
"""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum


class DriftKind(StrEnum):
    """Kinds of differences; the words are those of links and documents."""

    SPECIAL = "special_token"
    BROKEN = "broken_character"
    CHANGED = "changed_text"
    BOUNDARY = "whitespace_boundary"
    DETACHED = "whitespace_detached"
    REPLACED = "whitespace_replaced"
    ACRONYM = "acronym"
    PLURAL = "plural_or_possessive"
    MORPHEME = "morpheme_boundary"
    CAPITALISED = "capitalised_word"
    WITHIN_WORD = "within_word"


IN_WORDS = {
    DriftKind.SPECIAL: "a special token is read where its spelling stood, or the other way round",
    DriftKind.BROKEN: "the ids end or begin within a character, which no text can say",
    DriftKind.CHANGED: "the tokenizer changes this text before it cuts it",
    DriftKind.BOUNDARY: "white space belongs to the token before it in one, to the token behind it in the other",
    DriftKind.DETACHED: "white space is a token of its own in one, and part of a word's token in the other",
    DriftKind.REPLACED: "the same but for which white space stands there",
    DriftKind.ACRONYM: "capital letters that belong together are cut otherwise",
    DriftKind.PLURAL: "the ending s or 's is a token of its own in one",
    DriftKind.MORPHEME: "one is cut at a prefix or an ending of English, the other is not",
    DriftKind.CAPITALISED: "a word that begins with a capital letter is cut otherwise within",
    DriftKind.WITHIN_WORD: "a word is cut otherwise within",
}

_TAIL = re.compile(r"['’]?s", re.IGNORECASE)
_PREFIXES = re.compile(
    "anti|co|de|dis|en|ex|fore|im|in|inter|mid|mis|multi|non|out|over|post|pre|re|semi|sub|super|trans|un|under|up"
)
_ENDINGS = re.compile(
    "able|al|ance|ary|ate|ation|ed|en|ence|er|es|est|ful|ian|ible|ic|ied|ies|ify|ing|ion|ish|ism|ist|ity|ive|ize|"
    "less|ly|ment|ness|or|ous|sion|ship|tion|ty|ward|wise|y"
)


def kind_of(ours: Sequence[bytes], theirs: Sequence[bytes]) -> DriftKind:
    """The kind of a difference.

    Args:
        ours, theirs: the tokens of the stretch, which begins and ends at a cut of both.

    >>> kind_of([b"Hello ", b"you"], [b"Hello", b" you"]).value, kind_of([b" ", b"you"], [b" you"]).value
    ('whitespace_boundary', 'whitespace_detached')
    >>> kind_of([b" NA", b"SA"], [b" NASA"]).value, kind_of([b" cat", b"s"], [b" cats"]).value
    ('acronym', 'plural_or_possessive')
    >>> kind_of([b" walk", b"ing"], [b" wal", b"king"]).value, kind_of([b" Lon", b"don"], [b" London"]).value
    ('morpheme_boundary', 'capitalised_word')
    >>> kind_of([b" be", b"lieve"], [b" bel", b"ieve"]).value, kind_of([b"a\\n"], [b"a "]).value
    ('within_word', 'whitespace_replaced')
    >>> kind_of([b"\\xd7", b"\\xaa"], [b"\\xd7\\xaa"]).value
    'within_word'
    """
    old, new = (b"".join(pieces).decode(errors="surrogateescape") for pieces in (ours, theirs))
    if old != new:
        return DriftKind.REPLACED if old.split() == new.split() else DriftKind.CHANGED
    a, b = ([piece.decode(errors="surrogateescape") for piece in pieces] for pieces in (ours, theirs))
    return next((kind for kind, fits in _KINDS if fits(a, b) or fits(b, a)), DriftKind.WITHIN_WORD)


def _boundary(a: list[str], b: list[str]) -> bool:
    """White space behind a word's token in one, before a word's token in the other; or a run of it cut otherwise."""
    behind = any(piece.strip() and piece != piece.rstrip() for piece in a)
    before = any(piece.strip() and piece != piece.lstrip() for piece in b)
    return (behind and before) or not "".join(a).strip()


def _detached(a: list[str], b: list[str]) -> bool:
    alone = [piece for piece in a if not piece.strip()]
    return bool(alone) and len(alone) > sum(not piece.strip() for piece in b)


def _acronym(a: list[str], b: list[str]) -> bool:
    word = "".join(a).strip()
    return sum(map(str.isupper, word)) > 1 and word.upper() == word


def _plural(a: list[str], b: list[str]) -> bool:
    return _TAIL.fullmatch(a[-1]) is not None and _TAIL.fullmatch(b[-1]) is None


def _morpheme(a: list[str], b: list[str]) -> bool:
    """A prefix or ending is one token, or tokens end where it does, in one and not in the other."""
    word = "".join(a).strip().lower()
    return bool(_morpheme_cuts(a, word) - _morpheme_cuts(b, word))


def _morpheme_cuts(pieces: list[str], word: str) -> set[int]:
    cuts, at = set[int](), 0
    for piece in pieces[:-1]:
        at += len(piece.strip())
        if _PREFIXES.fullmatch(word[:at]) or _ENDINGS.fullmatch(word[at:]):
            cuts.add(at)
    return cuts


def _capitalised(a: list[str], b: list[str]) -> bool:
    return "".join(a).strip()[:1].isupper()


_KINDS: tuple[tuple[DriftKind, Callable[[list[str], list[str]], bool]], ...] = (
    (DriftKind.BOUNDARY, _boundary),
    (DriftKind.DETACHED, _detached),
    (DriftKind.ACRONYM, _acronym),
    (DriftKind.PLURAL, _plural),
    (DriftKind.MORPHEME, _morpheme),
    (DriftKind.CAPITALISED, _capitalised),
)
