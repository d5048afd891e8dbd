"""Pictures of what tokenizers were trained on: shares with the ranges that fit, and many tokenizers at a glance."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import GRID, Chart, finish, names_axis
from components.vocabulary.shares import stacked_bars
from core.common.numbers import count
from core.vocabulary.mixture.infer import Mixture, Share

_DOT, _BAR, _TRUTH = "#3a87c8", "rgba(58,135,200,.35)", "#d55e00"


def shares_chart(mixture: Mixture, label: str, truth: Sequence[float] = ()) -> Chart:
    """A row per category, the largest first: its share, and the range of shares that fit nearly as well.

    Args:
        truth: the share that each category really had, in the order of the mixture; empty where nobody knows.
    """
    order = sorted(range(len(mixture.shares)), key=lambda n: -mixture.shares[n].share)
    shares, known = [mixture.shares[n] for n in order], [truth[n] for n in order] if truth else []
    return Chart(
        "mixture_shares",
        _ranges(shares, known),
        f"What {label} was trained on: {shares[0].category} {shares[0].share:.0%}, {shares[1].category} "
        f"{shares[1].share:.0%}, given these categories."
        + (f" In truth {known[0]:.0%} and {known[1]:.0%}." if known else ""),
        lambda: _share_table(shares, known),
        columns=dict.fromkeys(("Share", "Low", "High", "Truth"), st.column_config.NumberColumn(format="percent")),
    )


def _ranges(shares: Sequence[Share], truth: Sequence[float]) -> go.Figure:
    rows = list(range(len(shares)))
    lows = [min(one.low, *truth[n : n + 1], 1.0) for n, one in enumerate(shares)]  # of what is drawn in each row
    highs = [max(one.high, *truth[n : n + 1], 0.0) for n, one in enumerate(shares)]
    right = max(highs) * 1.15
    before = [low > right / 2 for low in lows]  # where there is more room for the numbers than behind
    ranges = go.Bar(
        x=[one.high - one.low for one in shares],
        base=[one.low for one in shares],
        y=rows,
        orientation="h",
        width=0.5,
        marker={"color": _BAR, "line": {"width": 0}},
        hoverinfo="skip",
    )
    dots = go.Scatter(
        x=[one.share for one in shares],
        y=rows,
        mode="markers",
        marker={"color": _DOT, "size": 10},
        cliponaxis=False,
        customdata=[_in_words(one) for one in shares],
        hovertemplate="%{customdata}<extra></extra>",
    )
    numbers = go.Scatter(
        x=[low if left else high for low, high, left in zip(lows, highs, before, strict=True)],
        y=rows,
        mode="text",
        text=[f"  {one.share:.1%}  [{one.low:.1%}, {one.high:.1%}]  " for one in shares],
        textposition=["middle left" if left else "middle right" for left in before],
        textfont={"size": 12},
        cliponaxis=False,
        hoverinfo="skip",
    )
    marks = go.Scatter(
        x=list(truth),
        y=rows[: len(truth)],
        mode="markers",
        marker={"color": _TRUTH, "size": 15, "symbol": "line-ns", "line": {"color": _TRUTH, "width": 3}},
        cliponaxis=False,
        customdata=[f"{one.category}: {share:.2%} in truth" for one, share in zip(shares, truth, strict=False)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    return finish(
        go.Figure([ranges, dots, numbers, *([marks] if truth else [])]),
        32 * len(shares) + 70,
        xaxis={"range": [0, right], "tickformat": ".0%", "gridcolor": GRID, "title": "share of the training text"},
        yaxis=names_axis([one.category for one in shares]),
    )


def _in_words(one: Share) -> str:
    return f"{one.category}: {one.share:.2%} of the text; {one.low:.2%} to {one.high:.2%} fit nearly as well"


def _share_table(shares: Sequence[Share], truth: Sequence[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Category": [one.category for one in shares],
            "Share": [one.share for one in shares],
            "Low": [one.low for one in shares],
            "High": [one.high for one in shares],
        }
        | ({"Truth": list(truth)} if truth else {})
    )


def by_merges_chart(mixtures: Sequence[Mixture], label: str) -> Chart:
    """A bar per number of merges: does the answer stay as more of them are read?"""
    names = [f"{count(one.n_merges)} merges" for one in mixtures]
    return _stacked("mixture_by_merges", dict(zip(names, mixtures, strict=True)), f"{label} by number of merges")


def overview_chart(mixtures: Mapping[str, Mixture]) -> Chart:
    """A bar per tokenizer, all with the same categories."""
    return _stacked("mixture_overview", mixtures, "Well-known tokenizers")


def _stacked(key: str, mixtures: Mapping[str, Mixture], what: str) -> Chart:
    parts = [one.category for one in next(iter(mixtures.values())).shares]
    shares = np.array([[one.share for one in each.shares] for each in mixtures.values()])
    largest = [
        f"{name}: {parts[int(row.argmax())]} {row.max():.0%}" for name, row in zip(mixtures, shares, strict=True)
    ]
    return Chart(
        key,
        stacked_bars(parts, shares, shares, list(mixtures), "share of the training text, given these categories"),
        f"{what}: the largest share of {'; '.join(largest)}.",
        lambda: pd.DataFrame({"Category": parts} | {name: shares[n] for n, name in enumerate(mixtures)}),
        columns=dict.fromkeys(mixtures, st.column_config.NumberColumn(format="percent")),
    )
