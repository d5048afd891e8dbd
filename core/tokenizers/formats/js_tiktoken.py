"""JSON with `pat_str`, `special_tokens` and `bpe_ranks`, as JavaScript's tiktoken reads it; `claude.json` is one.

`bpe_ranks` is lines of `! FIRST_RANK base64 base64 …`. What is done to a text before cutting stands in the code around
the file: for Claude's (of 2023, Claude 1 and 2) that is NFKC.

Source: dqbd/tiktoken, js/src/core.ts; @anthropic-ai/tokenizer 0.0.4, index.ts.
"""

import base64
import binascii
import json
import re

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count
from core.tokenizers.backends.spelling import MAX_ID
from core.tokenizers.backends.tiktoken import REFERENCE, TiktokenTokenizer, vocabulary_of
from core.tokenizers.format import Files, Source
from core.tokenizers.formats.tiktoken import encoding_by
from core.tokenizers.gunzip import content, head
from core.tokenizers.known_ranks import digest_of
from core.tokenizers.sidecars import label
from core.tokenizers.tokenizer import Info

_SIGN = re.compile(rb'"(?:pat_str|bpe_ranks)"\s*:')
_CLAUDE = "ba9ebb28e61f5872504fbe44b2f61bd825c222d7d910f55c89f5f28ab1f40e8b"


def _recognises(files: Files) -> str | None:
    name = files.main or "claude.json"
    start = head(files, name) if name in files.paths else b""
    return name if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and _SIGN.search(start) else None


def _load(files: Files) -> TiktokenTokenizer:
    name = _recognises(files)
    assert name, "only recognised files are loaded"
    pattern, specials, rank_by_bytes = _read(content(files, name), name)
    is_claude = digest_of(rank_by_bytes) == _CLAUDE
    vocabulary = vocabulary_of(rank_by_bytes, specials)
    info = Info(
        spec=files.spec,
        label="Claude 2" if is_claude else label(files, name),
        source=SOURCE.key,
        fingerprint=files.fingerprint(name),
        n_vocabulary=len(vocabulary),
        algorithm="BPE",
        reference=REFERENCE,
        normaliser="Unicode NFKC" if is_claude else "",
        specials=tuple(sorted(specials.items(), key=lambda pair: pair[1])),
        eos=next((s for s in ("<|endoftext|>", "<EOT>") if s in specials), ""),
        notes=() if is_claude else ("What is done to a text before cutting is not in the file; nothing is done here.",),
    )
    encoding = encoding_by(pattern, rank_by_bytes, info.label, name)
    return TiktokenTokenizer(encoding, info, vocabulary, normalise="NFKC" if is_claude else None)


def _read(data: bytes, name: str) -> tuple[str, dict[str, int], dict[bytes, int]]:
    """(pattern, id by special token, rank by bytes).

    Raises:
        UnreadableFile: a part is missing or damaged; says which.
    """
    try:
        found = json.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        raise _damaged(name, "its JSON is not whole") from None
    pattern, specials, lines = (found.get(key) for key in ("pat_str", "special_tokens", "bpe_ranks"))
    if not isinstance(pattern, str) or not isinstance(lines, str):
        raise _damaged(name, "it lacks its pattern or its ranks")
    if not isinstance(specials, dict) or not all(type(i) is int and 0 <= i < MAX_ID for i in specials.values()):
        raise _damaged(name, "its special tokens have no ids")
    return pattern, specials, _ranks(lines, name)


def _ranks(lines: str, name: str) -> dict[bytes, int]:
    rank_by_bytes: dict[bytes, int] = {}
    for number, line in enumerate(filter(None, lines.split("\n")), 1):
        try:
            _, first, *words = line.split(" ")
            pieces = [base64.b64decode(word, validate=True) for word in words]
            rank = int(first)
        except (ValueError, binascii.Error):
            raise _damaged(name, f"line {count(number)} of its ranks is not a number and base64") from None
        known = len(rank_by_bytes)
        rank_by_bytes.update((piece, rank + n) for n, piece in enumerate(pieces))
        if rank < 0 or len(rank_by_bytes) != known + len(pieces):
            raise _damaged(name, f"line {count(number)} of its ranks names a piece twice")
    return rank_by_bytes


def _damaged(name: str, what: str) -> UnreadableFile:
    return UnreadableFile(f"{shown(name)} is not a usable vocabulary of JavaScript's tiktoken: {what}. Fetch it again.")


SOURCE = Source(key="js_tiktoken", label="JSON of JavaScript's tiktoken", recognises=_recognises, load=_load, rank=25)
