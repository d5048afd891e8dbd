"""Multilingual premium: what each language costs each tokenizer, how sure that is, and the sentences behind it."""

import streamlit as st

from components.premium import view
from components.premium.brought.controls import show_brought
from components.premium.brought.counting import absent_in_link, counting_strip
from components.premium.context import PremiumContext
from components.premium.controlled import controlled_note
from components.premium.controls import choose_opening, controls
from components.premium.lossless_badge import lossless_badge
from components.premium.overview import overview
from components.premium.provenance import link, provenance, reproduction_badge, text_note
from components.premium.sources import sources
from components.widgets.colours import tokenizer_colours
from core.premium.ordering import mean_premium, order
from core.premium.workbench import workbench
from core.text.language_search import matching

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.title("Multilingual premium", anchor=False, width="content")
    badges = st.container(horizontal=True, gap="small", width="content", key="premium_badges")
with badges:
    reproduction_badge()

show_brought()
choice = controls()
absent_in_link()
if not choice.keys:
    st.info("Choose the tokenizers to compare, or start from eight well-known ones.", icon=":material/language:")
    st.button("Show the well-known ones", icon=":material/play_arrow:", on_click=choose_opening)
    st.stop()

with badges:
    lossless_badge(choice.keys)
bench = workbench(choice, sources())
table = bench.table
strip = st.container()  # filled last: reading a text may take seconds, and the charts need not wait for it
text_note(bench.counting.notes)
rows = tuple(bench.keys.index(key) for key in choice.keys)
places = matching(table.languages, choice.search)
if not places:
    st.info(
        f"None of the {len(table.languages)} languages of this text fits this search. Try a name, a code such as "
        "tam_Taml, a script or a family.",
        icon=":material/search_off:",
    )
    st.stop()

context = PremiumContext(
    **vars(bench),
    rows=rows,
    columns=order(table.languages, places, mean_premium(bench.found.value[list(rows)]), choice.sort),
    sort=choice.sort,
    part=choice.part,
    colours=tuple(
        tokenizer_colours(
            [table.tokenizers[row].fingerprint for row in rows], st.session_state.setdefault("tokenizer_colours", {})
        )
    ),
    dark=st.context.theme.type == "dark",
)
controlled_note([table.tokenizers[row] for row in rows], choice.corpus, choice.part)
overview(context)
view.views(context)
link(context)
provenance(context)
with strip:
    counting_strip(bench, choice)
