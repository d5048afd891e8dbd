"""What entries are spent on: the share that text not seen never uses, and the share that goes over spaces."""

from collections.abc import Callable
from math import nan

import pandas as pd
import streamlit as st

from components.cached import training as cached
from components.charts.chart import Chart
from components.training.charts import Ends, by_size, size_lines
from components.training.context import TrainingContext
from components.training.figure import show
from components.training.looks import label_of, run_name
from components.widgets.view import View
from core.common.numbers import count
from core.training.recipe import Trained
from core.training.spent import Spent


def draw(context: TrainingContext) -> None:
    """Two pictures by size."""
    with st.spinner("Reading every entry …"):
        found = {one: cached.spent(one) for one in context.made}
    left, right = st.columns(2)
    with left:
        show(_chart(found, "unused", lambda one: one.unused, "entries never used"))
    with right:
        show(_chart(found, "superwords", lambda one: one.superwords, "entries that go over a space"))
    one, first = next(iter(found.items()))
    where = "of the lines kept apart" if one.held_out else "that was trained on"
    more = max(found, key=lambda each: found[each].superword_tokens)
    took = f" The most superwords in that text has {label_of(more, context.made)} entries: "
    st.caption(
        f"Left: entries that never stand in the text {where}, some {count(first.n_tokens)} tokens; a longer text uses "
        "more of them, so compare trainers, not one with a rule. Right: superwords, with a space between two other "
        "characters."
        + (f"{took}{found[more].superword_tokens:.0%} of its tokens." if found[more].n_superword_tokens else "")
    )


def _chart(found: dict[Trained, Spent], key: str, share: Callable[[Spent], float], what: str) -> Chart:
    made = list(found)

    def value_of(one: Trained) -> Ends:
        return share(found[one]), nan, nan

    lines = size_lines(made, value_of, f"%{{y:.1%}} of the {what}")
    most = max(made, key=lambda one: share(found[one]))
    return Chart(
        f"train_{key}",
        by_size(made, lines, f"share of {what}", tickformat=".0%", rangemode="tozero"),
        f"Share of {what} by size of the vocabulary; the most has {label_of(most, made)} entries, "
        f"{share(found[most]):.0%}.",
        lambda: _table(found),
    )


def _table(found: dict[Trained, Spent]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Trainer": [run_name(one, list(found)) for one in found],
            "Entries": [one.n_vocabulary for one in found],
            "For text": [each.n_entries for each in found.values()],
            "Never used": [each.n_unused for each in found.values()],
            "Superwords": [each.n_superwords for each in found.values()],
            "Tokens measured": [each.n_tokens for each in found.values()],
            "Superwords among them": [each.n_superword_tokens for each in found.values()],
        }
    )


VIEW = View(
    name="use",
    label="Use of entries",
    place=20,
    draw=draw,
    about="How many entries text not seen never uses, and how many go over spaces.",
)
