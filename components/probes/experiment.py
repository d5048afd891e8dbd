"""One experiment: what it asks for, its answer, and what one should know of it."""

import shlex
from contextlib import suppress

import streamlit as st

from components.frame.errors import plain, show_error, user_errors
from components.probes.context import ProbeContext
from components.probes.form import ask, command, is_for_a_file
from components.probes.gallery import go_to
from components.probes.linked import EXPLORE, LINKED, MODE, PREDICT, PROBE, is_whole, parameters
from components.probes.view import VIEWS, ProbeView
from components.widgets import names
from components.widgets.how_to_read.component import how_to_read
from components.widgets.page_link.component import page_link
from components.widgets.pickers import TOKENIZERS, tokenizers_in_link
from core.common.errors import UserError
from core.common.program import PROGRAM

_MODES = {EXPLORE: "Explore", PREDICT: "Predict first"}
_LONGEST_COMMAND = 2_000  # characters


def opened() -> ProbeView | None:
    """The experiment that the address names; None for the gallery, above which an unknown name is said."""
    key = st.query_params.get(PROBE)
    if not key:
        return None
    with user_errors():
        return VIEWS.get(key)
    return None


def experiment(view: ProbeView) -> None:
    """All of it."""
    predicts = _head(view)
    try:
        asked = ask(view)
    except UserError as error:
        asked = None
        show_error(error)
    if asked is not None:
        given, called = asked
        context = ProbeContext(view.probe, given, called, predicts, st.context.theme.type == "dark")
        with user_errors():
            view.draw(context)
        _about(view, context)
    _link(view, list(asked[1]) if asked else [])


def _head(view: ProbeView) -> bool:
    """The way back and on, the question, and whether one predicts first."""
    with st.container(horizontal=True, vertical_alignment="center", key="probe_head"):
        st.button("All probes", icon=":material/arrow_back:", type="tertiary", on_click=go_to, args=("",))
        following = _next(view)
        st.button(
            f"Next: {following.label}", icon=":material/arrow_forward:", type="tertiary", on_click=go_to,
            args=(following.name,), key="next_probe",
        )  # fmt: skip
        mode = LINKED.choice(
            "Mode", _MODES, MODE, "Predict first hides the answer until you have guessed. The link sets the exercise.",
            label_visibility="collapsed",
        )  # fmt: skip
    how_to_read(f"Probes: {view.label}", view.probe.question, more=False, key=f"about_{view.name}")
    return mode == PREDICT


def _next(view: ProbeView) -> ProbeView:
    views = [*VIEWS.all().values()]
    return views[([one.name for one in views].index(view.name) + 1) % len(views)]


def _about(view: ProbeView, context: ProbeContext) -> None:
    """What would make the answer wrong, where it comes from, and the same on the command line."""
    st.markdown(f"**What would make this wrong.** {plain(context.probe.caution)}")
    st.caption(f"Source: {plain(context.probe.source)}")
    with suppress(UserError):  # said above
        asked, given = context.probe.asked, view.as_asked(context)
        words = shlex.join(command(PROGRAM, context.probe.key, asked, given))
        if len(words) <= _LONGEST_COMMAND:
            files = [f"{one.key}.txt" for one in asked if is_for_a_file(one, given.get(one.key))]
            st.caption(", the text saved as ".join(["The same on the command line", *files]))
            st.code(words, language="bash", wrap_lines=True)


def _link(view: ProbeView, specs: list[str]) -> None:
    address = {TOKENIZERS: tokenizers_in_link(specs), names.PARAMETER: names.in_link(specs)} if specs else {}
    note = "" if is_whole(view.name) else "This text is too long for a link: the link restores everything but the text."
    page_link(address | parameters(view.name), note, key="probe_link")
