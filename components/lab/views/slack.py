"""What a model gives to other ways of cutting the same text."""

from math import isnan, log

import numpy as np
import pandas as pd
import streamlit as st

from components.lab.context import LabContext
from components.lab.dots import figures
from components.lab.figure import show
from components.widgets.view import View

_MEASURE = "segmentation_slack"


def draw(context: LabContext) -> None:
    """Slack per model, and the stretches with most of it."""
    measured = [o for o in context.result.outcomes if _MEASURE in o.measures]
    before = next((v for o in measured if not isnan(v := o.number(_MEASURE, "original_slack").value)), None)
    references = {} if before is None else {"the original": before}
    show(figures(context, "slack", _MEASURE, {"All texts": "slack"}, "Slack, bits per byte", 0.0, references), context)
    name = st.selectbox(
        "Stretches with most of it for",
        [o.name for o in measured if not o.anchor] or [o.name for o in measured],
        format_func=lambda name: context.names[name],
        key="lab_slack",
        width=260,
    )
    table = context.result.outcome(name).table(_MEASURE, "model")
    if table is None or "log_all" not in table.columns:
        return
    slack = (table.numbers("log_all") - table.numbers("log_canonical")) / log(2)
    order = np.argsort(-slack, kind="stable")
    st.dataframe(
        pd.DataFrame(
            {
                "Text": [bytes.fromhex(table.words("piece_hex")[i]).decode("utf-8", "backslashreplace") for i in order],
                "Language": [context.language(table.words("language")[i]) for i in order],
                "Tokens": table.numbers("n_tokens")[order],
                "Slack, bits": slack[order],
            }
        ),
        hide_index=True,
        key="slack_stretches",
        column_config={"Slack, bits": st.column_config.NumberColumn(format="%.4f")},
        placeholder="–",
    )


VIEW = View(
    group="Agreement",
    label="Slack",
    place=4,
    about=(
        "The tokenizer writes a text in one way, but the model also gives probability to other token sequences that "
        "spell the same bytes. A model trained with its tokenizer has little of it; a transplant may leak there what "
        "it misses."
    ),
    draw=draw,
    measure=_MEASURE,
)
