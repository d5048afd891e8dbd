"""Exports hold every token exactly, and no cell that a spreadsheet would compute."""

import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from core.export.csv import for_spreadsheets, safe_cell
from core.export.tokens import document, to_csv
from core.tokenizers.formats.builtin import ByteTokenizer, RuleTokenizer
from core.tokenizers.kinds import Kind
from tests.cutting import cut

INFO = ByteTokenizer().info
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(texts)
def test_json_says_the_text_back(text: str) -> None:
    tokenizer = RuleTokenizer("graphemes")
    found = json.loads(json.dumps(document([(tokenizer.info, tokenizer.segment(text))], text)))
    (one,) = found["segmentations"]
    assert (found["text"], found["text_bytes"]) == (text, len(text.encode()))
    assert bytes.fromhex("".join(one["pieces_hex"])).decode() == text
    assert (one["tokenizer"], one["label"], one["lossless"]) == ("builtin:graphemes", tokenizer.info.label, True)
    lengths = {len(one[key]) for key in ("ids", "starts", "ends", "kinds", "pieces_hex")}
    assert len(lengths) == 1


def test_every_kind_has_its_word() -> None:
    kinds = [(0, 1, b"a", kind) for kind in Kind]
    (one,) = document([(INFO, cut("a", *kinds))], "a")["segmentations"]
    assert one["kinds"] == ["ordinary", "byte", "unknown", "special", "inserted"]


def test_no_tokenizer_is_an_empty_document() -> None:
    assert document([], "aé") == {"text": "aé", "text_bytes": 3, "segmentations": []}


@given(st.lists(texts.map(str.encode) | st.binary(max_size=4), max_size=5))
def test_csv_reads_back_and_computes_nothing(pieces: list[bytes]) -> None:
    table = to_csv([(INFO, cut("x", *((0, 1, piece) for piece in pieces)))])
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert [bytes.fromhex(row["bytes_hex"]) for row in rows] == pieces
    assert not [cell for row in rows for cell in row.values() if cell[:1] in set("=+-@\t\r\n")]
    assert table.endswith("\r\n")


def test_formulas_are_neutralised_and_halves_of_characters_spelled_out() -> None:
    tokens = [b"=cmd|' /C calc'!A0", b"+1", b"-1", b"@x", b"\tx", b"\rx", "é".encode()[:1], b'a"b,c']
    rows = list(csv.DictReader(io.StringIO(to_csv([(INFO, cut("x", *((0, 1, t) for t in tokens)))]), newline="")))
    assert [row["text"][0] for row in rows[:6]] == ["'"] * 6
    assert rows[6]["text"] == "\\xc3"
    assert rows[7]["text"] == 'a"b,c'
    assert safe_cell("a=1") == "a=1"


@given(texts)
def test_character_offsets_are_those_of_the_text(text: str) -> None:
    for tokenizer in (RuleTokenizer("graphemes"), ByteTokenizer()):
        table = to_csv([(tokenizer.info, tokenizer.segment(text))])
        for row in csv.DictReader(io.StringIO(table, newline="")):
            begin, end = int(row["start_character"]), int(row["end_character"])
            data = text.encode()[int(row["start_byte"]) : int(row["end_byte"])]
            assert data in text[begin:end].encode()
            assert len(text[begin : end - 1].encode()) < len(data) or end - begin == 1


def test_a_token_without_text_stands_between_characters() -> None:
    table = to_csv([(INFO, cut("é", (0, 0, b"<s>", Kind.INSERTED), (0, 1, b"\xc3"), (1, 2, b"\xa9"), (2, 2, b"</s>")))])
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert [(row["start_character"], row["end_character"]) for row in rows] == [
        ("0", "0"),
        ("0", "1"),
        ("0", "1"),
        ("1", "1"),
    ]


def test_excel_is_told_that_it_is_utf8() -> None:
    assert for_spreadsheets("سلام").startswith(b"\xef\xbb\xbf")
