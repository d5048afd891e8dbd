"""Where models run, in which numbers, and how what comes of it is written."""

from typing import NamedTuple

import streamlit as st

from components.lab.form.state import usual
from components.widgets.typed_number import number_field, within
from core.lab.plan import AS_STORED, MOST_PADDING
from core.models.large import PACKS, QUANTISED, SPREAD, SPREADS

_DEVICES = {
    "auto": "The fastest there is",
    "cpu": "Processor",
    "cuda": "GPU (CUDA)",
    "mps": "GPU (Apple)",
    SPREAD: "Spread over devices",
}
_FULL = {key: key for key in ("float32", "bfloat16", "float16")}
_WRITTEN = {AS_STORED: "As the model is stored"} | _FULL

_CHECKED = "A GPU that is not there is said before anything runs."
_SPREAD = "Spread: over all GPUs; layers that do not fit wait in memory and on disk, which takes more time."
_PACKED = (
    "8-bit and 4-bit pack the layers as they are read, half or a quarter of float16: for models that do not fit "
    "otherwise. Embedding and head stay as they are, and all that is measured includes what packing loses."
)


class AskedMachine(NamedTuple):
    """As in `core.lab.plan.Plan`."""

    device: str
    dtype: str
    out_dtype: str
    pad_to: int


def ask_machine() -> AskedMachine:
    """A popover with the choices."""
    devices = {key: words for key, words in _DEVICES.items() if key != SPREAD or not SPREADS.advice}
    numbers = {"auto": "As the device likes"} | _FULL | ({} if PACKS.advice else {key: key for key in QUANTISED})
    with st.popover("Machine", icon=":material/memory:", width="content"), st.container(horizontal=True):
        device = _one("Device", "lab_device", devices, f"{_CHECKED} {SPREADS.advice or _SPREAD}")
        dtype = _one(
            "Number format",
            "lab_dtype",
            numbers,
            f"In which models compute: float32 on a processor, as stored on a GPU. {PACKS.advice or _PACKED}",
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
