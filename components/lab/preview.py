"""Before a comparison runs: what both vocabularies share, what must be made up, how long it will take."""

import pandas as pd
import streamlit as st

from components.frame.errors import plain
from core.common.numbers import count, duration, roughly, size
from core.lab.foreseen import Estimate, Look
from core.lab.setting import Setting

_CLASSES = 8


def before(look: Look) -> None:
    """Three columns: what is shared, what must be made, what it takes."""
    if look.uncounted:
        st.warning(plain(look.uncounted), icon=":material/rule:")
    shared, made, takes = st.columns([6, 6, 7])  # names of models are long
    with shared:
        _shared(look.setting)
    with made:
        _made(look.setting)
    with takes:
        _takes(look.estimate)
    _shorter(look.estimate)
    for remark in look.setting.remarks:
        st.caption(plain(remark))


def _shared(setting: Setting) -> None:
    st.markdown("**Shared tokens**")
    n = setting.tokenizer.n_tokens
    rows = [
        ("by their bytes", setting.n_same_bytes),
        ("by the strings of their files", setting.n_same_strings),
        ("by strings, word starts alike", setting.n_same_normalised),
    ]
    st.dataframe(
        pd.DataFrame(
            {
                "Compared": [words for words, _ in rows],
                "Tokens": [None if k is None else k for _, k in rows],
                "Share": [None if k is None or not n else k / n for _, k in rows],
            }
        ),
        hide_index=True,
        key="lab_shared",
        column_config={
            "Tokens": st.column_config.NumberColumn(format="localized"),
            "Share": st.column_config.NumberColumn(format="percent"),
        },
        placeholder="–",
    )
    st.caption(f"Of {count(n)} tokens of {plain(setting.tokenizer.label)}. Rows are matched by their bytes.")


def _made(setting: Setting) -> None:
    st.markdown("**Rows to make up**")
    classes = setting.classes
    frame = pd.DataFrame(
        {
            "Class": classes.words("class"),
            "Tokens": classes.numbers("n_tokens"),
            "To make": classes.numbers("n_made"),
        }
    )
    st.dataframe(
        frame[frame["To make"] > 0].head(_CLASSES), hide_index=True, key="lab_made",
        column_config={
            "Class": st.column_config.TextColumn(width=180),
            "Tokens": st.column_config.NumberColumn(format="localized", width=65),
            "To make": st.column_config.NumberColumn(
                format="localized", width=72, help="Tokens that the old vocabulary lacks."
            ),
        },
        placeholder="–",
    )  # fmt: skip


def _takes(estimate: Estimate) -> None:
    most = f" to {duration(estimate.at_most)}" if estimate.at_most else ""
    st.markdown(f"**About {duration(estimate.seconds)}{most}**, {size(estimate.memory_mb * 2**20)} of memory")
    st.dataframe(
        pd.DataFrame(
            {
                "Stage": [stage.name for stage in estimate.stages],
                "Takes": [
                    f"up to {roughly(stage.at_most)}" if stage.at_most else roughly(stage.seconds)
                    for stage in estimate.stages
                ],
            }
        ),
        hide_index=True,
        key="lab_stages",
        column_config={"Takes": st.column_config.TextColumn(width=140)},
        placeholder="–",
    )
    more = " The longer time is that of the dearest values that hidden tokens may choose." if most else ""
    st.caption(f"Arithmetic from the speed of this machine, right within a factor of two or three.{more}")


def _shorter(estimate: Estimate) -> None:
    """What goes beyond the time that was given, and what to leave out."""
    if estimate.over_budget:
        st.warning(
            f"About {duration(estimate.over_budget)} beyond the time that you gave. What to leave out stands below.",
            icon=":material/timer:",
        )
    if estimate.shorter:
        over = bool(estimate.over_budget)
        with st.expander("What a shorter run would leave out", icon=":material/timer:", expanded=over):
            for one in estimate.shorter:
                st.markdown(f"- **{plain(one.what)}** saves {roughly(one.seconds)}. {plain(one.loses)}")
