"""Long texts as blocks of equal bytes: one file has an interval, and what had one before is cut as before."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.base import EVALUATORS, Reference
from core.lab.documents import ENOUGH_PIECES, SEPARATOR, lines_together, pieces
from core.lab.plan import Plan
from core.lab.texts import texts_of
from core.text.blocks import equal_blocks
from tests.lab import byte_bpe, lab, llama


@given(st.text(), st.integers(4, 50))
def test_blocks_spell_the_text_and_hold_about_the_same_bytes(text: str, most: int) -> None:
    blocks = equal_blocks(text, most)
    sizes = [len(block.encode()) for block in blocks]
    assert "".join(blocks) == text
    assert max(sizes, default=0) <= most
    assert max(sizes, default=0) - min(sizes, default=0) <= 7, "an edge moves by three bytes at most"


@pytest.mark.parametrize(
    "text",
    ["a" * 30_000, "ein sehr langer Absatz, 你好 " * 500, SEPARATOR.join(["a document of many words " * 300] * 3)],
    ids=["one word", "one line", "three documents"],
)
def test_one_long_text_is_cut_into_blocks_enough_for_a_test(text: str) -> None:
    found = pieces(text)
    sizes = [len(block.encode()) for block in found.texts]
    assert round(len(sizes) * 2 / 3) >= 10
    assert 200 <= found.block_bytes <= 1_000
    assert found.block_bytes * 0.8 < min(sizes) <= max(sizes) <= found.block_bytes
    assert "".join(found.texts).replace(" ", "") == text.replace(SEPARATOR, "").replace(" ", "")


@pytest.mark.parametrize(
    ("text", "as_before"),
    [
        ("short, and\non two lines\n", ["short, and\non two lines\n"]),
        (SEPARATOR.join(f"document {n}" for n in range(3)), [f"document {n}" for n in range(3)]),
        (SEPARATOR.join(f"document {n}" for n in range(50)), [f"document {n}" for n in range(50)]),
        ("x" * 199 + "\n", ["x" * 199 + "\n"]),
    ],
)
def test_short_texts_and_those_of_many_documents_stay_as_they_are(text: str, as_before: list[str]) -> None:
    assert pieces(text).texts == tuple(as_before)
    assert not pieces(text).block_bytes


def test_a_text_of_many_lines_is_cut_at_lines_as_before() -> None:
    text = "".join(f"line {n} of a text\n" for n in range(5_000))
    assert pieces(text).texts == tuple(lines_together(text))
    assert len(pieces(text).texts) >= ENOUGH_PIECES


def test_one_long_line_has_an_interval_and_a_test(tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_text("the cat sat on the mat and the dog sat by the door, " * 200)
    found = texts_of(Plan("shipped:a", "shipped:b", corpus="", files=(str(file),)))
    assert found.remarks == (
        "'long.txt' has too few documents for a test: 13 blocks of 520 bytes are measured, each read by itself.",
    )
    one = lab(original=llama(byte_bpe(300)))
    reference = Reference(found.measured, one.original)
    bits = EVALUATORS.get("bits_per_byte").measure(replace(one, reference=reference)).numbers["bits_per_byte"]
    assert np.isfinite([bits.low, bits.high]).all()
