"""How far premiums on a second text lie from those on FLORES-200: the chosen text, or the Declaration that ships."""

import numpy as np
import pandas as pd
import streamlit as st

from components.charts.chart import Chart
from components.frame.errors import plain
from components.premium.choosers import one_tokenizer
from components.premium.context import PremiumContext
from components.premium.figure import show
from components.premium.second_text import SecondText, second_text
from components.premium.verdicts import how_tested, margin_input, verdicts, words
from components.premium.views.ranked import ranked_figure
from components.widgets.view import View
from core.common.numbers import so_many, times


def draw(context: PremiumContext) -> None:
    """The languages of both texts, those that depart most first."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = one_tokenizer(context)
        margin = margin_input()
    found = second_text(context, row)
    if isinstance(found, str):
        st.info(f"There are no shipped counts of {plain(found)}. Choose another.", icon=":material/compare:")
        return
    _show(context, row, found, margin)


def _show(context: PremiumContext, row: int, found: SecondText, margin: float) -> None:
    family = found.family
    place = {c: p for c in context.columns if (p := found.place(context.table.languages[c])) is not None}
    compared = sorted(place, key=lambda c: -family.ratio[place[c]])
    if not compared:
        st.info("No language found has a premium and an interval on both texts.", icon=":material/block:")
        return
    places = [place[c] for c in compared]
    said = verdicts(family, margin)[places]
    numbers = family.ratio[places], family.low[places], family.high[places]
    names = [context.language(c) for c in compared]
    codes = [context.table.languages[c] for c in compared]
    before = [found.elsewhere(code) for code in codes]
    here = found.here.value[places]
    table = pd.DataFrame(
        {
            "Language": names,
            "Code": codes,
            "FLORES-200": before,
            _here(found): here,
            "Ratio": numbers[0],
            "Low": numbers[1],
            "High": numbers[2],
            "Verdict": [words(each, margin) for each in said],
        }
    )
    hover = [f"{n}: {times(a)} on FLORES-200, {times(b)} here" for n, a, b in zip(names, before, here, strict=True)]
    title = f"{context.label(row)}: premium on {found.label if found.ships else 'this text'} / on FLORES-200"
    apart = np.full(len(names) - 1, "differs")
    colour = context.colours[context.rows.index(row)]
    n_off = int((said == "differs").sum())
    n_compared = so_many(len(names), "language", "languages")
    chart = Chart(
        "second_text",
        ranked_figure(names, numbers, hover, said, apart, colour, title),
        f"Premiums of {n_compared} on {found.label} over those on FLORES-200: {n_off} differ.",
        lambda: table,
        {name: st.column_config.NumberColumn(format="%.3f") for name in ("FLORES-200", _here(found), "Ratio")},
        {1: [(row, c) for c in compared]},
    )
    show(chart, context, "Token premiums over those on FLORES-200")
    st.caption(
        f"The premium over {context.base_label} on the text {plain(found.label)} divided by that on FLORES-200, "
        f"for the {n_compared} found that both have in the same script. Full dots: {n_off} differ by more "
        f"than chance and not by less than {100 * margin:.3g} %; there one number does not speak for the language. "
        f"Hollow: not told apart ({how_tested(family, 'both texts', 'languages, shown or not')}; errors of the two "
        f"texts added up). Texts differ in subject, style and translators as well as in length.{_ABOUT * found.ships}"
    )


def _here(found: SecondText) -> str:
    return found.label if found.ships else "This text"


_ABOUT = (
    " The counts on the Universal Declaration of Human Rights ship with Token Atlas: a preamble and 30 articles of "
    "legal prose, few and long, so intervals are wide. Another text, such as your own, is chosen under Text above."
)

VIEW = View(label="Texts", place=85, draw=draw)
