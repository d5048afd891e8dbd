"""Tokenizations made by hand, right to the byte: bytes, characters, words, and lanes with every kind of token."""

from __future__ import annotations

import re
from collections.abc import Sequence

from components.segmentation.token_view.component import Lane, TokenDetail, TokenView

ORDINARY, BYTE, UNKNOWN, SPECIAL, INSERTED = range(5)


def lane_of_pieces(label: str, pieces: Sequence[str], *, spec: str = "") -> Lane:
    """A lane whose tokens are these pieces of text, in order; a token's id is the sum of its bytes."""
    ends, at = [], 0
    for piece in pieces:
        at += len(piece.encode())
        ends.append(at)
    ids = [sum(piece.encode()) for piece in pieces]
    details = {id: TokenDetail(piece, f"merge rank {id}") for id, piece in zip(ids, pieces, strict=True)}
    return Lane(label, spec or label, ids, [0, *ends[:-1]], ends, [ORDINARY] * len(ids), details=details)


def bytes_lane(text: str, label: str = "bytes") -> Lane:
    data = text.encode()
    return Lane(
        label,
        label,
        [b + 3 for b in data],
        range(len(data)),
        range(1, len(data) + 1),
        [ORDINARY] * len(data),
        "#E69F00",
    )


def characters_lane(text: str, label: str = "characters") -> Lane:
    return lane_of_pieces(label, list(text))


def words_lane(text: str, label: str = "words") -> Lane:
    return lane_of_pieces(label, re.findall(r" ?[^\s]+|\s", text))


def every_kind_lane() -> tuple[str, Lane]:
    """The text "ab 語x<s>": one inserted, two ordinary, three byte, one unknown with bytes of its own, a special."""
    text = "ab 語x<s>"
    ids = [1, 500, 501, 231, 173, 161, 0, 2]
    starts = [0, 0, 2, 3, 4, 5, 6, 7]
    ends = [0, 2, 3, 4, 5, 6, 7, 10]
    kinds = [INSERTED, ORDINARY, ORDINARY, BYTE, BYTE, BYTE, UNKNOWN, SPECIAL]
    details = {1: TokenDetail("<s>"), 500: TokenDetail("ab", "score −8.31")}
    return text, Lane("every kind", "every", ids, starts, ends, kinds, pieces={6: b"<unk>"}, details=details)


def three_lanes(text: str) -> tuple[Lane, ...]:
    return (words_lane(text), characters_lane(text), bytes_lane(text))


def view_of(text: str) -> TokenView:
    return TokenView(text, three_lanes(text))
