"""How long training took, by size."""

from math import nan

import pandas as pd
import streamlit as st

from components.charts.chart import Chart
from components.training.charts import by_size, size_lines
from components.training.context import TrainingContext
from components.training.figure import show
from components.training.looks import label_of, run_name
from components.widgets.view import View
from core.common.numbers import size


def draw(context: TrainingContext) -> None:
    """Seconds by size."""
    made = context.made
    slowest = max(made, key=lambda one: one.seconds)
    lines = size_lines(made, lambda one: (one.seconds, nan, nan), "%{y:.2f} s")
    show(
        Chart(
            "train_time",
            by_size(made, lines, "seconds", type="log", dtick=1),
            f"Seconds of training by size of the vocabulary; the most took {label_of(slowest, made)}, "
            f"{slowest.seconds:.1f}.",
            lambda: pd.DataFrame(
                {
                    "Trainer": [run_name(one, made) for one in made],
                    "Entries": [one.n_vocabulary for one in made],
                    "Seconds": [one.seconds for one in made],
                    "Trained on, bytes": [one.whole.n_bytes for one in made],
                }
            ),
        )
    )
    st.caption(
        f"By the clock, of training alone, on {size(made[0].whole.n_bytes)} of text, on the machine where "
        "it was trained; what else that machine did is in it. What sizes share, such as the words of the text or what "
        "Less is Better reads, counts with the first."
    )


VIEW = View(name="time", label="Time", place=60, draw=draw, about="How long training took.")
