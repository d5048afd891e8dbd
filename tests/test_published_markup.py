"""The text and the tables of a published page."""

import re

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from components.publish.plain_markdown import html_of, inline
from components.publish.table_markup import table


@given(st.text())
def test_no_markdown_becomes_an_element_of_its_own(text: str) -> None:
    allowed = r"</?(?:p|ul|li|strong|em|code)>|<a href=\"https?://[^\"<>]*\">|</a>"
    assert "<" not in re.sub(allowed, "", html_of(text))


def test_marks_are_read_and_escapes_are_not() -> None:
    assert inline(r"**a** :orange-badge[b] :material/block: `c` \*d\*") == "<strong>a</strong> b <code>c</code> *d*"


def test_a_table_shows_numbers_as_the_page_did_and_hides_what_it_hid() -> None:
    frame = pd.DataFrame({"name": ["<i>"], "n": [0.5], "x": [None], "gone": [1]})
    found = table(frame, '{"n": {"label": "Share", "type_config": {"format": "percent"}}, "gone": {"hidden": true}}')
    assert "&lt;i&gt;" in found and ">50.00 %<" in found and ">Share<" in found and "gone" not in found


def test_a_styled_number_is_shown_as_the_page_wrote_it_and_sorts_by_its_value() -> None:
    frame = pd.DataFrame({"n": [1.5], "why": ["so " * 40]})
    styled = pd.DataFrame({"n": ["1.500 [1.400, 1.600]"], "why": ["so " * 40]})
    found = table(frame, "", styled)
    assert '<td data-v="1.5">1.500 [1.400, 1.600]</td>' in found and "<td class=long>so " in found
