"""All methods and all measures in one table, with what cannot be told apart marked, and the definitions below."""

from collections.abc import Sequence
from math import isnan

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components.charts.take_away import take_away
from components.lab.context import LabContext
from components.lab.figure import provenance_of
from components.widgets.view import View
from core.lab.differences import parts_of
from core.lab.key_picture_points import ComparisonTable, comparison_table
from core.lab.outcome import Outcome
from core.lab.verdict import said
from core.stats.number import Number

_LETTER, _AROUND, _LEAST, _WIDEST = 7.0, 20, 120, 420  # px: of a letter, of the edges, of the column
_LOST = "Does not beat controls in"
_ROLE = {"original": "no transplant", "donor": "native donor", "method": "method", "control": "control"}


def draw(context: LabContext) -> None:
    """The table; a click on a column sorts."""
    found = comparison_table(context.result)
    frame = numbers(context, found)
    config: dict[str, ColumnConfig] = {
        "Model": st.column_config.TextColumn(pinned=True, width=_wide(frame["Model"])),
        "Bits per byte, mean over languages": st.column_config.NumberColumn(
            format="%.3f",
            help="Each language weighs the same, texts without a language by domain; seeds averaged. What methods are "
            "ranked and tested by. Lower is better.",
        ),
        "Against the best": st.column_config.TextColumn(
            help="Paired test over texts, 5 % after Holm's correction: whether it can be told from the method that "
            "reads best."
        ),
        "Beats controls": st.column_config.TextColumn(
            help="Whether it reads better than every control, beyond chance, over all texts, and in how many of the "
            "languages and domains; the last column names those in which it does not.",
        ),
        _LOST: st.column_config.TextColumn(width="large"),
    }
    for n, (key, number) in enumerate(found.columns):
        measure = context.result.evaluators[key].label
        config[_heading(found, n)] = st.column_config.NumberColumn(
            format="%.3f", help=f"{measure}: {number.text} {_direction(number.better)}"
        )
    st.dataframe(frame, hide_index=True, column_config=config, key="standing_table", placeholder="–")
    take_away("standing", f"transplant-table-{context.job.key[:8]}", lambda: provenance_of(context), "All measures",
              lambda: frame, None)  # fmt: skip
    reasons = _reasons(context, found)
    if reasons:
        with st.expander("Why some numbers are missing", icon=":material/help:"):
            st.markdown("\n".join(f"- {reason}" for reason in reasons))
    with st.expander("What the measures mean", icon=":material/info:"):
        st.markdown(
            "\n\n".join(
                f"**{about.label}**: {about.definition} *{about.source}*"
                for about in context.result.evaluators.values()
            )
        )


def numbers(context: LabContext, found: ComparisonTable) -> pd.DataFrame:
    """A row per model, a column per number, and its interval where it has one."""
    columns: dict[str, list[object]] = {
        "Model": [context.names[row.name] for row in found.rows],
        "Role": [_ROLE[row.role] for row in found.rows],
        "Bits per byte, mean over languages": [context.verdict.macro.get(row.entrant) for row in found.rows],
        "Against the best": [_against_best(context, row) for row in found.rows],
        "Beats controls": [_beats(context, row) for row in found.rows],
    }
    for n in range(len(found.columns)):
        heading, mine = _heading(found, n), [row[n] for row in found.numbers]
        columns[heading] = [each.value for each in mine]
        if any(not isnan(each.low) for each in mine):
            columns[f"{heading}, 95 %"] = [_interval(each) for each in mine]
    if any(context.verdict.beaten_in.values()):
        columns[_LOST] = [", ".join(map(said, context.verdict.beaten_in.get(row.entrant, ()))) for row in found.rows]
    return pd.DataFrame(columns)


def _wide(names: Sequence[str]) -> int:
    """Pixels for the longest of these names, as far as leaves room beside them."""
    return min(_WIDEST, max(_LEAST, round(_LETTER * max(map(len, names))) + _AROUND))


def _heading(found: ComparisonTable, n: int) -> str:
    """A column's words, with the measure's where two columns share them."""
    label = found.columns[n][1].label
    alike = [key for key, number in found.columns if number.label == label]
    return label if len(alike) == 1 else f"{label} ({found.columns[n][0].replace('_', ' ')})"


def _interval(number: Number) -> str:
    return "" if isnan(number.low) else f"[{number.low:.3f}, {number.high:.3f}]"


def _against_best(context: LabContext, row: Outcome) -> str:
    verdict, name = context.verdict, row.entrant
    if row.role != "method" or not verdict.best:
        return ""
    if name == verdict.best:
        return "best"
    if name in verdict.untested:
        return "not tested"
    return "not told apart" if name in verdict.tied else "worse"


def _beats(context: LabContext, row: Outcome) -> str:
    beats = context.verdict.beats.get(row.entrant)
    if row.role != "method" or row.entrant not in context.verdict.beats:
        return ""
    n, n_lost = len(parts_of(context.setting)), len(context.verdict.beaten_in[row.entrant])
    there = f", in {n - n_lost} of {n}" if n and n_lost else ""
    return {True: f"yes{there}", False: "no", None: "not tested"}[beats]


def _direction(better: str) -> str:
    return {"lower": "Lower is better.", "higher": "Higher is better."}.get(better, "")


def _reasons(context: LabContext, found: ComparisonTable) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for row, mine in zip(found.rows, found.numbers, strict=True):
        for (key, _), number in zip(found.columns, mine, strict=True):
            if isnan(number.value) and number.reason:
                reasons.setdefault(f"{context.result.evaluators[key].label}: {number.reason}", []).append(
                    context.names[row.name]
                )
    return [f"{reason} ({', '.join(dict.fromkeys(models))})" for reason, models in reasons.items()]


VIEW = View(
    group="Table",
    label="Table",
    place=0,
    about=(
        "Every model with every number that was measured. A method that is not told apart from the best may be as "
        "good; one that does not beat the controls has made rows worth no more than chance. Bits per byte: "
        "what it needs on average to guess the next byte, so that models with different tokenizers can be compared."
    ),
    draw=draw,
)
