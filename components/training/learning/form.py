"""What is asked for when a segmenter is to be learnt: family, seconds, an example line; on the texts chosen above."""

import streamlit as st

from components.frame.errors import plain, user_errors
from components.runs.job_cards import OPENED, session, submit
from components.training.linked import LINKED
from components.training.texts import chosen_texts
from components.widgets.typed_number import typed_number
from core.segmenters.live.job import KIND, learning
from core.segmenters.live.recipe import (
    FAMILIES,
    LEAST_SECONDS,
    MOST_LINE,
    MOST_SECONDS,
    USUAL_SECONDS,
    asked_learning,
)
from core.training.sources import source_label

_NAMED = 4


def learning_form() -> None:
    """The form; its button hands the job in and opens it."""
    texts = chosen_texts()
    names = [source_label(text) for text in texts]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    st.caption(
        "A small segmenter of seven hundred thousand weights learns from the texts chosen under Train your own"
        + (f", {plain(', '.join(names[:_NAMED]))}{more}" if names else "")
        + ", and its cuts of an example line move while you watch. A model on BPE of the same size then learns for the "
        "same time, to compare bits per byte."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        family = LINKED.choice("Family", FAMILIES, "learn_family")
        seconds = typed_number(
            LINKED, "Seconds of a processor", "learn_seconds", USUAL_SECONDS, LEAST_SECONDS, MOST_SECONDS, whole=True,
            width=180, help="For the segmenter, and as many for the model on BPE.",
        )  # fmt: skip
        seed = typed_number(LINKED, "Seed", "learn_seed", 0, 0, 2**31, whole=True, width=110)
    LINKED.text("learn_line", "", MOST_LINE, least=0)
    line = st.text_input(
        "Example line", key="learn_line", max_chars=MOST_LINE, persist_state="session",
        placeholder="Empty: the first line that is kept apart",
    )  # fmt: skip
    if not texts:
        st.info("Choose a text under Train your own.", icon=":material/checklist:")
        return
    if st.button("Learn", icon=":material/play_arrow:", type="primary", key="learn_submit"):
        with user_errors():
            session()
            recipe = asked_learning(family, texts, seconds=int(seconds), line=line or "", seed=int(seed))
            asked = learning(recipe)
            if (job := submit(KIND, asked.params, asked.inputs, asked.label)) is not None:
                st.query_params[OPENED] = job.key
            st.rerun()
