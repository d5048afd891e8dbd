"""The heatmap at the top of the page, for wide windows and for phones."""

import streamlit as st

from components.charts.chart import Chart
from components.premium.context import PremiumContext
from components.premium.figure import cell_columns, cell_table, numbers, plot
from components.premium.heatmap import heatmap, reach_of, worst_and_best
from components.premium.provenance import relative_link
from components.premium.scale import colour_scale, ticks
from components.publish.button import publish_popover

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


def overview(context: PremiumContext) -> None:
    """Languages run across where there is room, and down on a phone; the style sheet shows one of the two."""
    st.html(_SWITCH)
    st.caption(
        f"A cell is a language under a tokenizer: blue-green takes fewer tokens than {context.base_label}, amber to "
        f"brown-red more; hatched is masked. Hover for the number and its 95 % interval ({_drawn(context)}), click "
        "for the sentences behind it."
    )
    with st.container(key="premium_wide"):
        chart = _chart(context, wide=True)
        plot(chart, context)
    with st.container(key="premium_narrow"):
        st.html(legend(*reach_of(context), context.dark))
        with st.container(height=520 if len(context.columns) > 24 else "content", border=False):
            plot(_chart(context, wide=False), context)
    numbers(chart, context, "Token premiums", lambda: publish_popover(lambda: relative_link(context)))


def _drawn(context: PremiumContext) -> str:
    return f"{context.table.n_drawn:,} {context.table.drawn} resampled"


def _chart(context: PremiumContext, wide: bool) -> Chart:
    cells = [(row, column) for row in context.rows for column in context.columns]
    figure = heatmap(context, wide)
    return Chart(
        "heatmap" if wide else "heatmap_narrow",
        figure,
        f"Premiums of {len(context.columns)} languages over {context.base_label} with {len(context.rows)} tokenizers "
        f"as colours. {worst_and_best(context)}",
        lambda: cell_table(context, cells),
        cell_columns(context),
        {len(figure.data) - 1: cells},
        lambda light: heatmap(light, wide=True),
    )
