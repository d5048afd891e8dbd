"""How far the distribution of the next byte has moved from the original's."""

from math import isnan

import streamlit as st

from components.lab.by_language import by_language
from components.lab.context import LabContext
from components.lab.figure import show
from components.widgets.view import View
from core.common.numbers import count
from core.lab.outcome import Outcome

_MEASURE = "next_byte_agreement"
# Of each number: its column, the axis, where nothing has changed.
_NUMBERS = {
    "KL": ("kl", "KL divergence from the original, bits", 0.0),
    "JS": ("js", "Jensen-Shannon divergence, bits", 0.0),
    "Same favourite": ("top_1_agreement", "Share of places where both put the same byte first", 1.0),
    "True byte": ("probability_of_true_byte", "Mean probability of the byte that comes", None),
}


def draw(context: LabContext) -> None:
    """The chosen number by language, with the floors that even good models come to."""
    chosen = st.segmented_control(
        "Number", list(_NUMBERS), default="KL", required=True, key="lab_next_byte", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    column, title, zero = _NUMBERS[chosen]
    measured = [o for o in context.result.outcomes if _MEASURE in o.measures]
    references = {"floor: original, cut otherwise": value} if (value := _floor(measured, column)) is not None else {}
    chart = by_language(context, "agreement", _MEASURE, column, title, title, zero, references)
    if chart is not None:
        show(chart, context)
    st.caption(_coverage(measured))


def _floor(measured: list[Outcome], column: str) -> float | None:
    """What the original comes to against itself when it reads the same bytes cut as the new tokenizer cuts."""
    for outcome in measured:
        table = outcome.table(_MEASURE, "floors")
        if outcome.anchor or table is None:
            continue
        for row, model in enumerate(table.words("model")):
            if model.startswith("original") and not isnan(value := float(table.numbers(column)[row])):
                return value
    return None


def _coverage(measured: list[Outcome]) -> str:
    transplants = [o for o in measured if not o.anchor]
    if not transplants:
        return "It is compared where both tokenizers begin a token."
    one = transplants[0]
    share, n = one.number(_MEASURE, "coverage").value, int(one.measures[_MEASURE].facts.get("n_places", 0))
    places = f"{count(n)} place" if n == 1 else f"{count(n)} places"
    return (
        f"Compared at {places} where both tokenizers begin a token: {share:.0%} of the original's boundaries. "
        "The dashed line is the floor: the original against itself on the same bytes, cut where the new tokenizer "
        "cuts. What lies left of it in divergence cannot be told from a perfect transplant."
    )


VIEW = View(
    group="Agreement",
    label="Next byte",
    place=0,
    about=(
        "After the same bytes, do both models expect the same next byte? The tokens that each predicts are summed by "
        "their first byte, so that models with different tokenizers can be compared. KL and JS are 0 where nothing has "
        "changed."
    ),
    draw=draw,
    measure=_MEASURE,
)
