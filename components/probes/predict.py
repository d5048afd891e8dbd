"""Predict first: the answer stays hidden until one has guessed; the exercise is in the link, the answer is not."""

from collections.abc import Callable

import streamlit as st

from components.probes.context import ProbeContext

_GUESSED = "probe_guessed"  # in the session: what the exercise was about, and the guess


def predicted(context: ProbeContext, question: str, ask: Callable[[], str | None]) -> tuple[bool, str | None]:
    """Whether the answer may be seen, and what was guessed; None without a guess.

    Args:
        question: over the controls.
        ask: draws the controls of a guess; gives it, or None as long as there is none.
    """
    if not context.predicts:
        return True, None
    subject = question, tuple(context.given.items())
    seen, guess = st.session_state.get(_GUESSED, (None, None))
    if seen == subject:
        return True, guess
    with st.container(border=True, key="prediction"):
        st.markdown(f"**{question}**")
        guess = ask()
        st.caption("“Copy link” below sets this exercise for others; neither a guess nor the answer is in it.")
        st.button(
            "Reveal", icon=":material/visibility:", type="primary", disabled=guess is None, key="reveal",
            on_click=_reveal, args=(subject, guess),
        )  # fmt: skip
    return False, None


def _reveal(subject: object, guess: str) -> None:
    st.session_state[_GUESSED] = subject, guess


def verdict(right: bool, words: str) -> None:
    """The answer beside the guess, and a way to hide it again.

    Args:
        right: how it is coloured.
        words: Markdown.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="verdict"):
        (st.success if right else st.info)(words, icon=":material/target:")
        st.button("Hide it again", icon=":material/visibility_off:", on_click=_hide, key="hide")


def _hide() -> None:
    st.session_state.pop(_GUESSED, None)
