"""Unigram and WordPiece models without some entries: nothing is built from anything, so each goes by itself.

A path that Unigram chose stays the best one when others are taken away, and WordPiece's longest match the longest.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from core.vocabulary.repair.placeholder import placeholder
from core.vocabulary.repair.removal import NEEDED, WORDS, Removal, Spared, needed, refused


def without_pieces(document: Mapping[str, Any], ids: Sequence[int], spared: Spared) -> Removal:
    """A Unigram document without these entries.

    An empty piece matches nothing, and keeps its score, since the lowest one says what an unknown character costs.
    """
    model = document["model"]
    pieces, falls_back = model["vocab"], bool(model.get("byte_fallback"))
    spelling = {i: piece for i, (piece, _) in enumerate(pieces)}
    kept = refused(ids, spelling, spared, spelling.get(model.get("unk_id")))
    chosen = {i for i in ids if i not in kept}
    left = {piece for i, piece in spelling.items() if piece and i not in chosen}
    stay = needed({spelling[i]: spelling[i] for i in chosen}, left, falls_back)
    kept |= {i: NEEDED for i in chosen if spelling[i] in stay}
    gone = chosen - set(kept)
    vocab = [["" if i in gone else piece, score] for i, (piece, score) in enumerate(pieces)]
    return Removal({**document, "model": {**model, "vocab": vocab}}, tuple(sorted(gone)), kept)


def without_word_pieces(document: Mapping[str, Any], ids: Sequence[int], spared: Spared) -> Removal:
    """A WordPiece document without these entries; each of its characters has to have entries of its own.

    Where each character of every entry has, a word is unknown only for a character that no entry has. Where some have
    not, other cuts can end at one of those, so that a word becomes unknown or known: it is counted.
    """
    model = document["model"]
    id_by_token: dict[str, int] = model["vocab"]
    prefix = model.get("continuing_subword_prefix", "##")
    spelling = {i: token for token, i in id_by_token.items()}
    kept = refused(ids, spelling, spared, model.get("unk_token"))
    kept |= {i: NEEDED for i in ids if i not in kept and not _spelled_out(spelling[i], prefix, id_by_token)}
    gone = set(ids) - set(kept)
    vocab = {placeholder(i) if i in gone else token: i for token, i in id_by_token.items()}
    exact = _is_complete({t for t, i in id_by_token.items() if t != placeholder(i)} - spared.contents, prefix)
    return Removal({**document, "model": {**model, "vocab": vocab}}, tuple(sorted(gone)), kept, exact=exact)


def without_words(document: Mapping[str, Any], ids: Sequence[int]) -> Removal:
    """Of a list of whole words nothing can go without its text becoming unknown."""
    return Removal(document, (), dict.fromkeys(ids, WORDS))


def _spelled_out(token: str, prefix: str, known: Collection[str]) -> bool:
    """Whether it has several characters, each with an entry for its place in a word."""
    letters = _letters(token, prefix)
    return len(letters) > 1 and all(letter in known for letter in letters)


def _is_complete(tokens: Collection[str], prefix: str) -> bool:
    """Whether each character of every entry has one for its place in a word."""
    return {letter for token in tokens for letter in _letters(token, prefix)} <= set(tokens)


def _letters(token: str, prefix: str) -> list[str]:
    """The characters of an entry, as entries for their places in a word are spelled.

    >>> _letters("ab", "##"), _letters("##ab", "##"), _letters("##", "##")
    (['a', '##b'], ['##a', '##b'], ['#', '###'])
    """
    inside = token.startswith(prefix) and token != prefix
    letters = token.removeprefix(prefix) if inside else token
    return [prefix + letter if n or inside else letter for n, letter in enumerate(letters)]
