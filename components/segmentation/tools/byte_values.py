"""What a segmenter believes at each byte: a curve over the text, where it cuts, and what can be set."""

import numpy as np
import pandas as pd
import streamlit as st

from components.cached.segmenters import chunks, segmenter_lane
from components.cached.tokenizers import tokenizer
from components.charts.chart import CONFIG, Chart, numbers_fold
from components.frame.errors import plain
from components.segmentation.context import SegmentationContext
from components.segmentation.rows import Row
from components.segmentation.value_charts import ByteValues, history_figure, values_figure
from components.widgets.fold import is_kept
from components.widgets.pickers import put_in_place
from components.widgets.row_choice import choose_row
from components.widgets.view import View
from core.common.numbers import so_many
from core.common.params import Param, Params, Value
from core.segmenters.lane import SegmenterLane, spec_of
from core.segmenters.segmenter import Chunks

_FAR = 1000  # of a slider; what an address says may be more
_SLIDER = 320  # px


def draw(context: SegmentationContext) -> None:
    """The segmenter's settings, its curve, and the numbers."""
    rows = [row for row in context.rows if segmenter_lane(row.spec)]
    if not rows:
        st.caption("Choose a segmenter above, such as **Entropy patches (BLT)**, to see what it believes at each byte.")
        return
    row = choose_row(rows, "byte_values_segmenter", label="Segmenter")
    lane = segmenter_lane(row.spec)
    assert lane is not None, "the others were left out"
    if not is_kept():
        _settings(row, lane)
    cut = chunks(lane, context.text)
    st.caption(plain(_in_words(context.text, lane, cut)))
    if cut.values is not None and np.isfinite(cut.values).any():
        _curve(context, row, lane, cut)
    elif cut.values is not None:
        st.caption("The first byte starts a chunk whatever it believes, and there is no other.")
    if cut.history is not None:
        figure = history_figure(cut.history, row.colour)
        st.plotly_chart(figure, key="merges_of_text", config=CONFIG)
    if cut.values is None and cut.history is None:
        st.caption("It cuts by a rule, and believes nothing more at one byte than at another.")


def _in_words(text: str, lane: SegmenterLane, cut: Chunks) -> str:
    n_bytes = len(text.encode())
    value = f" The curve is the {lane.segmenter.value}; a dot starts a chunk" if lane.segmenter.value else ""
    if cut.values is not None:
        value += ", a hollow one where there is no value." if np.isnan(cut.values[cut.starts]).any() else "."
    return (
        f"{lane.segmenter.about} Here: {so_many(len(cut.starts), 'chunk', 'chunks')}, "
        f"{n_bytes / len(cut.starts):.2f} bytes each."
        f"{value} Source: {lane.segmenter.source}."
    )


def _curve(context: SegmentationContext, row: Row, lane: SegmenterLane, cut: Chunks) -> None:
    start = len(context.text[: context.span[0]].encode())
    shown = context.text[context.span[0] : context.span[1]]
    values = ByteValues.of(shown, start, cut, lane.segmenter.unit)
    chart = Chart(
        key="byte_values",
        figure=values_figure(values, row.colour),
        alt=f"{row.label}: {lane.segmenter.value}, over the bytes of the text",
        numbers=lambda: pd.DataFrame(
            {
                "byte": np.arange(start, start + len(values.values)),
                "character": values.characters,
                "value": values.values,
                "starts a chunk": values.is_start,
            }
        ),
    )
    st.plotly_chart(chart.figure, key="byte_values_curve", config=CONFIG)
    numbers_fold(chart)


def _settings(row: Row, lane: SegmenterLane) -> None:
    """Controls of its parameters; what is set becomes its spec, and so stands in the address."""
    if not lane.segmenter.params:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values = {one.key: _asked(row.spec, one, lane.params.values[one.key]) for one in lane.segmenter.params}
    wanted = spec_of(lane.segmenter, Params(values))
    if wanted != lane.info.spec:
        tokenizer(wanted)  # one that cannot be opened is said here, and nothing changes
        put_in_place(row.spec, wanted)
        st.rerun()


def _asked(spec: str, param: Param, now: Value) -> Value:
    key = f"set_{param.key}_{spec}"
    if param.choices:
        chosen = st.segmented_control(
            param.label, param.choices, default=str(now), required=True, key=key, help=param.help
        )
        return chosen or now
    if isinstance(now, str):
        return st.text_input(param.label, now, key=key, help=param.help, max_chars=200, width=280).strip() or now
    low, high = param.low or 0, max(min(param.high or 0, _FAR), now)
    if isinstance(now, float):
        found = st.slider(param.label, float(low), float(high), now, 0.05, key=key, help=param.help, width=_SLIDER)
        return now if found == now else round(float(found), 6)  # a published threshold has more digits
    return int(st.slider(param.label, int(low), int(high), now, key=key, help=param.help, width=_SLIDER))


VIEW = View(label="Byte values", place=65, draw=draw)
