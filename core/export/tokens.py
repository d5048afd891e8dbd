"""Tokens to keep: one JSON document, the same as the command line prints, and a CSV table."""

from collections.abc import Iterator, Sequence
from typing import TypedDict

import numpy as np

from core.export.csv import csv_table
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import Info

Named = tuple[Info, Segmentation]

WORD_BY_KIND = {kind.value: kind.word for kind in Kind}


class SegmentationDocument(TypedDict):
    """One tokenizer's tokens; every list has one item per token."""

    tokenizer: str
    label: str
    fingerprint: str
    lossless: bool
    ids: list[int]
    starts: list[int]
    ends: list[int]
    kinds: list[str]
    pieces_hex: list[str]


class Document(TypedDict):
    """One text under several tokenizers, as `python -m core segment --json` prints it."""

    text: str
    text_bytes: int
    segmentations: list[SegmentationDocument]


def document(segmentations: Sequence[Named], text: str) -> Document:
    """One text's tokens under several tokenizers, ready for `json.dumps`.

    >>> from core.tokenizers.formats.builtin import RuleTokenizer
    >>> words = RuleTokenizer("words")
    >>> document([(words.info, words.segment("Größe"))], "Größe")["segmentations"][0]["pieces_hex"]
    ['4772c3b6c39f65']
    """
    return Document(
        text=text,
        text_bytes=len(text.encode()),
        segmentations=[
            SegmentationDocument(
                tokenizer=info.spec,
                label=info.label,
                fingerprint=info.fingerprint,
                lossless=segmentation.lossless,
                ids=segmentation.ids.tolist(),
                starts=segmentation.starts.tolist(),
                ends=segmentation.ends.tolist(),
                kinds=[WORD_BY_KIND[kind] for kind in segmentation.kinds.tolist()],
                pieces_hex=[piece.hex() for piece in segmentation.pieces],
            )
            for info, segmentation in segmentations
        ],
    )


def to_csv(segmentations: Sequence[Named]) -> str:
    """The tokens as a CSV table: one row per token, tokenizer after tokenizer.

    Bytes that are no whole character stand in the text column as `\\xNN`. A cell that a spreadsheet would take for a
    formula, one beginning with = + - @, tab, CR or LF, has an apostrophe put in front; `bytes_hex` is always exact.
    Characters are code points of the text, from the one that holds the token's first byte to the one after its last.

    Source: RFC 4180; OWASP, CSV Injection.

    >>> from core.tokenizers.formats.builtin import RuleTokenizer
    >>> words = RuleTokenizer("words")
    >>> print(to_csv([(words.info, words.segment("=a"))]).replace("\\r", ""))
    tokenizer,index,id,kind,start_byte,end_byte,start_character,end_character,text,bytes_hex
    builtin:words,0,174760860,ordinary,0,1,0,1,'=,3d
    builtin:words,1,1756872259,ordinary,1,2,1,2,a,61
    <BLANKLINE>
    """
    places = ("start_byte", "end_byte", "start_character", "end_character")
    names = ("tokenizer", "index", "id", "kind", *places, "text", "bytes_hex")
    return csv_table(names, (row for info, segmentation in segmentations for row in _rows(info, segmentation)))


def _rows(info: Info, segmentation: Segmentation) -> Iterator[tuple[object, ...]]:
    """One per token."""
    ids, kinds = segmentation.ids.tolist(), segmentation.kinds.tolist()
    bytes_ = (segmentation.starts.tolist(), segmentation.ends.tolist())
    spans = zip(*bytes_, *_characters(segmentation), strict=True)
    rows = zip(ids, kinds, spans, segmentation.pieces, strict=True)
    for place, (token_id, kind, span, piece) in enumerate(rows):
        text = piece.decode(errors="backslashreplace")
        yield info.spec, place, token_id, WORD_BY_KIND[kind], *span, text, piece.hex()


def _characters(segmentation: Segmentation) -> tuple[list[int], list[int]]:
    """Per token the first character of the text that it holds some of, and the one after the last."""
    data = np.frombuffer(segmentation.text, np.uint8)
    begun = np.concatenate([[0], np.cumsum((data & 0xC0) != 0x80)])  # characters that begin before each byte
    starts, ends = segmentation.starts, segmentation.ends
    inside = np.append((data & 0xC0) == 0x80, False)[starts]  # the token begins inside a character
    return (begun[starts] - inside).tolist(), np.where(ends > starts, begun[ends], begun[starts] - inside).tolist()
