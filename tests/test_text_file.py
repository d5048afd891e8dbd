"""A text file is read as the text in it, whatever its encoding, mark and line ends; anything else is one sentence."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.common.errors import TooLarge, UnreadableFile
from core.common.plain_text import decoded
from core.text.text_file import read_text_file

MOST = 1_000
ENDS = "one\r\ntwo\rthree\u2028four\x85five\n"
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("encoding", "mark", "name"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8", codecs.BOM_UTF8, "UTF-8"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "UTF-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "UTF-16"),
        ("utf-32-le", codecs.BOM_UTF32_LE, "UTF-32"),
        ("utf-32-be", codecs.BOM_UTF32_BE, "UTF-32"),
    ],
)
@given(text=texts.filter(lambda text: not text.startswith("\ufeff") and "\0" not in text))
def test_a_text_comes_back_with_every_line_end(encoding: str, mark: bytes, name: str, text: str) -> None:
    file = read_text_file(mark + (text + ENDS).encode(encoding), "a.txt", MOST)
    assert (file.text, file.marked) == (text + ENDS, bool(mark))
    assert file.encoding == name


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["plain words\r\n", "Größe 12", "你好 世界", "今日は。", "كم عدد\n", "emoji 👍🏽 too"])
def test_utf16_needs_no_mark(encoding: str, text: str) -> None:
    file = read_text_file(text.encode(encoding), "a.txt", MOST)
    assert (file.text, file.encoding, file.marked) == (text, "UTF-16", False)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_what_reads_utf8_refuses_letters_with_zeros_between_them(encoding: str) -> None:
    """They are valid UTF-8, so that a comparison of models read every other byte as a NUL."""
    with pytest.raises(UnreadableFile, match=r"0x00 at every other place.*Save it again as UTF-8"):
        decoded("Some plain words, Größe 12.\n".encode(encoding), "a.txt")
    assert decoded(b"a NUL\0 or two\0 in a text", "a.txt").count("\0") == 2


def test_letters_that_could_be_chinese_are_letters() -> None:
    assert read_text_file(b"Bush hid the facts", "a.txt", MOST).text == "Bush hid the facts"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (codecs.BOM_UTF16_LE, "is empty"),
        ("naïve".encode("latin-1"), "Save it again as UTF-8"),
        (codecs.BOM_UTF16_LE + b"a\0b", "no UTF-16 from byte 2 on"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not UTF-8"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00", "no text file"),
    ],
)
def test_what_is_no_text_is_one_sentence_with_a_remedy(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said) as caught:
        read_text_file(data, "a\n.txt", MOST)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"a" * (MOST + 1), "😀".encode() * (MOST + 1), b"a" * (5 * MOST)])
def test_too_long_is_refused(data: bytes) -> None:
    with pytest.raises(TooLarge, match="up to 1\u202f000 characters"):
        read_text_file(data, "a.txt", MOST)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_text_or_a_sentence(data: bytes) -> None:
    try:
        file = read_text_file(data, "a.txt", MOST)
    except UnreadableFile as error:
        assert "\n" not in str(error)
    else:
        file.text.encode()
