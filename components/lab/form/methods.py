"""Which methods, with their parameters, and what some of them need beyond both models."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from components.cached import lab as cached_lab
from components.frame.errors import plain, show_error
from components.lab.form.model_choice import model_label, typed_or_chosen
from components.lab.form.params import param_controls, say_unknown
from components.lab.form.state import sweep_key, to_sweep, usual
from components.lab.form.texts import AskedTexts
from core.common.errors import UserError, shown
from core.common.params import Value, unusual
from core.common.settings import settings
from core.lab.plan import Choice
from core.lab.sweep import lines_of, swept
from core.models.typed import model_spec

if TYPE_CHECKING:
    from core.transplants.base import Method

USUAL_METHODS = ("subword_mean", "ridge", "omp_robust")
_MOST_LINE = 1_000  # characters of a line of settings


class _File(NamedTuple):
    """A file that methods with one of these needs read, by the plan's name for it."""

    needs: tuple[str, ...]
    name: str
    label: str
    about: str


_FILES = (
    _File(
        ("dictionary",), "dictionary", "Dictionary", "Path of a file with a word, a tab and its translation per line."
    ),
    _File(
        ("word vectors",),
        "old_vectors",
        "Vectors, old language",
        "Path of a .vec file, such as fastText's cc.en.300.vec.",
    ),
    _File(
        ("word vectors", "target text"),
        "new_vectors",
        "Vectors, new language",
        "Path of a .vec file, such as fastText's cc.de.300.vec.",
    ),
    _File(
        ("target text",),
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
_HYPERNETWORK = (
    "A network that was trained for this model and predicts rows from spellings: a Hub id, or the path of a folder "
    "with config.json and model.safetensors, such as a checkpoint of ZeTT. One ships for tiny-english."
)
_UNTIE = (
    "Where a model uses one matrix both to read and to predict, every method and control makes a head of its own "
    "besides, which costs as many parameters again. Models whose head is their own are not changed by it."
)


def ask_methods(
    known: "Mapping[str, Method]", shipped: Sequence[str], *, model: str, has_donor: bool, texts: AskedTexts
) -> tuple[tuple[Choice, ...], dict[str, Any]]:
    """The methods that can run as asked, and what they need besides, by the plan's name for it.

    What lacks something says so under its name, and is left out.
    """
    usual("lab_methods", [key for key in USUAL_METHODS if key in known])
    _take_over(known)
    n = _how_many(known)
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
            "hypernetwork": cached_lab.ships_hypernetwork(model),
            "target_text": texts.has_training,
            "old_text": texts.has_old,
            "parallel": texts.is_parallel,
            **{name: value for name, value in besides.items() if value},
        }
        lacking = cached_lab.lacking(tuple(name for name, is_there in there.items() if is_there))
        choices: list[Choice] = []
        left_out = []
        for key in chosen:
            one = known[key]
            say_unknown(key, one.params)
            st.markdown(f"**{plain(one.label)}** {plain(one.definition)} :gray[{plain(one.source)}.]")
            if reason := lacking.get(key):
                st.warning(f"Left out. {plain(reason)}", icon=":material/block:")
                left_out.append(one.label)
                continue
            try:
                choices += _settings(one) if one.params else [Choice(key)]
            except UserError as error:
                show_error(error)
                left_out.append(one.label)
        usual("lab_untie", False)
        besides["untie"] = st.toggle("Untie the head", key="lab_untie", persist_state="session", help=_UNTIE)
        if left_out:
            st.caption(f":material/block: Left out: {plain(', '.join(left_out))}.")
    return tuple(choices), besides


def _take_over(known: "Mapping[str, Method]") -> None:
    """What a plan asked for, as the form has it: several settings of a method as a line; says what is not here."""
    for key, each in to_sweep().items():
        if key in known:
            st.session_state[sweep_key(key)] = "; ".join(lines_of(known[key].params, each))
    asked, controls = st.session_state["lab_methods"], cached_lab.controls()
    absent = [key for key in asked if key not in known and key not in controls]
    if absent:
        show_error(UserError(f"There is no method {shown(', '.join(absent))} here, so the plan is without it."))
    if any(key not in known for key in asked):
        here = st.session_state["lab_methods"] = [key for key in asked if key in known]
        if not here and (along := [controls[key] for key in asked if key in controls]):
            run = "runs" if len(along) == 1 else "run"
            st.info(plain(f"{' and '.join(along)} {run} in every comparison. Choose a method to compare with that."))


def _how_many(known: "Mapping[str, Method]") -> int:
    """Methods that the form comes to, each setting by itself."""
    n = 0
    for key in st.session_state["lab_methods"]:
        with suppress(UserError):
            n += len(_swept(known[key]))
    return n


def _settings(one: "Method") -> list[Choice]:
    """The method with what its controls say, once with each of the settings in the line beside them.

    Raises:
        UserError: the line cannot be read.
    """
    with st.container(horizontal=True):
        usual(sweep_key(one.key), "")
        beside = param_controls(one.key, one.params)
        st.text_input(
            "Several settings", key=sweep_key(one.key), persist_state="session", width=260, max_chars=_MOST_LINE,
            placeholder=f"{_first_number(one)} = …, …",
            help="Runs the method once with each: `k = 4, 8, 16`. Several parameters are all combinations, "
            "`k = 4, 8, tolerance = 0, 0.1`; a semicolon begins anew. What is not named is as its control says. "
            f"Here: {', '.join(f'`{param.key}` ({param.label})' for param in one.params)}.",
        )  # fmt: skip
    found = [Choice(one.key, unusual(one.params, beside | swept_ones)) for swept_ones in _swept(one)]
    return list(dict.fromkeys(found))


def _first_number(one: "Method") -> str:
    """The parameter that one would vary first."""
    return next((param.key for param in one.params if type(param.default) in (int, float)), one.params[0].key)


def _swept(one: "Method") -> list[dict[str, Value]]:
    """The settings in the line of a method; one without any where the line is empty."""
    lines = [line for line in st.session_state.get(sweep_key(one.key), "").split(";") if line.strip()]
    return [each for line in lines or [""] for each in swept(one.key, one.params, line)]


def _besides(wanted: set[str], shipped: Sequence[str]) -> dict[str, Any]:
    """Ask for what the chosen methods need or are better with, by the plan's name for it; empty where nothing is given.

    Files are asked for where this server opens paths.
    """
    asked = dict[str, Any]()
    with st.container(horizontal=True):
        for file in _FILES:
            if wanted.intersection(file.needs) and settings().paths:
                usual(f"lab_{file.name}", "")
                typed = st.text_input(
                    file.label, key=f"lab_{file.name}", persist_state="session", width=180, help=file.about
                )
                asked[file.name] = typed.strip()
        if "helper" in wanted:
            asked["helper"] = _model("Helper", "helper", shipped, "The donor", _HELPER)
        if "hypernetwork" in wanted:
            asked["hypernetwork"] = _model("Hypernetwork", "hypernetwork", (), "The one that ships", _HYPERNETWORK)
        if "text encoder" in wanted:
            asked["encoder"] = _model("Text encoder", "encoder", (), "None", _ENCODER)
    return asked


def _model(label: str, name: str, offered: Sequence[str], empty: str, about: str) -> str:
    usual(f"lab_{name}", None)
    return model_spec(typed_or_chosen(label, offered, f"lab_{name}", model_label, empty, about))
