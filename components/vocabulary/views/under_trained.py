"""Which tokens a language model hardly knows: its rows against those of unused ids, and what it can repeat."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import CONFIG, Chart, finish
from components.frame.errors import plain
from components.runs.job_panel import finished_result
from components.vocabulary.context import VocabularyContext
from components.vocabulary.linked import LINKED
from components.widgets.chips import piece_shown
from components.widgets.model_box import model_box, model_name
from components.widgets.save_table import save_table
from components.widgets.view import View
from core.common.numbers import count
from core.export.csv import safe_cell
from core.jobs.store.files import Result
from core.models.under_trained.job import KIND, params_of

if TYPE_CHECKING:
    from core.models.under_trained.find import TokenAsked

_MODEL = "under_trained_model"  # in the session and in the link
_SHARE = 0.02
_MOST_POINTS, _HEIGHT = 4_000, 380
_UNUSED, _OTHERS, _CANDIDATES, _VERIFIED = "#e69f00", "#9aa5b1", "#3a87c8", "#d1495b"


def draw(context: VocabularyContext) -> None:
    """A model, the job that looks at it, and what it found."""
    model = model_box(LINKED, _MODEL)
    if not model:
        st.info("Choose a model whose rows are to be looked at.", icon=":material/dictionary:")
        return
    label = f"Under-trained tokens of {model_name(model)}"
    result = finished_result(KIND, params_of(model, _SHARE), (), label, "Find its under-trained tokens", _MODEL)
    if result is None:
        st.caption(
            "Found are tokens whose rows look like those of ids that no text uses; the model is then asked to repeat "
            "each of the 2 % that look so most. Reading rows takes seconds, asking takes seconds for the shipped "
            "models and some twenty minutes of a processor for SmolLM2-135M. It goes on when this tab is closed."
        )
        return
    _found(result, context.dark)


def _found(result: Result, dark: bool) -> None:
    from core.jobs.result_codec import restored
    from core.models.under_trained.find import VERIFIED, UnderTrained
    from core.models.under_trained.indicators import IN_WORDS

    found = restored(UnderTrained, result)
    st.markdown(
        f"**{count(len(found.verified))} of {count(len(found.candidates))} candidates verified**, of "
        f"{count(int(found.compared.sum()))} tokens. Of {len(found.controls)} other tokens, drawn by chance, the model "
        f"can say {found.n_controls_said}."
    )
    for note in found.notes:
        st.warning(plain(note), icon=":material/info:")
    ids = np.flatnonzero(found.compared)
    draws = np.sort(np.random.default_rng(0).permutation(ids)[:_MOST_POINTS])
    groups = (
        ("other tokens", draws[found.values[draws] > found.threshold], _OTHERS, 3),
        ("known to be unused", found.unused, _UNUSED, 6),
        ("candidates", np.array([t.id for t in found.candidates if not t.verified], np.int64), _CANDIDATES, 5),
        ("verified", np.array([t.id for t in found.verified], np.int64), _VERIFIED, 5),
    )
    figure = go.Figure(
        [
            go.Scatter(
                name=f"{name} ({count(len(at))})",
                x=at,
                y=found.values[at],
                mode="markers",
                marker={"color": colour, "size": size},
                hovertemplate="id %{x}: %{y:.4f}<extra></extra>",
            )
            for name, at, colour, size in groups
            if len(at)
        ]
    )
    finish(figure, _HEIGHT, showlegend=True, xaxis={"title": "id"}, yaxis={"title": found.indicator})
    figure.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"})
    rows = candidates_table(found.candidates)
    chart = Chart(
        "under_trained",
        figure,
        f"Indicator of each token by id; {len(found.verified)} candidates verified.",
        lambda: rows,
        columns={
            "Indicator": st.column_config.NumberColumn(format="%.4f"),
            "Probability": st.column_config.NumberColumn(format="%.2e"),
        },
    )
    st.plotly_chart(chart.figure, key=chart.key, config=CONFIG, alt=chart.alt)
    st.dataframe(rows, column_config=dict(chart.columns), hide_index=True, placeholder="–", key="under_trained_table")
    save_table(lambda: rows, "under_trained", label="Candidates as CSV")
    st.caption(
        f"Indicator: {IN_WORDS[found.indicator]}; lower looks less trained. Candidates are the lowest 2 %; verified "
        f"are those to which the model gives a probability under {VERIFIED} in all of three prompts that ask it to "
        f"repeat the token. Known to be unused: {', '.join(f'{n} {why}' for why, n in found.why_unused)}. "
        "Source: Land & Bartolo 2024, Fishing for Magikarp."
    )


def candidates_table(candidates: "Sequence[TokenAsked]") -> pd.DataFrame:
    """A row for each candidate, what is invisible in it named."""
    return pd.DataFrame(
        {
            "Id": [t.id for t in candidates],
            "Token": [safe_cell(piece_shown(bytes.fromhex(t.piece))) for t in candidates],
            "Indicator": [t.indicator for t in candidates],
            "Probability": [t.probability for t in candidates],
            "Grade": [t.grade for t in candidates],
            "Verified": [t.verified for t in candidates],
        }
    )


VIEW = View(
    name="under_trained",
    label="Under-trained",
    place=90,
    draw=draw,
    about="Tokens that a language model hardly met in its training: found by their rows, verified by asking for them.",
)
