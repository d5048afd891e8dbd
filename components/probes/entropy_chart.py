"""Entropies for growing parts of a text, a field per number of tokens before; and what compressors leave."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, Chart, finish, names_axis, upright
from components.probes.on_page import OnPage
from core.common.numbers import count
from core.probes.entropy import MOST_BEFORE, SHARES, ByteRate, TextEntropy, TokenStream

_GAP = 0.02  # between two fields, of the width of all
_SYMBOLS = {"gzip": "circle", "xz": "square", "zstd": "diamond"}
_TEXT = "the text itself"
_GREY = "rgba(128,140,160,.9)"
_NAMES = ("⅛", "¼", "½", "1")  # of `SHARES`


def best_of(stream: TokenStream) -> dict[str, int]:
    """Bytes that each compressor leaves of the ids, written in the way that suits it."""
    rows = list(stream.packed.values())
    return {name: min(row[name] for row in rows) for name in rows[0] if name != "none"}


def rates_left(found: TextEntropy, shown: Sequence[OnPage]) -> dict[str, dict[str, float]]:
    """Bits for each byte of the text that compressors leave of it, and of its ids, by what is compressed."""
    streams = by_key(found)
    sizes = {_TEXT: dict(found.raw)} | {one.label: best_of(streams[one.key]) for one in shown}
    return {what: {name: 8 * n / found.n_bytes for name, n in row.items()} for what, row in sizes.items()}


def by_key(found: TextEntropy) -> dict[str, TokenStream]:
    """The streams by what their tokenizers call themselves."""
    return {stream.spec: stream for stream in found.streams}


def entropy_chart(found: TextEntropy, shown: Sequence[OnPage], height: int = 360) -> Chart:
    """A field per number of tokens before: entropy by part of the text, hollow and dotted where unreliable."""
    streams, figure = by_key(found), go.Figure()
    for before in range(MOST_BEFORE + 1):
        for one in shown:
            rates = [sample[before] for sample in streams[one.key].samples]
            figure.add_traces(_line(one, before, rates, legend=before == 0))
    finish(
        figure,
        height,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.1, "yanchor": "bottom"},
        margin={"l": 4, "r": 4, "t": 60, "b": 4},
        yaxis={"title": "bits for each byte", "automargin": True, "gridcolor": GRID, "rangemode": "tozero"},
        annotations=[_heading(before) for before in range(MOST_BEFORE + 1)],
        **{f"xaxis{before + 1 if before else ''}": _field(before) for before in range(MOST_BEFORE + 1)},
    )
    return Chart("entropy", figure, _in_words(found, shown), lambda: entropy_table(found, shown))


def _in_words(found: TextEntropy, shown: Sequence[OnPage]) -> str:
    streams, said = by_key(found), []
    for one in shown:
        alone, *_, last = streams[one.key].samples[-1]
        said.append(f"{one.label} {_number(alone)} given no token before and {_number(last)} given {MOST_BEFORE}")
    return f"Bits for each byte of the whole text: {'; '.join(said)}."


def _number(rate: ByteRate) -> str:
    return "–" if rate.bits_per_byte is None else f"{rate.bits_per_byte:.3f}"


def _line(one: OnPage, before: int, rates: Sequence[ByteRate], legend: bool) -> go.Scatter:
    sure = rates[-1].reliable
    return go.Scatter(
        name=one.label,
        legendgroup=one.label,
        showlegend=legend,
        xaxis=f"x{before + 1}" if before else "x",
        x=list(range(len(SHARES))),
        y=[rate.bits_per_byte for rate in rates],
        mode="lines+markers",
        line={"color": one.colour, "width": 2, "dash": "solid" if sure else "dot"},
        marker={
            "size": 8,
            "color": one.colour,
            "symbol": ["circle" if rate.reliable else "circle-open" for rate in rates],
        },
        customdata=[_hover(one, before, rate) for rate in rates],
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
    )


def _hover(one: OnPage, before: int, rate: ByteRate) -> str:
    given = "no token" if not before else "one token" if before == 1 else f"{before} tokens"
    doubt = "" if rate.reliable else f"<br>{rate.tokens_per_context:.1f} tokens a context: mostly the size of the text"
    return f"{one.label}, given {given} before: {_number(rate)} bits for each of {count(rate.n_bytes)} bytes{doubt}"


def _field(before: int) -> dict[str, object]:
    width = (1 + _GAP) / (MOST_BEFORE + 1)
    return {
        "domain": [before * width, (before + 1) * width - _GAP],
        "tickvals": list(range(len(SHARES))),
        "ticktext": list(_NAMES),
        "range": [-0.4, len(SHARES) - 0.6],
        "gridcolor": GRID,
        "anchor": "y",
        "tickangle": 0,
        **({"title": "part of the text"} if before == MOST_BEFORE // 2 else {}),
    }


def _heading(before: int) -> dict[str, object]:
    """Over a field."""
    axis = f"x{before + 1 if before else ''} domain"
    text = f"{before}" if before else "none"
    return {
        "text": f"<b>{text}</b>", "x": 0.5, "xref": axis, "xanchor": "center", "y": 1, "yref": "paper",
        "yanchor": "bottom", "showarrow": False,
    }  # fmt: skip


def entropy_table(found: TextEntropy, shown: Sequence[OnPage]) -> pd.DataFrame:
    """A row per tokenizer, part of the text and number of tokens before."""
    streams = by_key(found)
    rows = [
        {
            "Tokenizer": one.label,
            "Tokens before": before,
            "Bytes": rate.n_bytes,
            "Tokens": rate.n_tokens,
            "Bits per byte": rate.bits_per_byte,
            "Corrected (Miller–Madow)": rate.miller_madow,
            "Tokens per context": rate.tokens_per_context,
            "Reliable": "yes" if rate.reliable else "no",
        }
        for one in shown
        for sample in streams[one.key].samples
        for before, rate in enumerate(sample)
    ]
    return pd.DataFrame(rows)


def compression_chart(found: TextEntropy, shown: Sequence[OnPage]) -> Chart:
    """A row per tokenizer and one for the text: what is left of it by compressor, the best of the text as a line."""
    left, colours = rates_left(found, shown), {one.label: one.colour for one in shown}
    rows, best = [*left], min(left[_TEXT].values())
    figure = go.Figure(
        [
            go.Scatter(
                name=name,
                x=[left[what][name] for what in rows],
                y=list(range(len(rows))),
                mode="markers",
                marker={"size": 11, "symbol": symbol, "color": [colours.get(what, _GREY) for what in rows]},
                customdata=rows,
                hovertemplate=f"{name} leaves %{{x:.3f}} bits for each byte of %{{customdata}}<extra></extra>",
                cliponaxis=False,
            )
            for name, symbol in _SYMBOLS.items()
        ]
    )
    finish(
        figure,
        34 * len(rows) + 130,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"l": 4, "r": 14, "t": 40, "b": 4},
        xaxis={"title": "bits left for each byte", "automargin": True, "gridcolor": GRID, "rangemode": "tozero"},
        yaxis=names_axis(rows),
        shapes=[upright(best, {"color": _GREY, "width": 1.5, "dash": "dot"})],
    )
    first = best_compressed(found, shown)
    alt = f"Least is left of {first}: {min(left[first].values()):.3f} bits for each byte; of the text {best:.3f}."
    return Chart("compression", figure, alt, lambda: pd.DataFrame(left).T.rename_axis("Compressed").reset_index())


def best_compressed(found: TextEntropy, shown: Sequence[OnPage]) -> str:
    """Of what least is left: a tokenizer's label, or the text itself."""
    left = rates_left(found, shown)
    return min(left, key=lambda what: min(left[what].values()))
