"""The heatmap at the top of the page: one picture, whose languages run across or down."""

import streamlit as st

from components.charts.chart import Chart
from components.premium.cells import HATCHED
from components.premium.context import PremiumContext
from components.premium.figure import cell_columns, cell_table, numbers, plot
from components.premium.heatmap import heatmap, names_across, reach_of, worst_and_best, written
from components.premium.heatmap_in_print import fits_across, heatmap_in_print
from components.premium.linked import LINKED
from components.premium.provenance import relative_link
from components.premium.scale import colour_scale, ticks
from components.publish.button import publish_popover
from components.widgets.fold import is_kept
from core.common.numbers import count

DIRECTION, _DIRECTIONS = "direction", ("Across", "Down")
_TALL = 520  # pixels of the picture's window where languages run down
_FEW = 24  # languages that need no window
_NAMES, _COLUMN = 150, 5  # pixels of names and of a language, where the picture is wider than a phone
_SLANTED = 15  # pixels from one slanted name to the next
_NUMBER = 24  # pixels of a cell with a number in letters that a phone's reader can read


def overview(context: PremiumContext) -> None:
    """The heatmap; wider or taller than its window, it scrolls."""
    LINKED.option(DIRECTION, _DIRECTIONS)
    across = st.session_state[DIRECTION] == "Across"
    st.html(_style(*_least_widths(context, across)))
    st.caption(
        f"Tokens over {context.base_label}: amber to brown-red more, blue-green or ▼ fewer, {HATCHED}. Hover for "
        f"intervals ({count(context.table.n_drawn)} {context.table.drawn} resampled)"
        + ("." if is_kept() else ", click for sentences.")
    )
    with st.container(key="heatmap_legend"):
        st.html(legend(*reach_of(context), context.dark))
    chart = _chart(context, across)
    tall = not across and len(context.columns) > _FEW
    with st.container(key="heatmap_frame", height=_TALL if tall else "content", border=False):
        plot(chart, context)
    numbers(chart, context, "Token premiums", _direction, lambda: publish_popover(lambda: relative_link(context)))


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


def _least_widths(context: PremiumContext, across: bool) -> tuple[int, int]:
    """Pixels that names and numbers need, 0 where no numbers are written, and pixels that names and cells need."""
    n = len(context.columns if across else context.rows)
    with_numbers = (_NAMES + n * _NUMBER) * written(context, across)
    with_names = _NAMES + max(n * _COLUMN, names_across(n) * _SLANTED) if across else _NAMES
    return with_numbers, with_numbers or with_names


def _style(with_numbers: int, with_cells: int) -> str:
    """In a narrow window the picture keeps the width that its numbers need, on a phone that of its cells, and scrolls.

    Args:
        with_numbers, with_cells: these widths, pixels.
    """
    return f"""<style>
.st-key-heatmap_legend {{ display: none; }}
@media (max-width: 1000px) {{
  .st-key-heatmap_frame {{ overflow-x: auto; }}
  .st-key-heatmap, [data-chart="heatmap"] {{ min-width: max(100%, {with_numbers}px); }}
  :is(.st-key-heatmap, [data-chart="heatmap"]) .textpoint text {{ font-size: 8px !important; }}
}}
@media (max-width: 700px) {{
  .st-key-premium_controls, .st-key-premium_badges {{ flex-wrap: nowrap; overflow-x: auto; max-width: 100%; }}
  .st-key-premium_controls > *, .st-key-premium_badges > * {{ flex-shrink: 0; }}
  .st-key-heatmap_legend {{ display: flex; flex-direction: column; }}
  .st-key-heatmap, [data-chart="heatmap"] {{ min-width: max(100%, {with_cells}px); }}
  :is(.st-key-differences, [data-chart="differences"]) .textpoint text {{ font-size: 7px !important; }}
}}
</style>"""


def _direction() -> None:
    st.segmented_control(
        "Languages run",
        _DIRECTIONS,
        required=True,
        key=DIRECTION,
        label_visibility="collapsed",
        persist_state="session",
        help="Down names every language.",
    )


def _chart(context: PremiumContext, across: bool) -> Chart:
    cells = [(row, column) for row in context.rows for column in context.columns]
    figure = heatmap(context, across)
    return Chart(
        "heatmap",
        figure,
        f"Premiums of {len(context.columns)} languages over {context.base_label} with {len(context.rows)} tokenizers "
        f"as colours. {worst_and_best(context)}",
        lambda: cell_table(context, cells),
        cell_columns(context),
        {len(figure.data) - 1: cells},
        lambda light, width: (
            heatmap(light, True) if across and fits_across(light, width) else heatmap_in_print(light, width)
        ),
    )
