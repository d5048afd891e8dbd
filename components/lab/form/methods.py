"""Which methods, with their parameters, and what some of them need beyond both models."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from components.cached import lab as cached_lab
from components.frame.errors import plain
from components.lab.form.model_choice import model_label, model_spec, typed_or_chosen
from components.lab.form.params import param_controls
from components.lab.form.state import usual
from components.lab.form.texts import AskedTexts
from core.common.settings import settings
from core.lab.plan import Choice

if TYPE_CHECKING:
    from core.transplants.base import Method

USUAL_METHODS = ("subword_mean", "ridge", "omp_robust")


class _File(NamedTuple):
    """A file that methods with this need read, by the plan's name for it."""

    need: str
    name: str
    label: str
    about: str


_FILES = (
    _File("dictionary", "dictionary", "Dictionary", "Path of a file with a word, a tab and its translation per line."),
    _File(
        "word vectors", "old_vectors", "Vectors, old language", "Path of a .vec file, such as fastText's cc.en.300.vec."
    ),
    _File(
        "word vectors", "new_vectors", "Vectors, new language", "Path of a .vec file, such as fastText's cc.de.300.vec."
    ),
    _File(
        "target text",
        "token_vectors",
        "Vectors, new tokens",
        "Path of a .vec file with a token per line, spelled as in the tokenizer's file, in place of those made from "
        "the texts.",
    ),
)
_HELPER = (
    "A model with the new tokenizer, which may be small; its input rows say which tokens are alike. Type a Hub id or a "
    "path, as for the model."
)
_ENCODER = (
    "A model that turns texts into vectors, such as sentence-transformers/all-MiniLM-L6-v2: a Hub id, or the path of a "
    "folder with config.json, safetensors and tokenizer.json."
)
_UNTIE = (
    "Where a model uses one matrix both to read and to predict, every method and control makes a head of its own "
    "besides, which costs as many parameters again. Models whose head is their own are not changed by it."
)


def ask_methods(
    known: "Mapping[str, Method]", shipped: Sequence[str], *, has_donor: bool, texts: AskedTexts
) -> tuple[tuple[Choice, ...], dict[str, Any]]:
    """The methods that can run as asked, and what they need besides, by the plan's name for it.

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
            help="Controls always run along: the mean, random weights, and rows of a shuffled donor.",
            persist_state="session",
        )
        wanted = {need.key for key in chosen for need in (*known[key].needs, *known[key].better_with)}
        besides = _besides(wanted, shipped)
        there = {
            "donor": has_donor,
            "target_text": texts.has_training,
            "old_text": texts.has_old,
            "parallel": texts.is_parallel,
            **besides,
        }
        lacking = cached_lab.lacking(tuple(name for name, is_there in there.items() if is_there))
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
        usual("lab_untie", False)
        besides["untie"] = st.toggle("Untie the head", key="lab_untie", persist_state="session", help=_UNTIE)
    left_out = [known[key].label for key in chosen if key in lacking]
    if left_out:
        st.caption(f":material/block: {plain(', '.join(left_out))} left out: see why under methods.")
    return tuple(choices), besides


def _besides(wanted: set[str], shipped: Sequence[str]) -> dict[str, Any]:
    """Ask for what the chosen methods need or are better with, by the plan's name for it; empty where nothing is given.

    Files are asked for where this server opens paths.
    """
    asked = dict[str, Any]()
    with st.container(horizontal=True):
        for file in _FILES:
            if file.need in wanted and settings().paths:
                usual(f"lab_{file.name}", "")
                typed = st.text_input(
                    file.label, key=f"lab_{file.name}", persist_state="session", width=180, help=file.about
                )
                asked[file.name] = typed.strip()
        if "helper" in wanted:
            asked["helper"] = _model("Helper", "helper", shipped, "The donor", _HELPER)
        if "text encoder" in wanted:
            asked["encoder"] = _model("Text encoder", "encoder", (), "None", _ENCODER)
    return asked


def _model(label: str, name: str, offered: Sequence[str], empty: str, about: str) -> str:
    usual(f"lab_{name}", None)
    return model_spec(typed_or_chosen(label, offered, f"lab_{name}", model_label, empty, about))
