"""How long training took, and how much memory, by size."""

from collections.abc import Callable, Sequence
from math import isfinite, nan

import pandas as pd
import streamlit as st

from components.charts.chart import Chart
from components.training.charts import by_size, size_lines
from components.training.context import TrainingContext
from components.training.figure import show
from components.training.looks import label_of, run_name
from components.widgets.view import View
from core.common.numbers import size
from core.training.recipe import Trained

_MB = 2**20


def draw(context: TrainingContext) -> None:
    """Seconds by size, and megabytes where they are known."""
    made = context.made
    known = [one for one in made if isfinite(one.peak_bytes)]
    left, right = st.columns(2) if known else (st.container(), st.container())
    with left:
        show(_chart("train_time", made, lambda one: one.seconds, "seconds", "%{y:.2f} s", type="log", dtick=1))
    if known:
        with right:
            show(
                _chart(
                    "train_memory",
                    known,
                    lambda one: one.peak_bytes / _MB,
                    "MB of memory",
                    "%{y:.0f} MB",
                    rangemode="tozero",
                )
            )
    st.caption(
        f"Of training alone, on {size(made[0].whole.n_bytes)} of text, on the machine where it was trained; what else "
        "that machine did is in its seconds, by the clock. What sizes share, such as the words of the text or what "
        "Less is Better reads, counts with the first. Memory is what was taken at most beyond what was there before"
        + (", and is not known of these." if not known else ".")
    )


def _megabytes(one: Trained) -> float:
    return one.peak_bytes / _MB


def _chart(
    key: str, made: Sequence[Trained], value: Callable[[Trained], float], title: str, shown: str, **axis: object
) -> Chart:
    most = max(made, key=value)
    return Chart(
        key,
        by_size(made, size_lines(made, lambda one: (value(one), nan, nan), shown), title, **axis),
        f"{title.capitalize()} of training by size of the vocabulary; the most took {label_of(most, made)}, "
        f"{value(most):.1f}.",
        lambda: pd.DataFrame(
            {
                "Trainer": [run_name(one, made) for one in made],
                "Entries": [one.n_vocabulary for one in made],
                "Seconds": [one.seconds for one in made],
                "Memory, MB": [_megabytes(one) for one in made],
                "Trained on, bytes": [one.whole.n_bytes for one in made],
            }
        ),
    )


VIEW = View(
    name="time",
    label="Time and memory",
    place=60,
    draw=draw,
    about="How long training took, and how much memory it took at most.",
)
