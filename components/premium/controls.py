"""The row of controls of the premium page; every choice is in the link.

Streamlit writes what an option shows into the link. Where that is a plain word it does so itself; tokenizers, languages
and the text go by key, code and spec, which `page_link` writes.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from components.cached import corpora as cached_corpora
from components.cached import premium as cached_premium
from components.frame.errors import show_error
from components.premium.brought.controls import brought_popover
from components.premium.brought.owner import known_here, owner
from components.premium.choosers import TOKENIZER
from components.premium.texts import COUNTED, choose_text
from components.widgets.languages import language_box
from core.common.errors import UnknownName
from core.counting.brought import from_link
from core.counting.table import Counted
from core.premium.atlas import atlas_tokenizers
from core.premium.atlas.wanted import CONTROLLED
from core.premium.chunks import PART
from core.premium.ordering import SORTS
from core.premium.premium import Per
from core.premium.tokenizers import resolved
from core.premium.workbench import PremiumChoice, with_segmenters

OPENING = ("gpt-2", "xlm-r", "llama-3", "tekken-240718", "o200k", "gemma-3", "deepseek-v4", "qwen-3.6")
BASE, ENGLISH = "base", "eng_Latn"
ABSENT = "premium_absent"  # in the session: what the link names and this installation does not have
_PER: dict[str, Per] = {"Line": "line", "Byte": "byte", "Character": "character"}


def controls() -> PremiumChoice:
    """Draw the row."""
    known = known_here()
    _start_tokenizers(known)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="premium_controls"):
        keys = _tokenizers(known)
        brought_popover(known)
        corpus, part = choose_text()
        if not corpus and with_segmenters(keys):
            part = PART  # what is counted with them
        languages = cached_corpora.corpus(corpus).languages if corpus else cached_premium.atlas("").table.languages
        base = language_box(
            "Base language",
            languages,
            key=BASE,
            usual=ENGLISH,
            about="The language that costs 1.",
            width=165,
            persist_state="session",
        )
        sort = st.selectbox(
            "Sort by",
            SORTS,
            key="sort",
            help="Within groups, and by premium, the dearest come first. Resources: classes from 0 to 5. Speakers: "
            "those that no source counts by themselves, such as Standard Arabic, come last.",
            width=125,
            bind="query-params",
        )
        per = st.selectbox(
            "Tokens per",
            list(_PER),
            key="per",
            help="Line: the same sentence in each language. Byte and character compare the spelling too: a Thai "
            "character takes three bytes in UTF-8, an English one takes one.",
            width=125,
            bind="query-params",
        )
        search = st.text_input(
            "Find languages",
            key="find",
            placeholder="Thai, Cyrillic, Bantu …",
            help="Any name or code, a family, a region, or a script: “in Bengali script”. Several with commas.",
            width=185,
            bind="query-params",
        )
    return PremiumChoice(
        keys=tuple(keys), base=base, corpus=corpus, part=part, sort=sort, per=_PER[per], search=search or ""
    )


def _start_tokenizers(known: Mapping[str, Counted]) -> None:
    """A new session takes the link's tokenizers; each one that nobody here knows gives a message."""
    state = st.session_state
    if COUNTED in state:
        state[COUNTED] = [key for key in state[COUNTED] if key in known]
        return
    found, absent = [], []
    for key in (key for key in st.query_params.get_all(COUNTED) if key.strip()):
        here = resolved(key, known, owner())
        if here:
            found.append(here)
        elif from_link(key):
            absent.append(key)
        else:
            show_error(UnknownName("tokenizer in the atlas called", key, atlas_tokenizers()))
    state[COUNTED] = list(dict.fromkeys(found)) or ([] if absent else _opening(known))
    state[ABSENT] = absent


def _opening(known: Mapping[str, Counted]) -> list[str]:
    """The usual ones, and one that the link is about."""
    about = resolved(st.query_params.get(TOKENIZER, ""), known, owner())
    return list(dict.fromkeys([*OPENING, *([about] if about else [])]))


def _tokenizers(known: Mapping[str, Counted]) -> list[str]:
    n = len(st.session_state[COUNTED])
    controlled = tuple(key for key, one in known.items() if one.family == CONTROLLED)
    all_counted = tuple(key for key in known if not with_segmenters([key]))
    with st.popover(f"{n} tokenizer{'' if n == 1 else 's'}", icon=":material/checklist:", width="content"):
        with st.container(horizontal=True):
            st.button("Well-known", on_click=_choose, args=(OPENING,), help="The eight that the page opens with")
            st.button(
                "Controlled",
                on_click=_choose,
                args=(controlled,),
                help=f"{len(controlled)} made of the same text in one size, each by another trainer",
            )
            st.button("All", on_click=_choose, args=(all_counted,), help=f"All {len(all_counted)}, without segmenters")
            st.button("None", on_click=_choose, args=((),), help="Start from an empty list")
        return st.multiselect(
            "Tokenizers",
            list(known),
            key=COUNTED,
            format_func=lambda key: f"{known[key].label} (yours)" if from_link(key) else known[key].label,
            placeholder="Choose tokenizers",
            persist_state="session",
        )


def _choose(keys: Sequence[str]) -> None:
    st.session_state[COUNTED] = list(keys)


def choose_opening() -> None:
    """Choose the tokenizers that the page opens with."""
    _choose(OPENING)
