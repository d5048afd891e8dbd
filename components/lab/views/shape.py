"""The shape of both matrices, made and shared rows apart: direction, spread, neighbours, loudness."""

from math import isnan

import streamlit as st

from components.lab.context import LabContext
from components.lab.dots import dots
from components.lab.figure import show
from components.widgets.view import View
from core.evaluation.results import Table
from core.stats.number import Number

_MEASURE = "embeddings"
_SUMMARIES = {
    "Mean cosine": (
        "mean_cosine", "Mean cosine of two rows",
        "Near 0, rows point into all directions alike. New rows that all point the same way are hard to tell apart.",
    ),
    "Effective rank": (
        "effective_rank", "Effective rank, dimensions",
        "How many directions the rows really use; at most the width of the model.",
    ),
    "Neighbours kept": (
        "neighbour_jaccard", "Jaccard index with the donor's ten nearest",
        "Which of a new token's nearest tokens in the donor are still its nearest here: 1 for all of them.",
    ),
    "Loudness": (
        "mean_logit", "Mean logit, nats",
        "How strongly rows of the head speak up whatever the text. New rows above shared ones are predicted too often "
        "(head bias).",
    ),
    "Length": ("median_norm", "Median length of a row", "Long rows of the head win too often; short ones are lost."),
}  # fmt: skip
_GROUPS = {"new": "new rows", "shared": "shared rows"}


def draw(context: LabContext) -> None:
    """One number of both matrices, new and shared rows."""
    chosen = st.segmented_control(
        "Number", list(_SUMMARIES), default="Mean cosine", required=True, key="lab_shape", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    column, title, says = _SUMMARIES[chosen]
    tables = {o.name: t for o in context.result.transplants if (t := o.table(_MEASURE, "summary")) is not None}
    cells = [(side, group) for side in ("input", "output") for group in _GROUPS]
    values = {name: [_at(table, column, *cell) for cell in cells] for name, table in tables.items()}
    there = [n for n in range(len(cells)) if any(not isnan(numbers[n].value) for numbers in values.values())]
    if not there:
        st.info("There is no such number here.", icon=":material/help:")
        return
    rows = [f"{cells[n][0].capitalize()}, {_GROUPS[cells[n][1]]}" for n in there]
    kept = {name: [numbers[n] for n in there] for name, numbers in values.items()}
    show(dots(context, "shape", rows, kept, title, f"{title} of the rows of {len(kept)} models."), context)
    st.caption(says)


def _at(table: Table, column: str, side: str, group: str) -> Number:
    found = table.where(side=side, group=group)
    return Number(float(table.numbers(column)[found[0]])) if len(found) else Number(float("nan"))


VIEW = View(
    group="Matrices",
    label="Shape",
    place=2,
    about=(
        "A row is a list of numbers, a direction with a length, and a matrix is a cloud of them. Rows that were made "
        "should look like rows that were trained."
    ),
    draw=draw,
    measure=_MEASURE,
)
