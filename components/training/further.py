"""From trained tokenizers to the other pages: they are kept under names, and opened there."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from components.cached import tokenizers as cached
from components.frame.errors import show_error
from components.frame.visitor import visitor
from components.premium.brought.controls import bring_all
from components.training.looks import label_of
from components.widgets import names
from components.widgets.pickers import MAX_TOKENIZERS, TOKENIZERS
from core.common.data_folders import ROOT
from core.common.errors import UserError
from core.lab.example import first_plan
from core.lab.link import plan_to_link
from core.training.keep import kept, usual_name, zipped
from core.training.recipe import Trained


def _look(page: str) -> Callable[[Sequence[str]], None]:
    """Show them on a page that is about the tokenizers chosen."""

    def go(specs: Sequence[str]) -> None:
        st.session_state[TOKENIZERS] = list(specs)
        st.switch_page(ROOT / "pages" / page)

    return go


def _count(specs: Sequence[str]) -> None:
    bring_all(specs)
    st.switch_page(ROOT / "pages" / "premium.py")


def _transplant(specs: Sequence[str]) -> None:
    [spec] = specs
    st.switch_page(ROOT / "pages" / "transplants.py", query_params={"plan": plan_to_link(first_plan(spec)) or ""})


@dataclass(frozen=True)
class _Way:
    """A page that they can be opened on.

    Args:
        most: how many at a time.
        go: takes their specs there.
    """

    label: str
    icon: str
    about: str
    go: Callable[[Sequence[str]], None]
    most: int = MAX_TOKENIZERS


_WAYS = (
    _Way("Segmentation", ":material/segment:", "See how they cut a text.", _look("segmentation.py")),
    _Way("Vocabulary", ":material/dictionary:", "See what their entries are spent on.", _look("vocabulary.py")),
    _Way("Premium", ":material/language:", "Count them on FLORES-200 and compare what languages cost.", _count),
    _Way("Transplants", ":material/swap_horiz:", "Give one to a model in place of its own.", _transplant, most=1),
)


def further(made: Sequence[Trained]) -> None:
    """Choose some, and where to go with them."""
    by_name = {usual_name(one): one for one in reversed(made)}  # of equal ones the first, as elsewhere
    by_name = {name: by_name[name] for name in dict.fromkeys(map(usual_name, made))}
    chosen = st.pills(
        "Take them further",
        list(by_name),
        default=_largest(by_name),
        selection_mode="multi",
        format_func=lambda name: label_of(by_name[name], made),
        key=f"train_further_{len(by_name)}",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        for way in _WAYS:
            pressed = st.button(
                way.label, icon=way.icon, help=way.about, key=f"train_to_{way.label.lower()}",
                disabled=not 0 < len(chosen) <= way.most,
            )  # fmt: skip
            if pressed:
                _open([by_name[name] for name in chosen], way)
        if len(chosen) == 1:
            [name] = chosen
            st.download_button(
                "Folder",
                lambda: zipped(by_name[name], name),
                file_name=f"{name}.zip",
                mime="application/zip",
                icon=":material/download:",
                on_click="ignore",
                key="train_download",
                help="tokenizer.json, its configuration, recipe and card, as AutoTokenizer loads them.",
            )
        else:
            st.caption(f"Up to {MAX_TOKENIZERS} are opened at a time; one for a model or a folder.", width="content")


def _largest(made: Mapping[str, Trained]) -> list[str]:
    """Names of those of the largest size that most trainers gave, as many as a page takes."""
    trainers = defaultdict[int, set[str]](set)
    for one in made.values():
        trainers[one.n_vocabulary].add(one.recipe.trainer)
    size = max(trainers, key=lambda n: (len(trainers[n]), n))
    return [name for name, one in made.items() if one.n_vocabulary == size][:MAX_TOKENIZERS]


def _open(made: Sequence[Trained], way: _Way) -> None:
    """Keep them as this visitor's, and leave for the page."""
    try:
        specs = [kept(one, owner=visitor().key) for one in made]
        names.learn({spec: cached.tokenizer(spec).info.label for spec in specs})
    except UserError as error:
        show_error(error)
        return
    way.go(specs)
