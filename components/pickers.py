"""Choosers that several pages share, bound to the link."""

import streamlit as st

from components import cached, text_state
from core.samples import samples

MAX_TOKENIZERS = 8
OPENING = ("mistral:v1", "mistral:v7", "mistral:tekken_240718", "mistral:tekken_240911", "builtin:utf8-bytes")


def labels() -> dict[str, str]:
    """What to call each spec that this session knows: those offered offline and those it added."""
    added: dict[str, str] = st.session_state.setdefault("added_tokenizers", {})
    return dict(cached.offered()) | added


def spec_of(entry: str) -> str:
    """A spec from what a user types: a bare OWNER/NAME is a Hub id.

    >>> spec_of("Qwen/Qwen3-8B"), spec_of("builtin:words")
    ('hub:Qwen/Qwen3-8B', 'builtin:words')
    """
    entry = entry.strip()
    return entry if ":" in entry else f"hub:{entry}"


def tokenizer_picker(key: str = "tokenizers") -> list[str]:
    """One to eight tokenizers, as spec strings; a Hub id or any spec may be typed in."""
    known = labels()
    linked = [spec_of(entry) for entry in st.query_params.get_all(key)]
    chosen = st.multiselect(
        "Tokenizers",
        list(dict.fromkeys([*known, *linked])),
        default=list(OPENING),
        key=key,
        format_func=lambda spec: known.get(spec, spec),
        accept_new_options=True,
        max_selections=MAX_TOKENIZERS,
        placeholder="Choose tokenizers, or type a Hub id such as Qwen/Qwen3-8B",
        label_visibility="collapsed",
        bind="query-params",
    )
    return list(dict.fromkeys(spec_of(entry) for entry in chosen))[:MAX_TOKENIZERS]


def remember(spec: str, key: str = "tokenizers") -> None:
    """Open a tokenizer that the user brought, and put it among the chosen ones from the next run on.

    Raises:
        UserError: it cannot be opened.
    """
    info = cached.tokenizer(spec).info
    st.session_state.setdefault("added_tokenizers", {})[spec] = info.label
    st.session_state["tokenizer_to_add"] = (key, spec)


def apply_added(key: str = "tokenizers") -> None:
    """Select a tokenizer added in the last run; before the picker is drawn, as Streamlit asks."""
    waiting = st.session_state.pop("tokenizer_to_add", None)
    if waiting is not None and waiting[0] == key:
        now = st.session_state.get(key, list(OPENING))
        if waiting[1] not in now:
            st.session_state[key] = [*now, waiting[1]][-MAX_TOKENIZERS:]


def sample_picker() -> None:
    """A chooser of sample texts; choosing one replaces the text at hand."""

    def take() -> None:
        chosen = st.session_state["sample"]
        if chosen is not None:
            text_state.replace(by_key[chosen].text)

    by_key = {sample.key: sample for sample in samples()}
    st.selectbox(
        "Sample text",
        list(by_key),
        index=None,
        key="sample",
        format_func=lambda key: f"{by_key[key].group} · {by_key[key].label}",
        placeholder="Sample texts",
        label_visibility="collapsed",
        on_change=take,
    )

