"""BERT's vocab.txt: one WordPiece per line, its id the line's number.

The file does not say whether texts are put in lower case first. tokenizer_config.json does; without it, a vocabulary
with a capital letter in any of its pieces is cased, since an uncased model could never use that piece.
"""

import re

import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors

from core.common.errors import UnreadableFile, shown
from core.tokenizers.backends.huggingface import HuggingFaceTokenizer
from core.tokenizers.format import Files, Source
from core.tokenizers.gunzip import head
from core.tokenizers.sidecars import config, label
from core.tokenizers.tokenizer import Info

_UNKNOWN, _FRONT, _END = "[UNK]", "[CLS]", "[SEP]"
_SPECIALS = (_UNKNOWN, _END, _FRONT, "[PAD]", "[MASK]")
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
    settings = config(files)
    asked = settings.get("do_lower_case")
    lower = asked if isinstance(asked, bool) else not _has_capitals(id_by_token)
    how = "as tokenizer_config.json says" if isinstance(asked, bool) else "worked out from the vocabulary"
    evidence = "" if isinstance(asked, bool) else f", which has {'no ' if lower else ''}pieces with capital letters"
    strips = settings.get("strip_accents")
    backend = _backend(
        id_by_token,
        normalizers.BertNormalizer(
            clean_text=True,
            handle_chinese_chars=settings.get("tokenize_chinese_chars") is not False,
            strip_accents=strips if isinstance(strips, bool) else None,
            lowercase=lower,
        ),
    )
    names = [n for n in (name, "tokenizer_config.json") if n in files.paths]
    info = Info(
        spec=files.spec,
        label=label(files, name),
        source=SOURCE.key,
        fingerprint=files.fingerprint(*names),
        n_vocabulary=None,
        algorithm="WordPiece",
        reference="",
        notes=(f"{'Uncased' if lower else 'Cased'}, {how}{evidence}.",),
    )
    return HuggingFaceTokenizer(backend, info)


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
        raise UnreadableFile(f"{shown(name)} is not UTF-8 at byte {error.start:,}. Fetch the file again.") from None
    return {line.rstrip(): i for i, line in enumerate(lines)}


def _has_capitals(id_by_token: dict[str, int]) -> bool:
    return any(token != token.lower() and not _BRACKETED.fullmatch(token) for token in id_by_token)


def _backend(id_by_token: dict[str, int], normaliser: normalizers.Normalizer) -> tokenizers.Tokenizer:
    backend = tokenizers.Tokenizer(
        models.WordPiece(vocab=id_by_token, unk_token=_UNKNOWN, max_input_chars_per_word=100)
    )
    backend.add_special_tokens([token for token in _SPECIALS if token in id_by_token])
    backend.normalizer = normaliser
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece(prefix="##")
    if _FRONT in id_by_token and _END in id_by_token:
        backend.post_processor = processors.BertProcessing((_END, id_by_token[_END]), (_FRONT, id_by_token[_FRONT]))
    return backend


SOURCE = Source(key="wordpiece", label="BERT vocab.txt", recognises=_recognises, load=_load, rank=80)
