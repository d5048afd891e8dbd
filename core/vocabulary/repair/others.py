"""Unigram and WordPiece models without some entries: nothing is built from anything, so each goes by itself.

A path that Unigram chose stays the best one when others are taken away, and WordPiece's longest match the longest.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.vocabulary.repair.placeholder import placeholder
from core.vocabulary.repair.removal import NEEDED, WORDS, Removal, added_contents, is_needed, refused


def without_pieces(document: Mapping[str, Any], ids: Sequence[int]) -> Removal:
    """A Unigram document without these entries.

    An empty piece matches nothing, and keeps its score, since the lowest one says what an unknown character costs.
    """
    model = document["model"]
    pieces, falls_back = model["vocab"], bool(model.get("byte_fallback"))
    spelling = {i: piece for i, (piece, _) in enumerate(pieces) if piece}
    unknown = spelling.get(model.get("unk_id"))
    kept = refused(ids, spelling, added_contents(document), unknown)
    chosen = {i for i in ids if i not in kept}
    left = {piece: i for i, piece in spelling.items() if i not in chosen}
    kept |= {i: NEEDED for i in chosen if is_needed(spelling[i], spelling[i], left, falls_back)}
    gone = chosen - set(kept)
    vocab = [["" if i in gone else piece, score] for i, (piece, score) in enumerate(pieces)]
    return Removal({**document, "model": {**model, "vocab": vocab}}, tuple(sorted(gone)), kept)


def without_word_pieces(document: Mapping[str, Any], ids: Sequence[int]) -> Removal:
    """A WordPiece document without these entries; each of its characters has to have entries of its own."""
    model = document["model"]
    id_by_token: dict[str, int] = model["vocab"]
    prefix = model.get("continuing_subword_prefix", "##")
    spelling = {i: token for token, i in id_by_token.items()}
    kept = refused(ids, spelling, added_contents(document), model.get("unk_token"))
    kept |= {i: NEEDED for i in ids if i not in kept and not _spelled_out(spelling[i], prefix, id_by_token)}
    gone = set(ids) - set(kept)
    vocab = {placeholder(i) if i in gone else token: i for token, i in id_by_token.items()}
    return Removal({**document, "model": {**model, "vocab": vocab}}, tuple(sorted(gone)), kept)


def without_words(document: Mapping[str, Any], ids: Sequence[int]) -> Removal:
    """Of a list of whole words nothing can go without its text becoming unknown."""
    return Removal(document, (), dict.fromkeys(ids, WORDS))


def _spelled_out(token: str, prefix: str, id_by_token: Mapping[str, int]) -> bool:
    """Whether it has several characters, each with an entry for its place in a word."""
    inside = token.startswith(prefix) and token != prefix
    letters = token.removeprefix(prefix) if inside else token
    first = prefix + letters[0] if inside else letters[0]
    return len(letters) > 1 and all(each in id_by_token for each in (first, *(prefix + c for c in letters[1:])))
