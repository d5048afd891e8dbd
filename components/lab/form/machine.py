"""Where models run, in which numbers, and how what comes of it is written."""

from typing import NamedTuple

import streamlit as st

from components.lab.form.state import usual
from components.widgets.typed_number import number_field, within
from core.lab.plan import AS_STORED, MOST_PADDING

_DEVICES = {"auto": "The fastest there is", "cpu": "Processor", "cuda": "GPU (CUDA)", "mps": "GPU (Apple)"}
_NUMBERS = {"auto": "As the device likes", "float32": "float32", "bfloat16": "bfloat16", "float16": "float16"}
_WRITTEN = {AS_STORED: "As the model is stored"} | {key: key for key in _NUMBERS if key != "auto"}


class AskedMachine(NamedTuple):
    """As in `core.lab.plan.Plan`."""

    device: str
    dtype: str
    out_dtype: str
    pad_to: int


def ask_machine() -> AskedMachine:
    """A popover with the choices."""
    with st.popover("Machine", icon=":material/memory:", width="content"), st.container(horizontal=True):
        device = _one("Device", "lab_device", _DEVICES, "A GPU that is not there is said before anything runs.")
        dtype = _one(
            "Number format",
            "lab_dtype",
            _NUMBERS,
            "In which models compute: float32 on a processor, as stored on a GPU.",
        )
        written = _one("Written as", "lab_out_dtype", _WRITTEN, "Number format of a model that is kept.")
        usual("lab_pad_to", 1)
        label = "Rows a multiple of"
        pad_to = number_field(
            label, "lab_pad_to", 1, within(label, 1, MOST_PADDING, whole=True), width=205,
            help="64 or 128 make matrices that GPUs multiply faster.",
        )  # fmt: skip
    return AskedMachine(device, dtype, written, int(pad_to))


def _one(label: str, key: str, words: dict[str, str], about: str) -> str:
    """One of those with words, or what a plan names beside them, such as cuda:1."""
    usual(key, next(iter(words)))
    options = list(dict.fromkeys([*words, st.session_state[key]]))
    chosen: str = st.selectbox(
        label, options, key=key, format_func=lambda one: words.get(one, one), persist_state="session", help=about,
        width=205,
    )  # fmt: skip
    return chosen
