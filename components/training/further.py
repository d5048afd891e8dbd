"""From trained tokenizers to the other pages: they are kept under names, and opened there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from components.frame.errors import show_error
from components.frame.visitor import visitor
from components.training.charts import label_of
from components.widgets.pickers import MAX_TOKENIZERS, TOKENIZERS, remember
from core.common.data_folders import ROOT
from core.common.errors import UserError
from core.training.keep import kept, usual_name, zipped
from core.training.recipe import Trained


@dataclass(frozen=True)
class _Way:
    """A page that they can be opened on."""

    page: str
    label: str
    icon: str
    about: str


_WAYS = (
    _Way("segmentation", "Segmentation", ":material/segment:", "See how they cut a text."),
    _Way("vocabulary", "Vocabulary", ":material/dictionary:", "See what their entries are spent on."),
    _Way("premium", "Premium", ":material/language:", "Count languages with them there."),
)


def further(made: Sequence[Trained]) -> None:
    """Choose some, and where to go with them."""
    names = {usual_name(one): one for one in made}
    chosen = st.pills(
        "Take them further",
        list(names),
        default=_largest(names),
        selection_mode="multi",
        format_func=lambda name: label_of(names[name]),
        key=f"train_further_{len(names)}",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        for way in _WAYS:
            pressed = st.button(
                way.label, icon=way.icon, help=way.about, key=f"train_to_{way.page}",
                disabled=not 0 < len(chosen) <= MAX_TOKENIZERS,
            )  # fmt: skip
            if pressed:
                _open([names[name] for name in chosen], way)
        if len(chosen) == 1:
            [name] = chosen
            st.download_button(
                "Folder",
                lambda: zipped(names[name], name),
                file_name=f"{name}.zip",
                mime="application/zip",
                icon=":material/download:",
                on_click="ignore",
                key="train_download",
                help="tokenizer.json, its configuration, recipe and card, as AutoTokenizer loads them.",
            )
        if len(chosen) > MAX_TOKENIZERS:
            st.caption(f"{MAX_TOKENIZERS} at most are opened at a time.", width="content")


def _largest(names: Mapping[str, Trained]) -> list[str]:
    """Those of the largest size, as many as a page takes."""
    most = max(one.n_vocabulary for one in names.values())
    return [name for name, one in names.items() if one.n_vocabulary == most][:MAX_TOKENIZERS]


def _open(made: Sequence[Trained], way: _Way) -> None:
    """Keep them as this visitor's, and leave for the page."""
    try:
        specs = [kept(one, owner=visitor().key) for one in made]
        for spec in specs:
            remember(spec)
    except UserError as error:
        show_error(error)
        return
    st.session_state[TOKENIZERS] = specs
    st.switch_page(ROOT / "pages" / f"{way.page}.py")
