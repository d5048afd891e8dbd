"""Spans: ordered and disjoint whatever an engine reports, exact wherever the tokens spell the text."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.common.errors import UserError
from core.text.utf8 import byte_offsets, utf8
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Encoded, Segmentation, disjoint, spans
from core.tokenizers.tokenizer import Specials
from core.tokenizers.vocabulary import bytes_of_alphabet


def ordinary(n: int) -> np.ndarray:
    return np.full(n, Kind.ORDINARY, np.uint8)


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


def encoded(pieces: list[bytes], **more: object) -> Encoded:
    return Encoded(np.arange(len(pieces), dtype=np.int32), pieces=pieces, kinds=ordinary(len(pieces)), **more)


def texts_of(found: Segmentation) -> list[bytes]:
    return [found.text[a:b] for a, b in zip(found.starts, found.ends, strict=True)]


@given(st.text(max_size=20))
def test_byte_offsets_are_where_characters_begin(text: str) -> None:
    assert byte_offsets(text).tolist() == [len(text[:i].encode()) for i in range(len(text) + 1)]


def test_a_lone_surrogate_is_named() -> None:
    with pytest.raises(UserError, match=r"U\+D83D, at character 3\."):
        utf8("ab\ud83d")


@given(st.lists(st.binary(min_size=1, max_size=4), max_size=8))
def test_pieces_that_spell_the_text_tile_it(pieces: list[bytes]) -> None:
    found = spans(encoded(pieces), b"".join(pieces), None)
    assert found.lossless
    assert texts_of(found) == pieces


@given(st.lists(st.binary(min_size=1, max_size=4), min_size=1, max_size=8))
def test_a_dummy_prefix_has_no_bytes_in_the_text(pieces: list[bytes]) -> None:
    text = b"".join(pieces)
    found = spans(encoded([b" ", *pieces], prefix=b" "), text, None)
    assert texts_of(found)[1:] == pieces
    assert found.kinds[0] == Kind.INSERTED
    joined = spans(encoded([b" " + pieces[0], *pieces[1:]], prefix=b" "), text, None)
    assert joined.pieces == pieces and joined.lossless


def test_a_prefix_that_was_not_put_is_not_taken_off() -> None:
    assert spans(encoded([b" a"], prefix=b" "), b" a", None).pieces == [b" a"]


@st.composite
def reports(draw: st.DrawFn) -> tuple[bytes, list[bytes], np.ndarray, np.ndarray]:
    """What an engine that splits characters reports: begins in order, ends anywhere behind them."""
    text = draw(st.text(min_size=1, max_size=12))
    edges = byte_offsets(text)
    n = draw(st.integers(1, 10))
    begins = sorted(draw(st.lists(st.integers(0, len(text)), min_size=n, max_size=n)))
    ends = [draw(st.integers(b, len(text))) for b in begins]
    pieces = [draw(st.binary(max_size=3)) for _ in begins]
    return text.encode(), pieces, edges[begins], edges[ends]


@given(reports(), st.booleans())
def test_any_report_becomes_ordered_disjoint_spans(
    report: tuple[bytes, list[bytes], np.ndarray, np.ndarray], bytes_: bool
) -> None:
    text, pieces, starts, ends = report
    kinds = np.full(len(pieces), Kind.BYTE if bytes_ else Kind.ORDINARY, np.uint8)
    got_starts, got_ends = disjoint(text, pieces, kinds, starts, ends)
    assert np.all(got_starts <= got_ends)
    assert np.all(got_ends[:-1] <= got_starts[1:])
    assert got_starts[0] >= 0 and got_ends[-1] <= len(text)
    covered = {i for a, b in zip(starts, ends, strict=True) for i in range(a, b)}
    if not bytes_:
        assert {i for a, b in zip(got_starts, got_ends, strict=True) for i in range(a, b)} == covered


@given(st.text(min_size=1, max_size=8), st.data())
def test_split_characters_get_their_bytes(text: str, data: st.DataObject) -> None:
    """Tokens cut anywhere, reported with whole characters as tokenizers does, come back where they were cut."""
    whole = text.encode()
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1)))) if len(whole) > 1 else []
    edges = [0, *cuts, len(whole)]
    pieces = [whole[a:b] for a, b in pairwise(edges)]
    characters = byte_offsets(text)
    starts = np.array([characters[np.searchsorted(characters, a, "right") - 1] for a in edges[:-1]], np.int32)
    ends = np.array([characters[np.searchsorted(characters, b, "left")] for b in edges[1:]], np.int32)
    got_starts, got_ends = disjoint(whole, pieces, ordinary(len(pieces)), starts, ends)
    assert [whole[a:b] for a, b in zip(got_starts, got_ends, strict=True)] == pieces


def test_leading_bytes_without_a_span_share_the_last_ones() -> None:
    """SentencePiece gives the character to the last of its bytes."""
    text = "é".encode()
    starts, ends = disjoint(text, [b"\xc3", b"\xa9"], np.full(2, Kind.BYTE, np.uint8), ints(0, 0), ints(0, 2))
    assert list(zip(starts, ends, strict=True)) == [(0, 1), (1, 2)]


def test_a_changed_character_is_divided_evenly() -> None:
    """`½` becomes `1⁄2`."""
    text = "½".encode()
    starts, ends = disjoint(text, [b"1", "⁄".encode(), b"2"], ordinary(3), ints(0, 0, 0), ints(2, 2, 2))
    assert (starts[0], ends[-1]) == (0, 2)
    assert sum(ends - starts) == 2


def test_a_very_long_stretch_shared_by_very_many_tokens_is_divided_evenly() -> None:
    """A letter under 50,000 marks: bytes times tokens are more than 32 bits hold."""
    n = 50_000
    starts, ends = disjoint(bytes(2 * n), [b"x"] * n, ordinary(n), np.zeros(n, np.int32), np.full(n, 2 * n, np.int32))
    assert starts.tolist() == list(range(0, 2 * n, 2))
    assert ends.tolist() == list(range(2, 2 * n + 1, 2))


def test_a_token_squeezed_to_nothing_still_counts() -> None:
    """`㍿` has three bytes and becomes four characters."""
    text = "㍿".encode()
    pieces = [c.encode() for c in "株式会社"]
    found = spans(encoded(pieces, align=lambda: (ints(0, 0, 0, 0), ints(3, 3, 3, 3))), text, None)
    assert found.n_tokens == 4
    assert Kind.INSERTED not in found.kinds


def test_a_text_that_was_dropped_whole_has_no_tokens() -> None:
    found = spans(encoded([], align=lambda: (ints(), ints())), b"\x01", None)
    assert len(found) == 0 and not found.lossless and found.gaps == [(0, 1)]


def test_special_tokens_at_the_ends_are_inserted() -> None:
    found = spans(encoded([b"<s>", b"ab", b"</s>"], n_before=1, n_after=1), b"ab", None)
    assert found.kinds.tolist() == [Kind.INSERTED, Kind.ORDINARY, Kind.INSERTED]
    assert list(zip(found.starts, found.ends, strict=True)) == [(0, 0), (0, 2), (2, 2)]
    assert found.lossless


@pytest.mark.parametrize("spelling", ["\u00a0", "\u00ad", "日", " "])
def test_characters_outside_the_byte_alphabet_stand_for_nothing(spelling: str) -> None:
    assert bytes_of_alphabet(spelling) is None


def test_a_dummy_prefix_of_its_own_is_a_token_and_bos_is_not() -> None:
    tokenizer = open_tokenizer("mistral:v1")
    plain, framed = tokenizer.segment("你"), tokenizer.segment("你", Specials(add=True))
    assert [Kind(kind) for kind in plain.kinds] == [Kind.INSERTED, Kind.ORDINARY]
    assert plain.n_tokens == framed.n_tokens == tokenizer.count(["你"]).tokens[0] == 2
    assert framed.n_added == len(framed) - 2 == 1
