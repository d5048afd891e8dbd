"""Tokenizers that the user brings: opened, recognised if they are shipped, otherwise remembered and counted."""

from collections.abc import Mapping, Sequence

import streamlit as st

from components.cached import corpora as cached_corpora
from components.cached import premium as cached_premium
from components.cached import tokenizers as cached
from components.frame.errors import plain
from components.premium.brought.owner import owner
from components.premium.texts import CORPUS, COUNTED, WANTED
from components.widgets.add_tokenizer import bring_forms
from components.widgets.languages import in_order, language_boxes
from components.widgets.pickers import short_name
from core.counting import brought
from core.counting.table import Counted
from core.premium.atlas import atlas_tokenizers
from core.text.language_search import matching

_WHICH = ("All languages", "Those found", "A few")


def brought_popover(known: Mapping[str, Counted]) -> None:
    """Lists what users brought, and takes more."""
    own = {key: one for key, one in known.items() if brought.from_link(key)}
    place = st.popover(
        "Yours",
        icon=":material/person_add:",
        width="content",
        help="Compare a tokenizer of your own",
        key=f"yours_{st.session_state.get(_ROUND, 0)}",
    )
    with place:
        if own:
            st.markdown("**Yours**")
            for key, one in own.items():
                _line(key, one)
            st.divider()
        st.markdown("**Bring a tokenizer**")
        codes = _languages()
        bring_forms(lambda spec: bring(spec, codes), "yours")
        st.caption(
            "It is counted on the text of this page and stays until it is removed"
            + ("" if owner() else ", for everybody who uses this installation")
            + ". One that is in the atlas already is recognised by its content."
        )


def _line(key: str, one: Counted) -> None:
    """One of them: whether it is shown, and a way to remove it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{plain(one.label)}  \n:small[:gray[{plain(short_name(one.spec))}]]", width="stretch")
        if key in st.session_state.get(COUNTED, []):
            st.button("Hide", on_click=_hide, args=(key,), key=f"hide_{one.fingerprint}")
        else:
            st.button("Show", on_click=show_one, args=(key,), key=f"show_{one.fingerprint}")
        st.button("Remove", icon=":material/delete:", on_click=_remove, args=(key, one), key=f"rm_{one.fingerprint}")


def _languages() -> list[str]:
    """Codes of the languages to count; empty for all."""
    which = st.segmented_control("Count on", _WHICH, default=_WHICH[0], required=True, key="yours_which")
    if which == _WHICH[0]:
        return []
    spec = st.session_state.get(CORPUS, "")
    codes = cached_corpora.corpus(spec).languages if spec else cached_premium.atlas("").table.languages
    if which == _WHICH[1]:
        found = [codes[n] for n in matching(codes, st.session_state.get("find") or "")]
        st.caption(f"{len(found)} languages fit the search, and the base language.")
        return found
    return language_boxes(
        "Languages",
        in_order(codes),
        key="yours_languages",
        placeholder="Languages, beside the base",
        label_visibility="collapsed",
    )


def bring(spec: str, languages: Sequence[str]) -> None:
    """Open a tokenizer, show it, and have it counted unless its counts are here.

    Raises:
        UserError: it cannot be opened.
    """
    _later_show(_known_or_wanted(spec, languages))


def bring_all(specs: Sequence[str]) -> None:
    """The same with several of another page, which are shown instead of what was.

    Raises:
        UserError: one cannot be opened.
    """
    st.session_state[COUNTED] = [_known_or_wanted(spec, []) for spec in specs]


def _known_or_wanted(spec: str, languages: Sequence[str]) -> str:
    """What a tokenizer is called in the chooser, where it ships; else what it is kept as, to be counted."""
    info = cached.tokenizer(spec).info
    shipped = brought.same_content(info.fingerprint, atlas_tokenizers())
    if shipped:
        st.toast(f"This is {plain(atlas_tokenizers()[shipped].label)}, which ships.", icon=":material/verified:")
        return shipped
    key = brought.in_link(brought.keep(info, owner()))
    st.session_state.setdefault(WANTED, {})[key] = list(languages)
    return key


_SHOW, _ROUND = "premium_show", "premium_round"


def _later_show(key: str) -> None:
    """Choose it from the next run on: the chooser of this run is drawn already."""
    st.session_state[_SHOW] = key


def show_brought() -> None:
    """Choose what was brought in the run before; to be called before the chooser is drawn."""
    key = st.session_state.pop(_SHOW, None)
    if key:
        show_one(key)
        # Another number makes another popover: the one in which it was brought is open, and goes.
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def show_one(key: str) -> None:
    """Put a tokenizer among the chosen ones."""
    chosen = st.session_state.get(COUNTED, [])
    st.session_state[COUNTED] = [*chosen, *([key] if key not in chosen else [])]


def _hide(key: str) -> None:
    st.session_state[COUNTED] = [other for other in st.session_state[COUNTED] if other != key]


def _remove(key: str, one: Counted) -> None:
    _hide(key)
    brought.forget(one.fingerprint, owner())
