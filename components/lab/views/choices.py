"""How often each model finds the right continuation, language by language."""

import pandas as pd
import streamlit as st

from components.frame.errors import plain
from components.lab.context import LabContext
from components.lab.dots import dots
from components.lab.figure import show
from components.widgets.view import View
from core.evaluation.results import Table
from core.lab.outcome import Outcome
from core.stats.number import Number

_MEASURE = "multiple_choice"
_ALL = "All items"


def draw(context: LabContext) -> None:
    """Accuracies with intervals, what was won and lost in words, and the items."""
    measured = [o for o in context.result.outcomes if _MEASURE in o.measures]
    tables = {o.name: t for o in measured if (t := o.table(_MEASURE, "languages")) is not None}
    names = [context.language(code) if code else _ALL for code in next(iter(tables.values())).words("language")]
    chance = float(measured[0].measures[_MEASURE].facts["chance"])
    values = {name: _numbers(table) for name, table in tables.items()}
    alt = f"Share of right choices of {len(tables)} models, over all items and by language."
    show(dots(context, "choices", names, values, "Share of right choices", alt, references={"chance": chance}), context)
    for sentence in filter(None, (_against_original(context, o) for o in measured)):
        st.caption(plain(sentence))
    _items(context, measured)


def _numbers(table: Table) -> list[Number]:
    columns = (table.numbers(f"model_accuracy{end}").tolist() for end in ("", "_low", "_high"))
    return [Number(*row) for row in zip(*columns, strict=True)]


def _against_original(context: LabContext, outcome: Outcome) -> str:
    facts = outcome.measures[_MEASURE].facts
    if outcome.role == "original" or "lost" not in facts:
        return ""
    return (
        f"{context.names[outcome.name]} gets {facts['lost']} of {facts['n_items']} items wrong that the original gets "
        f"right, and {facts['won']} the other way round (McNemar's exact test: p = {facts['p']:.2g})."
    )


def _items(context: LabContext, measured: list[Outcome]) -> None:
    with st.expander("The items, and what was chosen", icon=":material/quiz:"):
        table = measured[0].table(_MEASURE, "items")
        assert table is not None, "made with the other"
        frame = pd.DataFrame(
            {
                "Language": [context.language(code) for code in table.words("language")],
                "Kind": table.words("kind"),
                "Beginning": table.words("prompt"),
                "Right": table.words("answer"),
            }
        )
        for outcome in measured:
            mine = outcome.table(_MEASURE, "items")
            if mine is not None:
                frame[context.names[outcome.name]] = mine.words("model_choice")
        st.dataframe(frame, hide_index=True, key="choices_items", placeholder="–")


VIEW = View(
    group="Text",
    label="Multiple choice",
    place=2,
    about=(
        "Each model chooses how short sentences go on: plain facts, grammar and sense, in six languages, by the fewest "
        "bits per byte. The items are our own and few, so intervals are wide: they show damage, not fine differences."
    ),
    draw=draw,
    measure=_MEASURE,
)
