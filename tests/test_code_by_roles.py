"""The segmenter that reads a program without what its author called things."""

from pathlib import Path

import pytest
import starlette

from core.common.errors import TooLarge, UserError
from core.segmenters.families.code import LANGUAGES, read_by_role
from core.segmenters.lane import open_segmenter

PROGRAM = "def area(side):\n    # the square\n    return side * 2.5, rows[0], area(3)\n"


def test_programs_that_differ_in_names_numbers_and_comments_are_read_alike() -> None:
    renamed = "def a(b):\n    # Fläche\n    return b *  71, c[10], a(0)\n"
    lane = open_segmenter("code")
    one, other = lane.segment(PROGRAM), lane.segment(renamed)
    assert one.ids.tolist() == other.ids.tolist()
    assert one.pieces == other.pieces
    assert not one.lossless
    assert b"".join(one.text[a:b] for a, b in zip(one.starts, one.ends, strict=True)) == PROGRAM.encode()
    assert lane.segment(PROGRAM.replace("return", "yield")).ids.tolist() != one.ids.tolist()


def test_a_name_has_one_role_and_one_number_wherever_it_stands() -> None:
    read = dict[str, set[str]]()
    for written, said in read_by_role(PROGRAM):
        read.setdefault(written.strip(), set()).add(said)
    assert read["area"] == {"func_1"}
    assert read["side"] == {"var_1"}
    assert read["rows"] == {"arr_1"}
    assert read["2.5"] | read["0"] | read["3"] == {"num_1", "num_2", "num_3"}
    assert read["# the square"] == {""}
    assert read["def"] == {"def"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_stands_there_the_units_are_the_text(language: str) -> None:
    for text in (PROGRAM, "  \r\n\t\x00 naïve 🙂 'open", 'int main(void) { return f("a\\n"[0]); } /* open', "\n\n x"):
        assert "".join(written for written, _ in read_by_role(text, language)) == text


def test_a_real_file_has_fewer_kinds_of_units_than_words() -> None:
    path = Path(starlette.__file__).with_name("concurrency.py")
    text = path.read_text(encoding="utf-8")
    units = read_by_role(text)
    assert "".join(written for written, _ in units) == text
    assert len({said for _, said in units}) < len({written for written, _ in units})


def test_an_unknown_language_and_a_long_program_are_a_sentence_each() -> None:
    with pytest.raises(UserError, match=r"There is no language 'pythn'\. Did you mean python"):
        open_segmenter("code?language=pythn")
    with pytest.raises(TooLarge, match=r"up to 8.000 bytes"):
        open_segmenter("code").segment("x = 1\n" * 2_000)
