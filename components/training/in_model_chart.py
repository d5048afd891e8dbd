"""A picture of how well a model reads with each of several trained tokenizers: bits per byte, the best on top."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, LINE, Chart, finish, names_axis, upright
from components.training.charts import interval_bars
from components.training.looks import looks_of
from core.lab.differences import Comparison
from core.lab.in_model import InModel, read_best
from core.stats.number import Number
from core.training.recipe import Trained
from core.training.runs import run_of

_ROW, _CONTROL = 34, "rgba(128,140,160,.9)"


@dataclass(frozen=True, eq=False)
class InModelRows:
    """What is there of several tokenizers of one size.

    Args:
        made: the tokenizers, by spec.
        among: the whole plan, in which each run has its look.
        names: what they are called.
        found: what the model reads with each, of those that are finished.
        beyond: what each takes beyond the best.
        model: its name.
    """

    made: Mapping[str, Trained]
    among: Sequence[Trained]
    names: Mapping[str, str]
    found: Mapping[str, InModel]
    beyond: Mapping[str, Comparison]
    model: str

    @property
    def original(self) -> Number:
        """What the model reads with its own tokenizer."""
        return self._widest.original

    @property
    def _widest(self) -> InModel:
        """One where most texts count, so that the model's own are not fewer."""
        return max(self.found.values(), key=lambda one: (isfinite(one.original.value), one.n_counted))

    def table(self) -> pd.DataFrame:
        """A row per tokenizer, the best first, after that of the model's own."""
        own = {
            "Tokenizer": f"{self.model}'s own",
            **_numbers("Bits per byte", self.original),
            "Bytes per token": self._widest.original_bytes_per_token,
            "Texts": self._widest.n_counted,
        }
        return pd.DataFrame([own, *(self._row(spec) for spec in read_best(self.found))])

    def _row(self, spec: str) -> dict[str, object]:
        one, beyond = self.found[spec], self.beyond.get(spec)
        more = Number(beyond.difference, beyond.low, beyond.high) if beyond else Number(nan)
        return {
            "Tokenizer": self.names[spec],
            **_numbers("Bits per byte", one.bits),
            **_numbers("Beyond the best", more),
            "p": beyond.adjusted if beyond else None,
            "Bytes per token": one.bytes_per_token,
            "A control": one.control.value,
            "Texts": one.n_counted,
        }


def _numbers(name: str, number: Number) -> dict[str, object]:
    return {name: number.value, f"{name}, low": number.low, f"{name}, high": number.high}


def in_model_chart(rows: InModelRows) -> Chart:
    """A dot with its interval per tokenizer, a line for the model's own, and a mark for what a control comes to."""
    order = read_best(rows.found)
    traces = [_dot(rows, spec, row) for row, spec in enumerate(order)]
    traces.append(_control_marks(rows, order))
    own, best = rows.original, rows.found[order[0]]
    values = [value for spec in order for value in _reach(rows.found[spec])]
    values += [own.value] if isfinite(own.value) else []
    room = 0.06 * (max(values) - min(values) or 1.0)
    figure = finish(
        go.Figure(traces),
        _ROW * len(order) + 92,
        xaxis={
            "title": "bits per byte",
            "gridcolor": GRID,
            "automargin": True,
            "range": [min(values) - room, max(values) + 2.5 * room],
        },
        yaxis=names_axis([rows.names[spec] for spec in order]),
        margin={"l": 4, "r": 4, "t": 26, "b": 4},
        shapes=[upright(own.value, {"color": LINE, "width": 1.5, "dash": "dash"})] if isfinite(own.value) else [],
        annotations=[_own_words(own, sum(values) / len(values))] if isfinite(own.value) else [],
    )
    return Chart(
        "train_in_model_chart",
        figure,
        f"Bits per byte of {rows.model} with each of {len(order)} tokenizers in place of its own; the fewest with "
        f"{rows.names[order[0]]}, {best.bits.value:.3f}; with its own {own.value:.3f}.",
        rows.table,
    )


def _dot(rows: InModelRows, spec: str, row: int) -> go.Scatter:
    one = rows.found[spec]
    look = looks_of(rows.among)[run_of(rows.made[spec].recipe)]
    ends = one.bits.value, *((one.bits.low, one.bits.high) if isfinite(one.bits.low) else [one.bits.value] * 2)
    said = f"{rows.names[spec]}: {one.bits.value:.3f} bits a byte" + (
        f" [{one.bits.low:.3f}, {one.bits.high:.3f}]" if isfinite(one.bits.low) else ""
    )
    return go.Scatter(
        x=[one.bits.value],
        y=[row],
        error_x=interval_bars([ends], 0),
        mode="markers",
        name=rows.names[spec],
        marker={"size": 10, "color": look.colour, "symbol": look.symbol},
        hovertemplate=f"{said}<extra></extra>",
    )


def _control_marks(rows: InModelRows, order: list[str]) -> go.Scatter:
    there = [(row, rows.found[spec].control.value) for row, spec in enumerate(order)]
    there = [(row, value) for row, value in there if isfinite(value)]
    return go.Scatter(
        x=[value for _, value in there],
        y=[row for row, _ in there],
        mode="markers",
        name="Control",
        marker={"size": 12, "symbol": "line-ns", "line": {"color": _CONTROL, "width": 2}},
        hovertemplate="The better control: %{x:.3f} bits a byte<extra></extra>",
    )


def _own_words(own: Number, middle: float) -> dict[str, object]:
    """On the side on which there is more room."""
    return {
        "x": own.value, "y": 1.0, "yref": "paper", "xanchor": "left" if own.value < middle else "right",
        "yanchor": "bottom", "showarrow": False,
        "text": f"with its own tokenizer {own.value:.3f}", "font": {"size": 12},
    }  # fmt: skip


def _reach(one: InModel) -> list[float]:
    """All that is drawn of one, and is there."""
    drawn = (one.bits.value, one.bits.low, one.bits.high, one.control.value)
    return [value for value in drawn if isfinite(value)]
