"""The merges of a byte-pair vocabulary in the order in which they were learned, on bytes."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.common.errors import UserError
from core.tokenizers.explain.merges import replay
from core.vocabulary.classes import is_byte_level
from core.vocabulary.entries import Entries

LONGEST = 64  # bytes of an entry; longer ones are lines of one character, learned last
MOST_UNCLEAR = 20_000  # entries that no two earlier ones make, until it is given up: some seconds


@dataclass(frozen=True)
class LearnedMerges:
    """Merges, first learned first.

    Args:
        pairs: left and right symbol of each.
        in_bytes: whether symbols begin as single bytes; otherwise as characters.
        n_unclear: entries left out since no two earlier ones make them.
    """

    pairs: tuple[tuple[bytes, bytes], ...]
    in_bytes: bool
    n_unclear: int

    @property
    def sha256(self) -> str:
        """Of the merges in order, 64 hex digits: the same for every file, whatever its format, that begins with them.

        >>> LearnedMerges(((b"a", b"b"),), True, 0).sha256[:8]
        'e90dd539'
        """
        return hashlib.sha256(repr((self.in_bytes, self.pairs)).encode()).hexdigest()

    def symbols(self, text: str) -> list[bytes]:
        """What a word is before the first merge."""
        data = text.encode()
        return [data[i : i + 1] for i in range(len(data))] if self.in_bytes else [c.encode() for c in text]


def merges_of(entries: Entries, most: int) -> LearnedMerges:
    """At most so many merges of a vocabulary, worked out from the ranks of its entries; fewer where most are unclear.

    Raises:
        UserError: it was not made by byte-pair encoding, or gives no ranks.
    """
    info = entries.tokenizer.info
    if info.algorithm != "BPE":
        raise UserError(
            f"{info.label} is {info.algorithm}, which keeps no order of merges. Choose a tokenizer that is byte-pair "
            "encoding, such as GPT-2's or tiktoken:cl100k_base."
        )
    in_bytes = is_byte_level(entries)
    learned = ranked(entries, in_bytes)
    if not learned:
        raise UserError(f"{info.label} gives no ranks of merges. Choose a tokenizer whose file lists them.")
    known = dict(reversed(learned))  # of entries written twice the first counts
    pairs, n_unclear = list[tuple[bytes, bytes]](), 0
    for piece, rank in learned:
        if len(pairs) == most or n_unclear == MOST_UNCLEAR:
            break
        made = parents(piece, rank, known, in_bytes)
        n_unclear += made is None
        pairs += [made] if made else []
    return LearnedMerges(tuple(pairs), in_bytes, n_unclear)


def ranked(entries: Entries, in_bytes: bool) -> Sequence[tuple[bytes, float]]:
    """Entries that a merge makes, with their ranks, first learned first."""
    found = [
        (entry.piece, entry.number)
        for entry in entries.details
        if entry.number is not None and entries.textual[entry.id] and len(entry.piece) <= LONGEST
    ]
    single = [(p, r) for p, r in found if (len(p) if in_bytes else len(p.decode(errors="ignore"))) > 1]
    return sorted(single, key=lambda pair: pair[1])


def parents(piece: bytes, rank: float, known: Mapping[bytes, float], in_bytes: bool) -> tuple[bytes, bytes] | None:
    """The two symbols that byte-pair encoding leaves of a piece just before it was learned."""

    def earlier(left: bytes, right: bytes) -> tuple[float, str] | None:
        found = known.get(left + right)
        return None if found is None or found >= rank else (found, "")

    text = piece if in_bytes else piece.decode(errors="ignore")
    begun = [piece[i : i + 1] for i in range(len(piece))] if in_bytes else [c.encode() for c in str(text)]
    left = replay(begun, earlier)[-1].symbols
    return (left[0], left[1]) if len(left) == 2 else None
