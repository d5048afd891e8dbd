"""A text of the session that its editor owns; what Python puts in its place destroys nothing the user wrote."""

from dataclasses import dataclass

import streamlit as st

MOST_KEPT = 10  # texts of the user's own that samples have replaced
MOST_KEPT_CHARACTERS = 4_000_000


@dataclass(frozen=True)
class TextAtHand:
    """A text and the user's own texts that it replaced.

    Args:
        text: what the session keeps the text under.
        version_key: what it keeps the version under, which is raised whenever Python, not the user, changed the text.
    """

    text: str
    version_key: str

    def begin(self, text: str, *, own: bool = False) -> None:
        """The session's first text; `own` for one that the user brought."""
        if self.text not in st.session_state:
            st.session_state[self.text], st.session_state[self.version_key] = text, 0
            st.session_state[self._own] = own

    @property
    def current(self) -> str:
        """The text at hand."""
        text: str = st.session_state[self.text]
        return text

    @property
    def version(self) -> int:
        """Raised whenever Python, not the user, changed the text."""
        number: int = st.session_state[self.version_key]
        return number

    @property
    def own(self) -> bool:
        """Did the user write or bring the text at hand?"""
        return bool(st.session_state.get(self._own))

    @property
    def kept(self) -> list[str]:
        """The user's own texts that were replaced, the newest last."""
        texts: list[str] = st.session_state.get(self._kept, [])
        return texts

    def typed(self, text: str) -> None:
        """The user typed this."""
        if text != self.current:
            st.session_state[self.text], st.session_state[self._own] = text, True

    def replace(self, text: str, *, own: bool = False) -> None:
        """Put another text into the editor; one of the user's own that stood there can be had back."""
        if self._worth_keeping:
            st.session_state[self._kept] = _bounded([*self.kept, self.current])
        self._put(text, own)

    def back(self) -> None:
        """Put the user's own text back that was replaced last; one that stands there now waits behind the others."""
        *others, newest = self.kept
        if self._worth_keeping:
            others = [self.current, *others]
        st.session_state[self._kept] = others
        self._put(newest, own=True)

    def _put(self, text: str, own: bool) -> None:
        st.session_state[self.text], st.session_state[self._own] = text, own
        st.session_state[self.version_key] += 1

    @property
    def _worth_keeping(self) -> bool:
        return self.own and bool(self.current) and self.current not in self.kept

    @property
    def _own(self) -> str:
        return f"{self.text}_own"

    @property
    def _kept(self) -> str:
        return f"{self.text}_kept"


def _bounded(texts: list[str]) -> list[str]:
    """The newest of the texts, as many as a session keeps; the last one always.

    >>> _bounded(["a" * 3_000_000, "b" * 2_000_000, "c"])[0][0]
    'b'
    """
    texts = texts[-MOST_KEPT:]
    while len(texts) > 1 and sum(map(len, texts)) > MOST_KEPT_CHARACTERS:
        del texts[0]
    return texts
