"""Choosers that several pages share."""

from collections.abc import Sequence

import streamlit as st

from components.cached import tokenizers as cached

MAX_TOKENIZERS = 8
TOKENIZERS = "tokenizers"  # the key of the choice, in the session and in the link
_ADDED, _LABELS = "tokenizers_to_add", "labels_of_added"
OPENING = ("mistral:v1", "mistral:v3", "mistral:tekken_240718", "mistral:tekken", "builtin:utf8-bytes")


def labels() -> dict[str, str]:
    """What to call each spec that this session knows: those offered offline and those it added."""
    added: dict[str, str] = st.session_state.setdefault(_LABELS, {})
    return dict(cached.offered()) | added


def spec_of(entry: str) -> str:
    """A spec from what a user types: a bare OWNER/NAME is a Hub id.

    >>> spec_of("Qwen/Qwen3-8B"), spec_of("builtin:words")
    ('hub:Qwen/Qwen3-8B', 'builtin:words')
    """
    entry = entry.strip()
    return entry if ":" in entry else f"hub:{entry}"


def short_name(spec: str) -> str:
    """A spec as it fits on a chip: of a path, its last two parts.

    >>> short_name("file:a/long/path/gpt2/tokenizer.json"), short_name("hub:Qwen/Qwen3-8B")
    ('…/gpt2/tokenizer.json', 'hub:Qwen/Qwen3-8B')
    """
    parts = spec.removeprefix("file:").split("/")
    return f"…/{'/'.join(parts[-2:])}" if spec.startswith("file:") and len(parts) > 2 else spec


def tokenizer_picker(key: str = TOKENIZERS) -> list[str]:
    """One to eight tokenizers, as spec strings; a Hub id or any spec may be typed in.

    Args:
        key: what the choice is kept under; one other than the page's begins as a copy of it.
    """
    if key not in st.session_state:
        linked = [spec_of(entry) for entry in st.query_params.get_all(TOKENIZERS) if entry.strip()]
        chosen = st.session_state.get(TOKENIZERS) or linked or OPENING
        st.session_state[key] = list(dict.fromkeys(map(spec_of, chosen)))[:MAX_TOKENIZERS]
    added = st.session_state.get(_ADDED, {}).pop(key, None)
    if added is not None and added not in st.session_state[key]:
        st.session_state[key] = [*st.session_state[key], added][-MAX_TOKENIZERS:]
    known = labels()
    chosen = st.multiselect(
        "Tokenizers",
        list(dict.fromkeys([*known, *st.session_state[key]])),
        key=key,
        format_func=lambda spec: known.get(spec) or short_name(spec),
        accept_new_options=True,
        max_selections=MAX_TOKENIZERS,
        placeholder="Choose tokenizers, or type a Hub id such as Qwen/Qwen3-8B",
        label_visibility="collapsed",
        persist_state="session",
    )
    return list(dict.fromkeys(spec_of(entry) for entry in chosen))[:MAX_TOKENIZERS]


def tokenizers_in_link(specs: Sequence[str]) -> list[str]:
    """What the link holds for the tokenizers: nothing for those that the page opens with."""
    return [] if tuple(specs) == OPENING else list(specs)


def remember(spec: str, key: str = TOKENIZERS) -> None:
    """Open a tokenizer that the user brought, and put it among those chosen under `key` from the next run on.

    Raises:
        UserError: it cannot be opened.
    """
    info = cached.tokenizer(spec).info
    st.session_state[_LABELS][spec] = info.label
    st.session_state.setdefault(_ADDED, {})[key] = spec


def put_in_order(specs: Sequence[str]) -> None:
    """Put the chosen tokenizers in this order; called before the chooser is drawn. One that is not named goes last."""
    chosen = st.session_state.get(TOKENIZERS, [])
    place = {spec: k for k, spec in enumerate(specs)}
    st.session_state[TOKENIZERS] = sorted(chosen, key=lambda entry: place.get(spec_of(entry), len(place)))


def choose_opening() -> None:
    """Choose the tokenizers that the page opens with."""
    st.session_state[TOKENIZERS] = list(OPENING)
