"""How numbers are written: which are one token, how the others are split, and whether two addends line up."""

import streamlit as st

from components.cached import vocabulary as cached
from components.charts.chart import CONFIG, Chart, numbers_fold
from components.vocabulary.context import VocabularyContext
from components.vocabulary.digit_charts import addends, digit_map, lined_up_chart
from components.vocabulary.linked import LINKED
from components.vocabulary.one_row import one_row
from components.vocabulary.rows import VocabularyRow
from components.widgets.chips import visible
from components.widgets.view import View, one_of
from core.common.errors import UserError, shown
from core.common.numbers import count
from core.vocabulary.digits import MOST_DIGITS
from core.vocabulary.place_values import STYLES, groups_of

_LENGTHS = {str(n): f"{n} digits" for n in (3, 2, 4)}
_MOST_PLACES = 15
_SOURCE = "Singh & Strouse 2024, *Tokenization counts* (2402.14903)"


def draw(context: VocabularyContext) -> None:
    """A map of all short numbers, then two addends place by place."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = one_row(context.rows)
        n = int(LINKED.choice("Numbers", _LENGTHS, "digits", label_visibility="collapsed"))
    found = cached.numbers(row.entries)
    _show(digit_map(found, n, row.label))
    whole = ", ".join(
        f"{count(int(one.sum()))} of {count(10**k)} with {k}" for k, one in enumerate(found.one_token[:MOST_DIGITS], 1)
    )
    st.caption(
        f"A cell is a number; numbers that are one token: {whole} digits. *3+1* is three digits in one token and one "
        f"in the next. Two numbers of {n} digits are split alike with a chance of {found.match(n):.1%}. "
        f"Source: {_SOURCE}."
    )
    _addition(row, context.dark)


def _addition(row: VocabularyRow, dark: bool) -> None:
    """Two numbers that the user may change, their sum, and all pairs of lengths."""
    st.markdown("##### Do the places of two numbers line up?")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = _number("First number", "1234567", "add")
        second = _number("Second number", "89012", "to")
        style = one_of("Written", list(STYLES), "written")
    numbers = [first, second, str(int(first) + int(second))]
    figure = addends(numbers, groups_of(row.entries, numbers, style), ["first", "second", "sum"], dark)
    st.plotly_chart(figure, key="addends", config=CONFIG, alt=f"Tokens of {', '.join(numbers)} by place.")
    found = cached.places_of_digits(row.entries, style)
    st.caption(
        "A box is a token; signs between the digits are left out. An amber line is a cut that the number beside it "
        f"does not have there: its places then stand in other tokens. 1234567 in this style: {_tokens(found.example)}; "
        f"numbers of seven digits come out in thousands, or digit by digit, counted from the right "
        f"{found.from_right(7):.0%} of the time, from the left {found.from_left(7):.0%}, with {found.n_tokens[6]:.1f} "
        "tokens on average."
    )
    _show(lined_up_chart(found, row.label, style))
    st.caption(
        "How often, in percent and empty for never, two random numbers of these lengths are cut at the same places, as "
        "far as both have them. Groups counted from the right always line up; groups counted from the left do "
        "only where lengths differ by whole groups."
    )


def _number(label: str, usual: str, key: str) -> str:
    written = st.text_input(label, value=usual, key=key, max_chars=_MOST_PLACES, width=170, bind="query-params")
    digits = written.strip()
    if not (digits.isascii() and digits.isdigit()):
        raise UserError(f"{shown(written)} is no number of digits alone. Write for instance {usual}.")
    return str(int(digits))


def _tokens(pieces: tuple[str, ...]) -> str:
    return " ".join(f"`{visible(piece)}`" for piece in pieces)


def _show(chart: Chart) -> None:
    st.plotly_chart(chart.figure, key=chart.key, config=CONFIG, alt=chart.alt)
    numbers_fold(chart)


VIEW = View(
    name="digits",
    label="Digits",
    place=60,
    draw=draw,
    about="How numbers are cut, and whether places of addends line up.",
)
