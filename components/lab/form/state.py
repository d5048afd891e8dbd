"""The form's choices as they stand in the session: filled from a plan, and by default."""

from typing import Any

import streamlit as st

from components.frame.errors import show_error
from core.common.errors import UserError
from core.common.params import Value
from core.lab.link import plan_from_link
from core.lab.plan import Choice, Plan

PLAN = "plan"  # in the link
OWN = "own"  # likewise: a comparison of one's own is to be set up
_RECEIVED, _WRITTEN = "lab_plan_received", "lab_plan_written"
_TO_SWEEP, _NAMED = "lab_plan_to_sweep", "lab_plan_named"
_FILLED = ("lab_model", "lab_donor", "lab_methods")  # in the session as soon as there is a form


def from_the_link() -> None:
    """Fill the form from the plan in the link, once for each link.

    A browser whose address follows the form goes on sending the address that it was opened with: a link that was
    received before is no news, whatever the form has come to since.
    """
    packed, state = st.query_params.get(PLAN, ""), st.session_state
    before, state[_RECEIVED] = state.get(_RECEIVED, ""), packed
    if not packed or packed in (before, state.get(_WRITTEN)):
        return
    try:
        fill(plan_from_link(packed))
    except UserError as error:
        show_error(error)


def is_own() -> bool:
    """Whether the form was asked for, or filled."""
    return OWN in st.query_params or PLAN in st.query_params or any(key in st.session_state for key in _FILLED)


def leave_own() -> None:
    """Forget that the form was asked for, and what was set up in it; for a callback."""
    for key in [str(key) for key in st.session_state if str(key).startswith("lab_")]:
        del st.session_state[key]
    for name in (OWN, PLAN):
        st.query_params.pop(name, None)


def written(packed: str) -> None:
    """This link is what the form comes to by itself."""
    st.session_state[_WRITTEN] = packed


def fill(plan: Plan) -> None:
    """Make the form come to a plan; before the form is drawn."""
    state = st.session_state
    for key in map(str, list(state)):
        if key.startswith(("lab_param_", "lab_sweep_")) or (key.startswith("lab_") and key.endswith("_good")):
            del state[key]
    state.pop(_NAMED, None)
    state["lab_model"], state["lab_donor"], state["lab_tokenizer"] = plan.model, plan.donor or None, None
    state["lab_tokenizer"] = plan.tokenizer or None
    state["lab_corpus"], state["lab_languages"] = plan.corpus, list(plan.languages)
    state["lab_old_language"] = plan.old_language
    state["lab_sentences"], state["lab_seeds"] = plan.sentences, ", ".join(map(str, plan.seeds))
    state["lab_minutes"] = plan.budget_seconds / 60
    state["lab_files"] = ", ".join(name for name in plan.files if not name.startswith("upload:"))
    state["lab_uploaded"] = [name for name in plan.files if name.startswith("upload:")]
    state["lab_dictionary"], state["lab_old_vectors"] = plan.dictionary, plan.old_vectors
    state["lab_new_vectors"], state["lab_token_vectors"] = plan.new_vectors, plan.token_vectors
    state["lab_helper"], state["lab_encoder"] = plan.helper or None, plan.encoder or None
    state["lab_hypernetwork"] = plan.hypernetwork or None
    state["lab_untie"] = plan.untie
    state["lab_device"], state["lab_dtype"] = plan.device, plan.dtype
    state["lab_out_dtype"], state["lab_pad_to"] = plan.out_dtype, plan.pad_to
    _fill_methods(plan.methods)
    if plan.evaluators:
        state["lab_measures"] = [choice.key for choice in plan.evaluators]
        for choice in plan.evaluators:
            _set(choice)
    else:
        state.pop("lab_measures", None)


def usual(key: str, value: Any) -> None:
    """What a choice is before anybody has chosen."""
    st.session_state.setdefault(key, value)


def param_key(of: str, key: str) -> str:
    """Where a parameter of a method or a measure stands in the session."""
    return f"lab_param_{of}_{key}"


def sweep_key(of: str) -> str:
    """Where the line with several settings of a method stands in the session."""
    return f"lab_sweep_{of}"


def to_sweep() -> dict[str, list[dict[str, Value]]]:
    """Settings of methods that a plan has more than once, which are to become a line each; once."""
    found: dict[str, list[dict[str, Value]]] = st.session_state.pop(_TO_SWEEP, {})
    return found


def named(of: str) -> list[str]:
    """Parameters of a method or a measure that a plan named, known here or not; once."""
    names: list[str] = st.session_state.get(_NAMED, {}).pop(of, [])
    return names


def _fill_methods(choices: tuple[Choice, ...]) -> None:
    by_key: dict[str, list[dict[str, Value]]] = {}
    for choice in choices:
        by_key.setdefault(choice.key, []).append(dict(choice.params))
    st.session_state["lab_methods"] = list(by_key)
    st.session_state[_TO_SWEEP] = {key: settings for key, settings in by_key.items() if len(settings) > 1}
    for choice in choices:
        _note_named(choice)
    for key, settings in by_key.items():
        if len(settings) == 1:
            _set(Choice(key, settings[0]))


def _set(choice: Choice) -> None:
    _note_named(choice)
    for key, value in choice.params.items():
        st.session_state[param_key(choice.key, key)] = value


def _note_named(choice: Choice) -> None:
    names: list[str] = st.session_state.setdefault(_NAMED, {}).setdefault(choice.key, [])
    names += [name for name in choice.params if name not in names]
