"""Entries taken out of a `tokenizer.json`, whatever its model."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.common.errors import UnreadableFile, UserError, shown
from core.common.numbers import count
from core.tokenizers.auto.companions import companions
from core.tokenizers.format import Files
from core.tokenizers.gunzip import content
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.repair.bpe import without
from core.vocabulary.repair.others import without_pieces, without_word_pieces, without_words
from core.vocabulary.repair.removal import BUILT_ON, NOTHING, BuiltOn, Removal, Spared, spared_in

MOST_IDS = 1_000_000


def spared_beside(tokenizer: Tokenizer, files: Files, document: Mapping[str, Any]) -> Spared:
    """Added and special tokens that only the files beside a tokenizer.json make so."""
    vocab, n = document["model"].get("vocab") or {}, tokenizer.info.n_vocabulary or 0
    first = len(vocab) if isinstance(vocab, list) else max(vocab.values(), default=-1) + 1
    listed = (token.content for token in companions(files).listed.values())
    named = dict(tokenizer.info.specials)
    return Spared(frozenset((*named, *listed)), frozenset((*named.values(), *range(first, n))))


def read_document(files: Files, name: str) -> dict[str, Any]:
    """The parsed content of a tokenizer.json.

    Raises:
        UnreadableFile: it is damaged.
    """
    try:
        document = json.loads(content(files, name).removeprefix(b"\xef\xbb\xbf"))
        if isinstance(document, dict) and isinstance(document["model"], dict):
            return document
    except (ValueError, KeyError, RecursionError):
        pass
    raise UnreadableFile(f"{shown(name)} cannot be read as tokenizer.json. Download it again.")


def take_out(
    document: Mapping[str, Any], ids: Sequence[int], built_on: BuiltOn = "keep", spared: Spared = NOTHING
) -> Removal:
    """A tokenizer.json without these entries; their ids stay, and no text reaches them.

    Args:
        document: its parsed content, which stays as it is.
        built_on: what happens to entries of a byte-pair model that are built from one of these: "keep" keeps both,
            "remove" takes both out, "reroute" builds them from other parts where two are enough.
        spared: tokens that stay beyond those that the document itself adds.

    Raises:
        UserError: no id, or an unknown word for `built_on`.
    """
    refuse_none(ids)
    if built_on not in BUILT_ON:
        raise UserError(f"{shown(built_on)} is not what can happen to others. Write one of: {', '.join(BUILT_ON)}.")
    wanted, model, spared = sorted(set(ids)), document["model"], spared | spared_in(document)
    if "merges" in model:
        return without(document, wanted, built_on, spared)
    if isinstance(model.get("vocab"), list):
        return without_pieces(document, wanted, spared)
    if "max_input_chars_per_word" in model or model.get("type") == "WordPiece":
        return without_word_pieces(document, wanted, spared)
    return without_words(document, wanted)


def refuse_none(ids: Sequence[int]) -> None:
    """Do nothing if there are ids, and not more than any vocabulary has.

    Raises:
        UserError: there is none, or too many.
    """
    if not ids:
        raise UserError("There is no id to take out. Name at least one.")
    if len(ids) > MOST_IDS:
        raise UserError(
            f"{count(len(ids))} ids are more than any vocabulary has: at most {count(MOST_IDS)}. Name fewer."
        )
