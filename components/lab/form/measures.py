"""What is measured, how often, and how long it may take."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from components.frame.errors import plain, show_error
from components.lab.form.params import param_controls, say_unknown
from components.lab.form.state import usual
from components.widgets.typed_number import number_field, within
from core.common.errors import UserError, shown
from core.lab.plan import MOST_SEEDS, Choice
from core.lab.sweep import seeds_of

if TYPE_CHECKING:
    from core.evaluation.base import Evaluator


def ask_measures(
    known: "Mapping[str, Evaluator]", absent: Mapping[str, str]
) -> tuple[tuple[Choice, ...], tuple[int, ...], float]:
    """(measures, empty for the quick default; seeds, none where they cannot be read; minutes, 0 for any).

    Args:
        absent: how to install what more measures need, by their keys.
    """
    quick = [key for key, one in known.items() if one.quick]
    usual("lab_measures", quick)
    _without_unknown(known, absent)
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
        for how in absent.values():
            st.caption(plain(how))
        choices = []
        for key in chosen:
            params = {}
            say_unknown(key, known[key].params)
            if not known[key].quick:
                st.caption(plain(f"{known[key].label} costs {known[key].cost}."))
            if known[key].params:
                with st.expander(plain(f"{known[key].label}: settings")), st.container(horizontal=True):
                    params = param_controls(key, known[key].params)
            choices.append(Choice(key, params))
        with st.container(horizontal=True):
            usual("lab_seeds", "0")
            seeds = st.text_input(
                "Seeds", key="lab_seeds", persist_state="session", width=150, max_chars=200, placeholder="0, 1, 2",
                help=f"Up to {MOST_SEEDS} whole numbers with commas between. Each method runs once with each; only "
                "some methods draw by chance.",
            )  # fmt: skip
            usual("lab_minutes", 0.0)
            label = "Minutes at most"
            minutes = number_field(
                label, "lab_minutes", 0.0, within(label, 0, 10_000), width=150,
                help="0 for any time. A plan that takes longer by the estimate says what to leave out.",
            )  # fmt: skip
    usual_ones = set(chosen) == set(quick) and not any(choice.params for choice in choices)
    return (() if usual_ones else tuple(choices)), _read(seeds), minutes


def _read(seeds: str) -> tuple[int, ...]:
    try:
        return seeds_of(seeds)
    except UserError as error:
        show_error(error)
        return ()


def _without_unknown(known: "Mapping[str, Evaluator]", absent: Mapping[str, str]) -> None:
    """A plan of another version, or of another installation, may name what is not here; that is said."""
    asked = st.session_state["lab_measures"]
    unknown = [key for key in asked if key not in known]
    if unknown:
        how = " ".join(absent[key] for key in unknown if key in absent)
        said = f"There is no measure {shown(', '.join(unknown))} here, so the plan is without it. {how}"
        show_error(UserError(said.strip()))
        st.session_state["lab_measures"] = [key for key in asked if key in known]
