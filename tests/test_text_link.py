"""A text survives its link; anything else than a whole link is refused in one sentence."""

import base64
import string
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.common.errors import TooLarge, UserError
from core.common.text_link import MAX_LINK_CHARACTERS, MAX_TEXT_BYTES, from_link, to_link


@given(st.text(st.characters(), max_size=400))
def test_a_text_comes_back(text: str) -> None:
    packed = to_link(text)
    assert packed is not None
    assert set(packed) <= set(string.ascii_letters + string.digits + "-_")
    assert from_link(packed) == text


def test_long_repetitive_texts_fit_and_long_rich_ones_do_not() -> None:
    text = "to be or not to be, " * 5_000
    assert from_link(to_link(text) or "") == text
    assert to_link("".join(chr(0x4E00 + 7919 * i % 20_000) for i in range(3_000))) is None


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_characters_are_a_text_or_a_user_error(packed: str) -> None:
    try:
        from_link(packed)
    except UserError as error:
        assert "\n" not in str(error)


@given(st.data())
def test_a_cut_link_is_damaged(data: st.DataObject) -> None:
    packed = to_link("Every human being is born free.") or ""
    with pytest.raises(UserError, match="damaged"):
        from_link(packed[: data.draw(st.integers(1, len(packed) - 2))])


def test_a_bomb_stays_small() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b"a" * (MAX_TEXT_BYTES + 1), 9)).decode()
    assert len(bomb) > MAX_LINK_CHARACTERS
    with pytest.raises(TooLarge):
        from_link(bomb)
