"""Which methods, with their parameters, and what some of them need beyond both models."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from components.cached import lab as cached_lab
from components.frame.errors import plain
from components.lab.form.params import param_controls
from components.lab.form.state import usual
from components.lab.form.texts import AskedTexts
from core.common.settings import settings
from core.lab.plan import Choice

if TYPE_CHECKING:
    from core.transplants.base import Method

USUAL_METHODS = ("subword_mean", "ridge", "omp_robust")


@dataclass(frozen=True)
class Files:
    """Paths of what some methods read; empty for none."""

    dictionary: str = ""
    old_vectors: str = ""
    new_vectors: str = ""


def ask_methods(
    known: "Mapping[str, Method]", *, has_donor: bool, texts: AskedTexts
) -> tuple[tuple[Choice, ...], Files]:
    """The methods that can run as asked, and files that they need.

    What lacks something says so under its name, and is left out.
    """
    usual("lab_methods", [key for key in USUAL_METHODS if key in known])
    n = len(st.session_state["lab_methods"])
    with st.popover(f"{n} method{'' if n == 1 else 's'}", icon=":material/swap_horiz:", width="content"):
        chosen = st.multiselect(
            "Methods",
            list(known),
            key="lab_methods",
            format_func=lambda key: known[key].label,
            help="Negative controls, rows of a shuffled donor and random weights, always run along.",
            persist_state="session",
        )
        wanted = {need.key for key in chosen for need in known[key].needs}
        files = _files(wanted)
        lacking = cached_lab.lacking(
            has_donor,
            texts.has_training,
            texts.is_parallel,
            bool(files.dictionary),
            bool(files.old_vectors and files.new_vectors),
        )
        choices = []
        for key in chosen:
            one = known[key]
            st.markdown(f"**{plain(one.label)}** {plain(one.definition)} :gray[{plain(one.source)}.]")
            if reason := lacking.get(key):
                st.warning(f"Left out. {plain(reason)}", icon=":material/block:")
                continue
            params = {}
            if one.params:
                with st.container(horizontal=True):
                    params = param_controls(key, one.params)
            choices.append(Choice(key, params))
    left_out = [known[key].label for key in chosen if key in lacking]
    if left_out:
        st.caption(f":material/block: {plain(', '.join(left_out))} left out: see why under methods.")
    return tuple(choices), files


def _files(wanted: set[str]) -> Files:
    """Ask for files, where a chosen method reads some and this server opens paths."""
    if not wanted & {"dictionary", "word vectors"} or not settings().paths:
        return Files()
    for key in ("lab_dictionary", "lab_old_vectors", "lab_new_vectors"):
        usual(key, "")
    with st.container(horizontal=True):
        dictionary = st.text_input(
            "Dictionary", key="lab_dictionary", persist_state="session", width=180,
            help="Path of a file with a word, a tab and its translation per line.",
        )  # fmt: skip
        old = st.text_input(
            "Vectors, old language", key="lab_old_vectors", persist_state="session", width=180,
            help="Path of a .vec file, such as fastText's cc.en.300.vec.",
        )  # fmt: skip
        new = st.text_input("Vectors, new language", key="lab_new_vectors", persist_state="session", width=180)
    return Files(dictionary.strip(), old.strip(), new.strip())
