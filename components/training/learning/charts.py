"""Pictures of a segmenter that learns: its cuts of the example as lanes, and bits per byte as time goes on."""

import zlib
from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, Chart, finish
from components.segmentation.token_view.component import Lane, TokenView
from components.segmentation.value_charts import ByteValues, values_figure
from components.widgets.colours import OKABE_ITO
from core.common.numbers import so_many
from core.segmenters.live.compared import bits_with_interval
from core.segmenters.live.recipe import BpeBeside, LearntSegmenter, Snapshot
from core.segmenters.segmenter import SEGMENTERS, Chunks

MOST_LANES = 6
OWN, BPE = OKABE_ITO[0], OKABE_ITO[1]


def lanes_of(snapshots: Sequence[Snapshot]) -> TokenView:
    """The example, cut as the segmenter cut it after so many seconds: the first, the newest and some between."""
    places = np.unique(np.linspace(0, len(snapshots) - 1, min(MOST_LANES, len(snapshots))).round().astype(int))
    return TokenView(snapshots[-1].line, tuple(_lane(snapshots[n]) for n in places.tolist()), menu=False)


def _lane(one: Snapshot) -> Lane:
    data, starts = one.line.encode(), one.starts.tolist()
    ends = [*starts[1:], len(data)]
    return Lane(
        label=f"{one.seconds:.0f} s",
        spec=f"after:{one.steps}:{one.seconds}",
        colour=OWN,
        ids=[zlib.crc32(data[a:b]) & 0x7FFFFFFF for a, b in zip(starts, ends, strict=True)],
        starts=starts,
        ends=ends,
        kinds=[0] * len(starts),
        summary=so_many(len(starts), "chunk", "chunks"),
    )


def values_chart(family: str, one: Snapshot) -> Chart:
    """What the newest snapshot believes at each byte of the example."""
    entry = SEGMENTERS.get(family)
    threshold = None if np.isnan(one.threshold) else one.threshold
    values = ByteValues.of(one.line, 0, Chunks(one.starts, one.values, threshold), entry.unit)
    return Chart(
        "learn_values",
        values_figure(values, OWN),
        f"After {one.seconds:.0f} seconds: {entry.value}, over the bytes of the example.",
        lambda: pd.DataFrame(
            {
                "byte": np.arange(len(one.values)),
                "character": values.characters,
                "value": one.values,
                "starts a chunk": values.is_start,
            }
        ),
    )


def curve_chart(label: str, found: LearntSegmenter) -> Chart:
    """Bits per byte on lines kept apart against seconds, of the segmenter and of the model on BPE."""
    snapshots, beside = found.snapshots, found.beside
    x, y = [one.seconds for one in snapshots], [one.bits_per_byte for one in snapshots]
    traces = [_line(label, x, y, OWN)]
    frame = [pd.DataFrame({"Model": label, "Seconds": x, "Bits per byte": y})]
    said = f"{label}: {y[-1]:.2f} bits per byte after {x[-1]:.0f} seconds."
    if beside and not beside.why:
        name, bits = bpe_label(beside), beside.bits_per_byte.tolist()
        traces.append(_line(name, beside.seconds.tolist(), bits, BPE))
        frame.append(pd.DataFrame({"Model": name, "Seconds": beside.seconds, "Bits per byte": bits}))
        said += f" {name}: {bits[-1]:.2f}."
    figure = finish(
        go.Figure(traces),
        300,
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"title": "seconds of a processor", "gridcolor": GRID, "rangemode": "tozero"},
        yaxis={"title": "bits per byte", "gridcolor": GRID, "automargin": True},
    )
    return Chart("learn_curve", figure, said, lambda: pd.concat(frame))


def _line(name: str, x: Sequence[float], y: Sequence[float], colour: str) -> go.Scatter:
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        mode="lines+markers",
        line={"color": colour, "width": 2},
        hovertemplate=f"{name}: %{{y:.3f}} bits per byte after %{{x:.0f}} s<extra></extra>",
    )


def bpe_label(beside: BpeBeside) -> str:
    """What the model beside is called."""
    return f"BPE of {so_many(beside.n_vocabulary, 'entry', 'entries')}"


def at_end(last: Snapshot, beside: BpeBeside) -> tuple[str, str]:
    """Bits per byte of both in words, with intervals where there are lines enough."""
    own, other = (
        f"{one.value:.2f}" + (f" [{one.low:.2f}, {one.high:.2f}]" if one.low == one.low else "")
        for one in (bits_with_interval(bits, last.line_bytes) for bits in (last.line_bits, beside.line_bits))
    )
    return own, other
