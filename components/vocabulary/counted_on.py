"""On which text tokens are counted: shipped sentences, a corpus that opens here, or a text of the user's own."""

from collections.abc import Callable

import streamlit as st

from components.cached import vocabulary as cached
from components.frame.errors import plain
from components.runs.count_corpus import SAMPLE, corpora
from components.vocabulary.linked import LINKED
from components.widgets.own_texts import KEPT, text_name, text_typer, text_uploader
from core.common.settings import settings
from core.corpora.text_uploads import as_corpus

CORPUS = "counted_on"  # in the session and in the link
SHIPPED = "the shipped sentences in many languages"
_OWN, _NEXT, _TURN = "counted_own_texts", "counted_on_next", "counted_on_turn"
_LONGEST_SPEC, _LONGEST_NAME = 300, 22


def counted_on() -> str:
    """Spec of the corpus, from a popover that takes the user's own text too; one choice for all views."""
    state = st.session_state
    LINKED.text(CORPUS, SAMPLE, _LONGEST_SPEC)
    if (following := state.pop(_NEXT, None)) is not None:
        state[CORPUS], state[_TURN] = following, state.get(_TURN, 0) + 1
    known = _known(state[CORPUS])
    name = known[state[CORPUS]]
    with st.popover(
        plain(f"Text: {name if len(name) <= _LONGEST_NAME else f'{name[:_LONGEST_NAME]}…'}"),
        icon=":material/article:",
        help="The text that tokens are counted on, and a way to bring your own",
        key=f"counted_on_{state.get(_TURN, 0)}",  # the one in which a text was brought is open, and goes
    ):
        spec: str = st.selectbox(
            "Tokens are counted on", list(known), key=CORPUS, format_func=known.__getitem__, persist_state="session"
        )
        _bring()
    return spec


def said_of(spec: str) -> str:
    """The corpus as it stands in a sentence, and how much of it is counted where that is not all.

    Raises:
        UserError: it cannot be opened.
    """
    return SHIPPED if spec == SAMPLE else cached.counted_text(spec).label


def _known(chosen: str) -> dict[str, str]:
    """Label by spec of what there is, and of what the link names."""
    own: list[str] = st.session_state.get(_OWN, [])
    found = corpora() | {spec: text_name(spec) for spec in own if settings().uploads}
    return found if chosen in found else found | {chosen: text_name(chosen)}


def _bring() -> None:
    """Take a text, uploaded or typed; the next run counts on it."""
    if not settings().uploads:
        return
    ways: tuple[Callable[[], str], ...] = (
        lambda: text_uploader("counted", "A text of your own", f"UTF-8, its lines one by one. {KEPT}"),
        lambda: text_typer("counted", "Or type it", "Count on it"),
    )
    for way in ways:
        if spec := way():
            spec = as_corpus(spec)
            st.session_state[_OWN] = [*dict.fromkeys([*st.session_state.get(_OWN, []), spec])]
            st.session_state[_NEXT] = spec
            st.rerun()
