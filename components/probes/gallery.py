"""The gallery: a card per experiment, with its question, a picture of what it shows, and a sentence."""

from collections.abc import Sequence

import streamlit as st

from components.frame.errors import plain, user_errors
from components.probes.linked import PROBE
from components.probes.view import VIEWS, ProbeView
from components.widgets.how_to_read.component import how_to_read

_SENTENCE = "Small experiments on what cutting text into tokens does, each to try on your own text. Choose one."
_IN_A_ROW = 3


def gallery() -> None:
    """All cards."""
    how_to_read("Probes", _SENTENCE, more=False, key="about_probes")
    views = [*VIEWS.all().values()]
    for at in range(0, len(views), _IN_A_ROW):
        _row(views[at : at + _IN_A_ROW])


def _row(views: Sequence[ProbeView]) -> None:
    for place, view in zip(st.columns(_IN_A_ROW), views, strict=False):
        with place, st.container(border=True, height="stretch", key=f"card_{view.name}"):
            _card(view)


def _card(view: ProbeView) -> None:
    st.subheader(view.label, anchor=False)
    st.markdown(plain(view.about))
    with user_errors():
        st.markdown(view.card(st.context.theme.type == "dark"))
    label = f"Try {view.label.lower()}"
    st.button(label, icon=":material/science:", key=f"open_{view.name}", on_click=go_to, args=(view.name,))


def go_to(probe: str) -> None:
    """Open an experiment, from a callback; an empty name opens the gallery."""
    st.query_params.from_dict({PROBE: probe} if probe else {})  # one step in the browser's history
