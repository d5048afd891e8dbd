"""BERT's vocab.txt: one WordPiece per line, its id the line's number.

The file does not say whether texts are put in lower case first. tokenizer_config.json does; without it, a vocabulary
with a capital letter in any of its pieces is cased, since an uncased model could never use that piece.
"""

import re
from typing import Any

import tokenizers
from tokenizers import models

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count
from core.tokenizers import sidecars
from core.tokenizers.auto.companions import add_to, companions
from core.tokenizers.auto.ends import ends_by_class
from core.tokenizers.auto.names import VERSION, class_of, own_code, undescribed
from core.tokenizers.auto.pipelines import CLASSES
from core.tokenizers.backends.huggingface import HuggingFaceTokenizer
from core.tokenizers.format import Files, Source
from core.tokenizers.gunzip import head
from core.tokenizers.tokenizer import Info

_UNKNOWN, _BERT = "[UNK]", "BertTokenizer"
_MAX_BYTES = 32 * 2**20
_BRACKETED = re.compile(r"\[[^\[\]]+\]|<[^<>]+>")


def _recognises(files: Files) -> str | None:
    name = files.main or "vocab.txt"
    if name not in files.paths or b"\0" in head(files, name):
        return None
    start = head(files, name).lstrip(b"\xef\xbb\xbf \r\n")
    if start.startswith((b"{", b"#version")):
        return None
    if files.paths[name].stat().st_size > _MAX_BYTES:  # other large files are not read to the end to be told apart
        return None
    lines = files.read(name).split(b"\n")
    found = {line.strip() for line in lines}
    return name if _UNKNOWN.encode() in found and any(line.startswith(b"##") for line in lines) else None


def _load(files: Files) -> HuggingFaceTokenizer:
    name = _recognises(files)
    assert name, "only recognised files are loaded"
    id_by_token = pieces(files.read(name), name)
    beside = sidecars.belonging(files, ("vocab.txt",))
    settings = dict(sidecars.config(beside))
    asked = settings.get("do_lower_case")
    lower = settings["do_lower_case"] = asked if isinstance(asked, bool) else not _has_capitals(id_by_token)
    unknown = sidecars.special(beside, "unk_token")
    backend = _backend(id_by_token, settings, unknown if unknown and unknown in id_by_token else _UNKNOWN)
    kind = class_of(beside)
    usual = {r: t for r, t in CLASSES[_BERT].roles.items() if kind or backend.token_to_id(str(t)) is not None}
    found = companions(beside, usual)
    added = add_to(backend, found)
    ends, _ = ends_by_class(backend, _BERT, settings, found.roles)
    info = Info(
        spec=files.spec,
        label=sidecars.label(files, name),
        source=SOURCE.key,
        fingerprint=sidecars.fingerprint(beside, [name], kind),
        n_vocabulary=None,
        algorithm="WordPiece",
        reference="",
        notes=(
            _case(lower, isinstance(asked, bool), bool(kind)),
            *added,
            *undescribed(kind, (_BERT,)),
            *own_code(beside),
        ),
        **sidecars.chat(beside, found.spellings),
    )
    return HuggingFaceTokenizer(backend, info, ends=ends)


def _case(lower: bool, asked: bool, has_class: bool) -> str:
    """Whether texts are put in lower case, and how that is known."""
    how = "as tokenizer_config.json says" if asked else "worked out from the vocabulary"
    evidence = "" if asked else f", which has {'no ' if lower else ''}pieces with capital letters"
    unsaid = has_class and not asked and not lower
    more = f" transformers {VERSION} puts texts in lower case where do_lower_case is not set." if unsaid else ""
    return f"{'Uncased' if lower else 'Cased'}, {how}{evidence}.{more}"


def pieces(data: bytes, name: str) -> dict[str, int]:
    """Id by piece; of a piece listed twice the later id holds, as in BERT's own reader.

    Raises:
        UnreadableFile: it is not UTF-8.

    >>> pieces(b"[UNK]\\na\\n##b\\n", "vocab.txt")
    {'[UNK]': 0, 'a': 1, '##b': 2}
    """
    try:
        lines = data.decode().removeprefix("\ufeff").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{shown(name)} is not UTF-8 at byte {count(error.start)}. Fetch the file again."
        ) from None
    return {line.rstrip(): i for i, line in enumerate(lines)}


def _has_capitals(id_by_token: dict[str, int]) -> bool:
    return any(token != token.lower() and not _BRACKETED.fullmatch(token) for token in id_by_token)


def _backend(id_by_token: dict[str, int], settings: dict[str, Any], unknown: str) -> tokenizers.Tokenizer:
    backend = tokenizers.Tokenizer(models.WordPiece(vocab=id_by_token, unk_token=unknown, max_input_chars_per_word=100))
    pipeline = CLASSES[_BERT].pipeline(settings, None)
    backend.normalizer = pipeline.normalizer
    backend.pre_tokenizer = pipeline.pre_tokenizer
    backend.decoder = pipeline.decoder
    return backend


SOURCE = Source(key="wordpiece", label="BERT vocab.txt", recognises=_recognises, load=_load, rank=80)
