"""How far premiums on the chosen text lie from those on FLORES-200."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from components.cached import corpora as cached_corpora
from components.cached import premium as cached_premium
from components.charts.chart import Chart
from components.frame.errors import plain
from components.premium.choosers import one_tokenizer
from components.premium.context import PremiumContext
from components.premium.figure import show
from components.premium.scale import times
from components.premium.verdicts import margin_input, tested, verdicts, words
from components.premium.views.ranked import ranked_figure
from components.widgets.view import View
from core.premium.atlas import atlas_tokenizers
from core.premium.second_text import TokenizerPremiums, departures, same_language
from core.stats.ratio_family import RatioFamily


def draw(context: PremiumContext) -> None:
    """The languages of both texts, those that depart most first."""
    if not context.corpus:
        st.info(
            "This is FLORES-200. Choose another text under Text above, such as the Universal Declaration or your own, "
            "and count it: here stands how far its premiums lie from those on FLORES-200.",
            icon=":material/compare:",
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = one_tokenizer(context)
        margin = margin_input()
    pairs = _pairs(context)
    if context.base not in pairs or context.keys[row] not in atlas_tokenizers():
        what = context.base_label if context.base not in pairs else context.label(row)
        st.info(f"There are no shipped counts of {what} on FLORES-200. Choose another.", icon=":material/compare:")
        return
    place = list(atlas_tokenizers()).index(context.keys[row])
    atlas = cached_premium.atlas_premiums("", pairs[context.base], context.per)
    flores = TokenizerPremiums(atlas, place, cached_premium.atlas("").table.n_drawn)
    found = departures(TokenizerPremiums(context.found, row, context.table.n_drawn), flores, pairs)
    elsewhere = {code: float(flores.value[atlas.languages.index(other)]) for code, other in pairs.items()}
    _show(context, row, found, elsewhere, margin)


def _show(context: PremiumContext, row: int, found: RatioFamily, elsewhere: Mapping[str, float], margin: float) -> None:
    compared = sorted((c for c in context.columns if not np.isnan(found.ratio[c])), key=lambda c: -found.ratio[c])
    if not compared:
        st.info("No language found has a premium and an interval on both texts.", icon=":material/block:")
        return
    said = verdicts(found, margin)[compared]
    numbers = found.ratio[compared], found.low[compared], found.high[compared]
    names = [context.language(c) for c in compared]
    before = [elsewhere[context.table.languages[c]] for c in compared]
    here = context.found.value[row, compared]
    table = pd.DataFrame(
        {
            "Language": names,
            "Code": [context.table.languages[c] for c in compared],
            "FLORES-200": before,
            "This text": here,
            "Ratio": numbers[0],
            "Low": numbers[1],
            "High": numbers[2],
            "Verdict": [words(each, margin) for each in said],
        }
    )
    hover = [f"{n}: {times(a)} on FLORES-200, {times(b)} here" for n, a, b in zip(names, before, here, strict=True)]
    title = f"{context.label(row)}: premium on this text / on FLORES-200"
    apart = np.full(len(names) - 1, "differs")
    n_off = int((said == "differs").sum())
    chart = Chart(
        "second_text",
        ranked_figure(names, numbers, hover, said, apart, context.colours[context.rows.index(row)], title),
        f"Premiums of {len(names)} languages on {context.table.corpus_label} over those on FLORES-200: {n_off} differ.",
        lambda: table,
        {name: st.column_config.NumberColumn(format="%.3f") for name in ("FLORES-200", "This text", "Ratio")},
        {1: [(row, c) for c in compared]},
    )
    show(chart, context, "Token premiums over those on FLORES-200")
    st.caption(
        f"The premium over {context.base_label} on {plain(context.table.corpus_label)} divided by that on FLORES-200, "
        f"for the {len(names)} languages found that both have in the same script. Full dots: {n_off} differ by more "
        f"than chance and not by less than {100 * margin:.3g} %; there one number does not speak for the language. "
        f"Hollow: not told apart ({tested(found, 'both texts', 'languages, shown or not')}; errors of the two texts "
        "added up). Texts differ in subject, style and translators as well as in length."
    )


def _pairs(context: PremiumContext) -> dict[str, str]:
    """Code in FLORES-200 by code in the text."""
    sentences = cached_corpora.corpus(context.corpus).sentences
    found = {code: same_language(code, sentences[code]) for code in context.table.languages}
    return {code: other for code, other in found.items() if other}


VIEW = View(label="Texts", place=85, draw=draw)
