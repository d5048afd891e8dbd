"""How counting cuts a corpus, and what it counts at a time: one tokenizer on about a megabyte of one language.

The counts of a piece are kept in the store under what they depend on, tokenizer and lines: adding a tokenizer or a
language later counts only what is new.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.common.progress import report
from core.corpora.corpus import Corpus
from core.counting.engine import Counter
from core.counting.fastest import count_once, fast_counter, give_up
from core.counting.spot_checks import EngineDiffers
from core.counting.table import Unsigned, compact
from core.tokenizers.tokenizer import LocalTokenizer, Tokenizer

PIECE_BYTES = 2**20
JOINED_BYTES = 16 * 2**20  # a language longer than this is not counted as one text
WORTH_TRYING = 500  # sentences, from which finding out whether a faster engine agrees (1-2 s, once) pays
_BATCH = 2_000  # lines between two reports of progress


@dataclass(frozen=True, eq=False)
class PieceCounts:
    """Tokens of each line of a piece, and unknown ones, uint16 or uint32 (N,) each; and why this engine counted."""

    tokens: Unsigned
    unknown: Unsigned
    reason: str


def pieces(lines: Sequence[str]) -> list[tuple[int, int, str]]:
    """Where to cut lines into pieces of about a megabyte: start, stop, hash."""
    found, start, size = [], 0, 0
    for n, line in enumerate(lines):
        size += len(line.encode("utf-8", "surrogatepass"))
        if size >= PIECE_BYTES or n == len(lines) - 1:
            found.append((start, n + 1, hash_of(lines[start : n + 1])))
            start, size = n + 1, 0
    return found


def hash_of(lines: Sequence[str]) -> str:
    """Hash of lines, 32 hex digits; where they begin and end counts."""
    digest = hashlib.sha256()
    for line in lines:
        data = line.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()[:32]


def joined_hash(corpus: Corpus, language: str) -> str:
    """Hash of a language as one text; empty if it is too long to be counted so."""
    text = corpus.joined(language).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:32] if len(text) <= JOINED_BYTES else ""


def piece_key(fingerprint: str, digest: str) -> str:
    """What the counts of a piece depend on: the tokenizer and the lines, by their hashes."""
    return f"{fingerprint} {digest}"


def count_piece(tokenizer: Tokenizer, lines: Sequence[str], name: str, fast: bool) -> PieceCounts:
    """The counts of a piece.

    Args:
        name: of the piece, for reports of progress.
        fast: by a faster engine, where one agrees with the tokenizer line by line; the numbers are the same.
    """
    if not fast:
        return count_with(
            tokenizer.count, lines, name, "Counted by the reference: on a short text no other engine pays."
        )
    count, choice = fast_counter(tokenizer)
    try:
        return count_with(count, lines, name, choice.reason)
    except EngineDiffers:
        assert isinstance(tokenizer, LocalTokenizer), "only what is in this process has a second engine"
        return count_with(tokenizer.count, lines, name, give_up(tokenizer).reason)


def count_with(count: Counter, lines: Sequence[str], name: str, reason: str) -> PieceCounts:
    """The counts of a piece by what counts so, some lines at a time, with progress."""
    tokens, unknown = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    for start in range(0, len(lines), _BATCH):
        report(start, len(lines), f"Counting {name}")
        counts = count_once(count, lines[start : start + _BATCH])
        tokens.append(counts.tokens)
        unknown.append(counts.unknown)
    return PieceCounts(compact(np.concatenate(tokens)), compact(np.concatenate(unknown)), reason)
