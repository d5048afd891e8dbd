"""Choosers that several pages share."""

from collections.abc import Mapping, Sequence

import streamlit as st

from components.cached import segmenters as cached_segmenters
from components.cached import tokenizers as cached
from components.frame.errors import plain
from components.widgets import names
from components.widgets.trained_here import trained_here
from core.tokenizers.opening.shipped import OPENING
from core.tokenizers.typed import spec_of
from core.tokenizers.well_known import named

MAX_TOKENIZERS = 8
CHOOSER_ROW = "choice_of_tokenizers"  # key of the row of the chooser and what stands beside it
TOKENIZERS = "tokenizers"  # the key of the choice, in the session and in the link
_ADDED, _REPLACED, _REFUSED = "tokenizers_to_add", "tokenizers_to_replace", "tokenizers_refused"
_DRAWN = "tokenizers_as_drawn"


def labels() -> dict[str, str]:
    """What to call each spec that opens here without a network, and those that this session opened."""
    return {spec: names.name_of(spec) for spec in [*dict(cached.offered()), *names.known()]}


def short_name(spec: str) -> str:
    """A spec as it fits on a line: of a path, its last two parts.

    >>> short_name("file:a/long/path/gpt2/tokenizer.json"), short_name("hub:Qwen/Qwen3-8B")
    ('…/gpt2/tokenizer.json', 'hub:Qwen/Qwen3-8B')
    """
    parts = spec.removeprefix("file:").split("/")
    return f"…/{'/'.join(parts[-2:])}" if spec.startswith("file:") and len(parts) > 2 else spec


def tokenizer_picker(key: str = TOKENIZERS, *, segmenters: bool = False) -> list[str]:
    """One to eight tokenizers, as spec strings; a Hub id or any spec may be typed in.

    Args:
        key: what the choice is kept under; one other than the page's begins as a copy of it.
        segmenters: whether those without a vocabulary are in the list too, behind the others.
    """
    if key not in st.session_state:
        _begin(key)
    kept = _with_what_was_brought(key)
    had = trained_here() | cached.had_here() | {spec: label for spec, label in cached.offered() if not named(spec)}
    if segmenters:
        had |= {spec: f"Segmenter · {label}" for spec, label in cached_segmenters.segmenters().items()}
    shown = {spec: names.name_of(spec) for spec in names.known()} | had | names.names_of(kept)
    _put(key, kept, shown)
    chosen = st.multiselect(
        "Tokenizers",
        list(dict.fromkeys([*had, *shown])),
        key=key,
        format_func=lambda spec: shown.get(spec, spec),
        accept_new_options=True,
        max_selections=MAX_TOKENIZERS,
        placeholder="Choose models, or type a Hub id such as Qwen/Qwen3-8B",
        label_visibility="collapsed",
        persist_state="session",
    )
    if st.session_state.get(_REFUSED, {}).get(key):
        _ask_for_room(key)
    return list(dict.fromkeys(spec_of(entry) for entry in chosen))[:MAX_TOKENIZERS]


def _begin(key: str) -> None:
    """The first choice of a session: the page's, the link's or the opening one."""
    linked = [spec_of(entry) for entry in st.query_params.get_all(TOKENIZERS) if entry.strip()]
    chosen = list(dict.fromkeys(map(spec_of, st.session_state.get(TOKENIZERS) or linked or OPENING)))
    st.session_state[key] = chosen[:MAX_TOKENIZERS]
    _refuse(key, chosen[MAX_TOKENIZERS:])
    if key == TOKENIZERS and linked:
        names.restore(chosen)


def _with_what_was_brought(key: str) -> list[str]:
    """Those chosen, with what was brought or is to replace another among them; a ninth is refused."""
    old, new = st.session_state.get(_REPLACED, {}).pop(key, ("", ""))
    chosen = [new if spec == old else spec for spec in map(spec_of, st.session_state[key])]
    added = st.session_state.get(_ADDED, {}).pop(key, None)
    if added is not None and added not in chosen:
        if len(chosen) < MAX_TOKENIZERS:
            chosen.append(added)
        else:
            _refuse(key, [added])
    return list(dict.fromkeys(chosen))


def _put(key: str, chosen: list[str], labels: Mapping[str, str]) -> None:
    """Choose these. The browser knows them by their labels: where one has changed, it has to be told."""
    before = st.session_state.setdefault(_DRAWN, {}).get(key, {})
    if chosen != st.session_state[key] or any(before.get(spec) != labels[spec] for spec in chosen):
        st.session_state[key] = chosen
    st.session_state[_DRAWN][key] = labels


def _refuse(key: str, specs: Sequence[str]) -> None:
    st.session_state.setdefault(_REFUSED, {})[key] = list(specs)


@st.dialog("Eight tokenizers at most", on_dismiss=lambda: st.session_state.pop(_REFUSED, None))
def _ask_for_room(key: str) -> None:
    """Say which tokenizer found no room, and let the user choose which one makes it."""
    new, *others = st.session_state[_REFUSED][key]
    st.write(f"**{plain(names.name_of(new))}** was not added: eight are compared at a time.")
    shown = names.names_of(st.session_state[key])
    old = st.selectbox("Put it in the place of", list(shown), format_func=lambda spec: shown[spec], key=f"room_{key}")
    with st.container(horizontal=True):
        replace = st.button("Replace", type="primary", key=f"replace_{key}")
        leave = st.button("Leave it out", key=f"leave_{key}")
    if replace:
        st.session_state.setdefault(_REPLACED, {})[key] = (old, new)
    if replace or leave:
        _refuse(key, others)
        st.rerun()


def tokenizers_in_link(specs: Sequence[str]) -> list[str]:
    """What the link holds for the tokenizers: nothing for those that the page opens with."""
    return [] if tuple(specs) == OPENING else list(specs)


def remember(spec: str, key: str = TOKENIZERS) -> None:
    """Open a tokenizer that the user brought, and put it among those chosen under `key` from the next run on.

    Raises:
        UserError: it cannot be opened.
    """
    names.learn({spec: cached.tokenizer(spec).info.label})
    cached.had_here.clear()  # what was fetched is here now
    st.session_state.setdefault(_ADDED, {})[key] = spec


def put_in_order(specs: Sequence[str]) -> None:
    """Put the chosen tokenizers in this order; called before the chooser is drawn. One that is not named goes last."""
    chosen = st.session_state.get(TOKENIZERS, [])
    place = {spec: k for k, spec in enumerate(specs)}
    st.session_state[TOKENIZERS] = sorted(chosen, key=lambda entry: place.get(spec_of(entry), len(place)))


def put_in_place(spec: str, other: str) -> None:
    """Put another in the place of a chosen tokenizer, from the next run of the page on."""
    st.session_state.setdefault(_REPLACED, {})[TOKENIZERS] = (spec, other)


def choose_opening() -> None:
    """Choose the tokenizers that the page opens with."""
    st.session_state[TOKENIZERS] = list(OPENING)
