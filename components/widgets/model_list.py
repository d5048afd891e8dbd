"""The tokenizers of well-known models, by maker: which are here, which are fetched once, which need access."""

from collections.abc import Callable, Collection
from itertools import groupby

import streamlit as st

from components.frame.errors import plain
from core.tokenizers.typed import squeezed
from core.tokenizers.well_known import Access, Availability, WellKnown, availability, well_known

_MARKS = {
    Access.HERE: ":material/check_circle:",
    Access.FETCH: ":material/cloud_download:",
    Access.ASK: ":material/lock:",
    Access.NOT: ":material/block:",
}
_LEGEND = {
    Access.HERE: "here",
    Access.FETCH: "fetched once",
    Access.ASK: "needs access",
    Access.NOT: "cannot be had here",
}
# On a phone a name and how it can be had take two lines.
_STYLE = """<style>
[role="dialog"] [data-testid^="stBaseButton"] { height: auto; }
[role="dialog"] [data-testid^="stBaseButton"] :is(p, div, span) { white-space: normal; text-align: start; }
</style>"""


@st.dialog("Tokenizers of well-known models", width="large")
def model_list(take: Callable[[str], None], chosen: Collection[str], key: str) -> None:
    """A searchable list; a click adds the tokenizer, and what cannot be had now is grey and says why.

    Args:
        take: brings the spec in.
        chosen: specs that are chosen already.
        key: begins the keys of the controls.
    """
    st.html(_STYLE)
    words = st.text_input(
        "Search",
        key=f"{key}_search",
        placeholder="Model, maker or tokenizer, such as Llama, Google or o200k",
        label_visibility="collapsed",
        icon=":material/search:",
    )
    st.caption(" · ".join(f"{mark} {_LEGEND[access]}" for access, mark in _MARKS.items()))
    found = [(place, model) for place, model in enumerate(well_known()) if matches(model, words)]
    for maker, models in groupby(found, key=lambda pair: pair[1].maker):
        st.markdown(f"**{plain(maker)}**")
        with st.container(horizontal=True, gap="small"):
            for place, model in models:
                _entry(model, chosen, f"{key}_{place}", take)
    if not found:
        st.caption("No model of the list has this name. Close it and use Add: a Hub id, a package, a file or a path.")


def matches(model: WellKnown, words: str) -> bool:
    """Does every word stand in the model's name, maker, tokenizer, year, spec or repository, however it is written?

    >>> [matches(well_known()[0], words) for words in ("gpt o200k", "openai 2024", "GPT4o", "gemma")]
    [True, True, True, False]
    """
    text = squeezed(f"{model.label} {model.maker} {model.year} {model.spec} {model.repository}")
    return all(squeezed(word) in text for word in words.split())


def _entry(model: WellKnown, chosen: Collection[str], key: str, take: Callable[[str], None]) -> None:
    how = availability(model)
    is_chosen = model.spec in chosen
    remark = "chosen" if is_chosen else "" if how.access is Access.HERE else _short(how)
    pressed = st.button(
        plain(model.label) + (f" :small[· {remark}]" if remark else ""),
        key=key,
        icon=_MARKS[how.access],
        disabled=not how.now or is_chosen,
        help=about(model, how, is_chosen),
    )
    if pressed:
        take(model.spec)


def _short(how: Availability) -> str:
    """How it can be had, in as few words as fit on a button."""
    return {Access.ASK: "needs access", Access.NOT: "not here"}.get(
        how.access, how.words.removeprefix("fetched once, ")
    )


def about(model: WellKnown, how: Availability, is_chosen: bool) -> str:
    """What a hover says of a model: whether it can be had, and whose it is."""
    state = "Chosen already" if is_chosen else how.words[:1].upper() + how.words[1:]
    return plain(f"{state.rstrip('.')}. {model.maker}, {model.year}. Licence: {model.licence}. Spec: {model.spec}")
