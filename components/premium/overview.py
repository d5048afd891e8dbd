"""The heatmap at the top of the page, for wide windows and for phones."""

import streamlit as st

from components.charts.chart import Chart
from components.premium.context import AtHand
from components.premium.figure import cell_columns, cell_table, numbers, plot
from components.premium.heatmap import heatmap, reach_of, worst_and_best
from components.premium.scale import colour_scale, ticks

_SWITCH = """<style>
.st-key-premium_narrow { display: none; }
@media (max-width: 700px) {
  .st-key-premium_wide { display: none; }
  .st-key-premium_narrow { display: flex; }
}
</style>"""


def legend(low: int, high: int, dark: bool) -> str:
    """The colours as a strip of HTML with a number at each doubling, for where the chart has no room for them.

    >>> legend(-1, 4, False).count("<span>")
    6
    """
    stops = ",".join(shade for _, shade in colour_scale(low, high, dark))
    texts = "".join(f"<span>{text}</span>" for text in ticks(low, high)[1])
    return (
        f'<div style="height:10px;border-radius:3px;background:linear-gradient(90deg,{stops})"></div>'
        f'<div style="display:flex;justify-content:space-between;font-size:.75rem">{texts}</div>'
    )


def overview(at_hand: AtHand) -> None:
    """Languages run across where there is room, and down on a phone; the style sheet shows one of the two."""
    st.html(_SWITCH)
    st.caption(
        f"A cell is a language under a tokenizer: blue-green takes fewer tokens than {at_hand.base_label}, amber to "
        "brown-red more; hatched is masked. Hover for the number and its interval, click for the sentences behind it."
    )
    with st.container(key="premium_wide"):
        chart = _chart(at_hand, wide=True)
        plot(chart, at_hand)
    with st.container(key="premium_narrow"):
        st.html(legend(*reach_of(at_hand), at_hand.dark))
        with st.container(height=520 if len(at_hand.columns) > 24 else "content", border=False):
            plot(_chart(at_hand, wide=False), at_hand)
    numbers(chart, at_hand, "Token premiums")


def _chart(at_hand: AtHand, wide: bool) -> Chart:
    cells = [(row, column) for row in at_hand.rows for column in at_hand.columns]
    figure = heatmap(at_hand, wide)
    return Chart(
        "heatmap" if wide else "heatmap_narrow",
        figure,
        f"Premiums of {len(at_hand.columns)} languages over {at_hand.base_label} with {len(at_hand.rows)} tokenizers "
        f"as colours. {worst_and_best(at_hand)}",
        lambda: cell_table(at_hand, cells),
        cell_columns(at_hand),
        {len(figure.data) - 1: cells},
        lambda light: heatmap(light, wide=True),
    )
