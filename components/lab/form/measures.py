"""What is measured, how often, and how long it may take."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from components.frame.errors import plain
from components.lab.form.params import param_controls
from components.lab.form.state import usual
from core.lab.plan import MOST_SEEDS, Choice

if TYPE_CHECKING:
    from core.evaluation.base import Evaluator


def ask_measures(known: "Mapping[str, Evaluator]") -> tuple[tuple[Choice, ...], int, float]:
    """(measures, empty for the quick default; number of seeds; minutes that it may take, 0 for any)."""
    quick = [key for key, one in known.items() if one.quick]
    usual("lab_measures", quick)
    n = len(st.session_state["lab_measures"])
    with st.popover(f"{n} measure{'' if n == 1 else 's'}", icon=":material/straighten:", width="content"):
        chosen = st.multiselect(
            "Measures",
            list(known),
            key="lab_measures",
            format_func=lambda key: known[key].label,
            help="Those chosen at first share one reading of the texts. None chosen means these.",
            persist_state="session",
        )
        choices = []
        for key in chosen:
            params = {}
            if not known[key].quick:
                st.caption(plain(f"{known[key].label} costs {known[key].cost}."))
                if known[key].params:
                    with st.expander(plain(f"{known[key].label}: settings")), st.container(horizontal=True):
                        params = param_controls(key, known[key].params)
            choices.append(Choice(key, params))
        with st.container(horizontal=True):
            usual("lab_seeds", 1)
            seeds = st.number_input(
                "Seeds", 1, MOST_SEEDS, key="lab_seeds", persist_state="session", width=150,
                help="Each method runs once with each; only some methods draw by chance.",
            )  # fmt: skip
            usual("lab_minutes", 0.0)
            minutes = st.number_input(
                "Minutes at most", 0.0, 10_000.0, key="lab_minutes", persist_state="session", width=150, format="%g",
                help="0 for any time. A plan that takes longer by the estimate says what to leave out.",
            )  # fmt: skip
    usual_ones = set(chosen) == set(quick) and not any(choice.params for choice in choices)
    return (() if usual_ones else tuple(choices)), int(seeds), float(minutes)
