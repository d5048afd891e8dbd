"""What a reader must know of tokenizers of the shipped family: of one text, in one size, each by another trainer."""

from collections.abc import Sequence

import streamlit as st

from core.common.numbers import count, so_many
from core.counting.table import Counted
from core.premium.atlas.wanted import CONTROLLED
from core.text.languages import language
from core.training.family import LANGUAGES

_FIND = "find"  # the key of the search for languages
_DEVTEST = "devtest"  # the half of FLORES-200 that they were not made of


def controlled_note(chosen: Sequence[Counted], corpus: str, part: str) -> None:
    """What those among the chosen were made of, and a way to only their languages; nothing where there are none.

    Args:
        corpus: spec of the text that they are counted on; empty for the shipped counts.
        part: of it; empty for all.
    """
    theirs = [one for one in chosen if one.family == CONTROLLED]
    if not theirs:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="controlled_note"):
        st.markdown(f":blue-badge[:material/science: {badge_text(theirs, len(chosen))}]", width="content")
        with st.popover("What they were made of", type="tertiary", width="content"):
            st.markdown(what_they_know(corpus, part))
        st.button(
            f"Only their {len(LANGUAGES)} languages",
            icon=":material/filter_alt:",
            type="tertiary",
            on_click=_find_theirs,
            key="controlled_languages",
            disabled=st.session_state.get(_FIND) == _search(),
        )


def badge_text(theirs: Sequence[Counted], n_chosen: int) -> str:
    """How many of the chosen are of the family, and what is the same in these."""
    which = "All" if len(theirs) == n_chosen else f"{len(theirs)} of {n_chosen}"
    return f"{which} controlled: one text, {count(theirs[0].n_vocabulary or 0)} entries, only the trainer differs"


def what_they_know(corpus: str, part: str) -> str:
    """Which text they were made of, and what therefore holds of other languages and of these sentences."""
    names = ", ".join(language(code).label for code in LANGUAGES)
    said = [
        f"Made of nine tenths of the sentences of FLORES-200 dev in {so_many(len(LANGUAGES), 'language', 'languages')} "
        f"({names}), and of code in Python. In every other language a number says what becomes of text that a "
        "tokenizer never saw, and hovering a cell says so."
    ]
    if not corpus and part != _DEVTEST:
        said.append(
            "**Most sentences of dev were trained on**, so that these languages look somewhat cheaper than they are: "
            "choose *Devtest* under *FLORES-200* for sentences that none has seen."
        )
    said.append("The other sizes are on *Train*, and are counted from there.")
    return " ".join(said)


def unseen(one: Counted, code: str) -> str:
    """What is added to what is said of a tokenizer on a language that it was not made of; empty for all others."""
    return "; not a language of the text it was made of" if one.family == CONTROLLED and code not in LANGUAGES else ""


def _search() -> str:
    return ", ".join(LANGUAGES)


def _find_theirs() -> None:
    st.session_state[_FIND] = _search()
