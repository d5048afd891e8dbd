"""Mistral's `tekken.json`: a tiktoken vocabulary in JSON, behind a block of special tokens.

The id of an entry is its rank plus the number of special tokens; the vocabulary is cut so that both together make
`default_vocab_size`. Files up to version 7 leave their special tokens out.

Source: mistral_common.tokens.tokenizers.tekken, whose ids these are.
"""

import base64
import binascii
import json
import re
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import tiktoken

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count
from core.tokenizers import sidecars
from core.tokenizers.backends.tiktoken import TiktokenTokenizer
from core.tokenizers.format import Files, Source
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import Info
from core.tokenizers.vocabulary import Vocabulary

_NAME = "tekken.json"
_MARK = re.compile(rb'"default_num_special_tokens"|"num_vocab_tokens"')
_MAX_SPECIALS = 100_000
# Special tokens of files that name none, by id; the rest of the block is <SPECIAL_n>.
_UNNAMED = (
    "<unk> <s> </s> [INST] [/INST] [AVAILABLE_TOOLS] [/AVAILABLE_TOOLS] [TOOL_RESULTS] [/TOOL_RESULTS] [TOOL_CALLS] "
    "[IMG] <pad> [IMG_BREAK] [IMG_END] [PREFIX] [MIDDLE] [SUFFIX] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [TOOL_CONTENT]"
)


@dataclass(frozen=True)
class _Tekken:
    """What a file holds: ranks of byte strings, their spellings, special tokens by id, and the pattern."""

    tokens: list[bytes]
    spellings: list[str]
    specials: list[str]
    pattern: str
    version: str


def _recognises(files: Files) -> str | None:
    if files.main:
        return (
            files.main if files.head.removeprefix(BOM_UTF8).lstrip()[:1] == b"{" and _MARK.search(files.head) else None
        )
    return files.named(_NAME)


def _load(files: Files) -> TiktokenTokenizer:
    name = _recognises(files)
    assert name is not None, "asked only for files that were recognised"
    return load_tekken(files, name, label=sidecars.label(files, name))


def load_tekken(files: Files, name: str, *, label: str, source: str = "tekken") -> TiktokenTokenizer:
    """The tokenizer in a tekken file.

    Raises:
        UnreadableFile: the file is damaged; says where.
    """
    try:
        content = json.loads(files.read(name))
    except (ValueError, RecursionError):
        raise UnreadableFile(f"{shown(name)} is not whole: its JSON is damaged. Fetch it again.") from None
    tekken = _read(content, name)
    n_specials, n_tokens = len(tekken.specials), len(tekken.tokens)
    kinds = np.full(n_specials + n_tokens, Kind.ORDINARY, np.uint8)
    kinds[:n_specials] = Kind.SPECIAL
    measures = np.concatenate([np.full(n_specials, np.nan), np.arange(n_tokens, dtype=np.float64)])
    vocabulary = Vocabulary(
        [s.encode() for s in tekken.specials] + tekken.tokens,
        kinds,
        tekken.specials + tekken.spellings,
        measures,
        "merge rank",
    )
    info = Info(
        spec=files.spec,
        label=label,
        source=source,
        fingerprint=files.fingerprint(name),
        n_vocabulary=len(vocabulary),
        algorithm="BPE",
        reference=f"mistral_common {version('mistral_common')}",
        specials=tuple((s, i) for i, s in enumerate(tekken.specials)),
        bos="<s>" if "<s>" in tekken.specials else "",
        eos="</s>" if "</s>" in tekken.specials else "",
        notes=(f"The file's tokenizer version is {tekken.version}.",),
    )
    try:
        encoding = tiktoken.Encoding(
            label,
            pat_str=tekken.pattern,
            mergeable_ranks={token: rank for rank, token in enumerate(tekken.tokens)},
            special_tokens={},
        )
    except (ValueError, KeyError) as error:
        raise UnreadableFile(f"{shown(name)} has an unusable pattern: {shown(str(error))}. Fetch it again.") from None
    bos = [tekken.specials.index(info.bos)] if info.bos else []
    return TiktokenTokenizer(encoding, info, vocabulary, id_offset=n_specials, before=bos)


def _read(content: Any, name: str) -> _Tekken:
    """The parts of a parsed file, checked."""

    def damaged(what: str) -> UnreadableFile:
        return UnreadableFile(f"{shown(name)} is not a usable Tekken file: {what}. Fetch it again.")

    config = content.get("config") if isinstance(content, dict) else None
    if not isinstance(config, dict) or not isinstance(content.get("vocab"), list):
        raise damaged("it lacks its config or vocab")
    size, n_specials = config.get("default_vocab_size"), config.get("default_num_special_tokens")
    pattern = config.get("pattern")
    if not isinstance(pattern, str) or not isinstance(size, int) or not isinstance(n_specials, int):
        raise damaged("its config lacks the pattern or the sizes")
    vocab = content["vocab"]
    if not 0 <= n_specials <= min(size, _MAX_SPECIALS) or not 256 <= size - n_specials <= len(vocab):
        raise damaged(
            f"sizes of {count(size)} with {count(n_specials)} special tokens do not fit {count(len(vocab))} entries"
        )
    tokens, spellings = [], []
    for rank, entry in enumerate(vocab[: size - n_specials]):
        try:
            token = base64.b64decode(entry["token_bytes"], validate=True)
            if not token or entry["rank"] != rank or (rank < 256 and token != bytes([rank])):
                raise damaged(f"entry {count(rank)} is empty or out of order")
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise damaged(f"entry {count(rank)} is not a rank and bytes in base64") from None
        tokens.append(token)
        spellings.append(str(entry.get("token_str") or ""))
    if len(set(tokens)) != len(tokens):
        raise damaged("two of its entries are the same bytes")
    specials = _specials(content.get("special_tokens"), n_specials)
    if specials is None:
        raise damaged(f"its special tokens are not {count(n_specials)} different spellings in order")
    return _Tekken(tokens, spellings, specials, pattern, shown(str(config.get("version", "without a version")), 20))


def _specials(listed: Any, n_specials: int) -> list[str] | None:
    """Spellings of the special tokens by id, or None if the file's list is unusable."""
    named: Sequence[Any] = _UNNAMED.split()
    if listed is not None:
        try:
            if [entry["rank"] for entry in listed] != list(range(len(listed))):
                return None
            named = [entry["token_str"] for entry in listed]
        except (KeyError, TypeError):
            return None
    specials = [*named, *(f"<SPECIAL_{i}>" for i in range(len(named), n_specials))]
    usable = len(set(map(str, specials))) == n_specials and all(isinstance(s, str) and s for s in specials)
    return specials if usable else None


SOURCE = Source(key="tekken", label="Mistral Tekken (tekken.json)", recognises=_recognises, load=_load, rank=40)
