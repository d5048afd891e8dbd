"""Which trainers, and what is set of each: under its name, with how it works."""

from collections.abc import Mapping

import streamlit as st

from components.frame.errors import plain
from components.training.linked import LINKED
from components.widgets.param_control import param_control
from core.common.errors import shown
from core.common.params import Param, Value, in_words, unusual
from core.training.trainer import TRAINERS, Trainer

_USUAL = ("bpe", "unigram", "superbpe")
_MOST_SHOWN = 60  # characters of a value


def ask_trainers() -> dict[str, dict[str, Value]]:
    """Keys of the trainers chosen, in order, each with the parameters that are not as usual; may be empty."""
    labels = {key: one.label for key, one in TRAINERS.all().items()}
    chosen = [TRAINERS.get(key) for key in LINKED.several("Trainers", labels, "train_trainers", _USUAL)]
    with st.container(horizontal=True, gap="small"):
        given = {one.key: _settings(one) for one in chosen}
    if said := [f"{one.label}: {settings_in_words(one, given[one.key])}." for one in chosen if given[one.key]]:
        st.caption(f":material/tune: {plain(' '.join(said))}")
    return given


def _settings(one: Trainer) -> dict[str, Value]:
    """Draw how a trainer works and what can be set; what is set."""
    with st.popover(one.label, icon=":material/tune:", type="tertiary", key=f"train_about_{one.key}"):
        st.markdown(f"**{plain(one.label)}**. {plain(one.about)}")
        st.caption(plain(one.source))
        found = dict[str, Value]()
        with st.container(horizontal=True):
            for param in one.params:
                at = f"train_param_{one.key}_{param.key}"
                LINKED.param(at, param)
                found[param.key] = param_control(param, at)
    return unusual(one.params, found)


def settings_in_words(one: Trainer, settings: Mapping[str, Value]) -> str:
    """Some of a trainer's parameters with their values.

    >>> settings_in_words(TRAINERS.get("superbpe"), {"transition": 800, "words": 3})
    'transition 800, most words 3'
    """
    by_key = {param.key: param for param in one.params}
    return ", ".join(f"{by_key[key].label.lower()} {_in_words(by_key[key], value)}" for key, value in settings.items())


def _in_words(param: Param, value: Value) -> str:
    typed = isinstance(value, str) and not param.choices
    return shown(f"{value}", _MOST_SHOWN) if typed else in_words(value)
