"""Where an entry of a byte-pair vocabulary comes from, and what is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.vocabulary.classes import is_byte_level
from core.vocabulary.entries import Entries
from core.vocabulary.mixture.merges import parents, ranked

_MOST_TRIED = 400  # entries that may have been made of one


@dataclass(frozen=True, eq=False)
class MergeOrder:
    """In which order the entries of a byte-pair vocabulary were learned.

    Args:
        rank_by_piece: of those that a merge makes, the first learned first.
        in_bytes: whether merging begins with single bytes; otherwise with characters.
    """

    rank_by_piece: Mapping[bytes, float]
    in_bytes: bool

    def parents(self, piece: bytes) -> tuple[bytes, bytes] | None:
        """The two that were merged into one; None where no merge made it."""
        rank = self.rank_by_piece.get(piece)
        return None if rank is None else parents(piece, rank, self.rank_by_piece, self.in_bytes)

    def children(self, piece: bytes, most: int) -> list[bytes]:
        """At most so many entries that a merge of this one with another made, the first learned first."""
        longer = (one for one in self.rank_by_piece if len(one) > len(piece) and _at_an_end(piece, one))
        tried = [one for one, _ in zip(longer, range(_MOST_TRIED), strict=False)]
        return [one for one in tried if piece in (self.parents(one) or ())][:most]


def _at_an_end(piece: bytes, one: bytes) -> bool:
    return one.startswith(piece) or one.endswith(piece)


def merge_order(entries: Entries) -> MergeOrder | None:
    """The order of merges; None for what is not byte-pair encoding or gives no ranks.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> from core.vocabulary.entries import entries_of
    >>> merge_order(entries_of(open_tokenizer("builtin:utf8-bytes"))) is None
    True
    """
    if entries.tokenizer.info.algorithm != "BPE":
        return None
    in_bytes = is_byte_level(entries)
    learned = ranked(entries, in_bytes)
    first = dict(reversed(learned))  # of entries written twice the first counts
    return MergeOrder({piece: first[piece] for piece, _ in learned}, in_bytes) if learned else None
