"""How much of the whole each text is: as there is of it, the same of each, or by shares that the user sets."""

from collections.abc import Mapping, Sequence

import streamlit as st

from components.frame.errors import plain
from components.training.linked import LINKED, among
from core.training.asked import in_lowest_terms
from core.training.runs import mixture_label
from core.training.sources import source_label

_KEY, _SET = "train_mixtures", "train_mixtures_set"  # those chosen; in the session, those that were set by the user
_ALL, _EQUAL = "all", "equal"
_WHOLE = 100  # the largest share
_MOST = 6  # that are set by the user
Shares = tuple[float, ...]


def ask_mixtures(texts: Sequence[str]) -> list[Shares]:
    """Shares of the texts in bytes, relative to one another, in each mixture; empty for all there is of each."""
    if len(texts) < 2:
        return [()]
    with st.expander(
        "Mixture: as much of each text as there is, or by shares", icon=":material/blender:", key="train_mix"
    ):
        mixtures = {_ALL: (), _EQUAL: (1.0,) * len(texts)} | _set(texts)
        among(_KEY, [*mixtures])
        chosen = LINKED.several(
            "Mixtures", _labels(mixtures, texts), _KEY, [_ALL], "In bytes. Each trainer and size is tried with each."
        )
        if st.toggle("Set shares", key="train_set_shares"):
            _sliders(texts, n_set=len(mixtures) - 2)
        if any(mixtures[one] for one in chosen):
            st.caption(
                "By shares, as much is taken of each text as all can keep to: one of which there is little makes the "
                "others short."
            )
    return [mixtures[one] for one in chosen] or [()]


def _labels(mixtures: Mapping[str, Shares], texts: Sequence[str]) -> dict[str, str]:
    """What each is called; in full where two would be called alike."""
    short = {key: mixture_label(shares, texts) for key, shares in mixtures.items()}
    twice = {label for label in short.values() if list(short.values()).count(label) > 1}
    return {
        key: plain(mixture_label(mixtures[key], texts, in_full=label in twice).capitalize())
        for key, label in short.items()
    }


def _set(texts: Sequence[str]) -> dict[str, Shares]:
    """Those that the user or the link set for so many texts, by what the link has of each."""
    linked = [one for one in st.query_params.get_all(_KEY) if one not in (_ALL, _EQUAL)]
    found = map(_read, [*linked[:_MOST], *st.session_state.get(_SET, [])])
    return {_written(shares): shares for shares in found if len(shares) == len(texts) and len(set(shares)) > 1}


def _read(written: str) -> Shares:
    """
    >>> _read("6:2"), _read("3:no"), _read("3:101")
    ((3.0, 1.0), (), ())
    """
    parts = written.split(":")
    if not all(part.isascii() and part.isdecimal() and len(part) < 4 and 1 <= int(part) <= _WHOLE for part in parts):
        return ()
    return in_lowest_terms([*map(float, parts)])


def _written(shares: Sequence[float]) -> str:
    return ":".join(f"{share:g}" for share in shares)


def _sliders(texts: Sequence[str], n_set: int) -> None:
    """A slider per text, and a button that makes a mixture of them."""
    columns = st.columns(3)
    shares = [
        columns[n % 3].slider(source_label(text), 1, _WHOLE, _WHOLE // 2, key=f"train_share_{text}")
        for n, text in enumerate(texts)
    ]
    largest = source_label(texts[shares.index(max(shares))])
    st.caption(f"{plain(largest)} is {max(shares) / sum(shares):.0%} of the whole.")
    st.button(
        "Add this mixture", icon=":material/add:", key="train_add_mixture", on_click=_add, args=(shares,),
        disabled=n_set >= _MOST or len(set(shares)) == 1,
        help=f"Shares that are all the same stand among the mixtures already; up to {_MOST} others are compared.",
    )  # fmt: skip


def _add(shares: Sequence[int]) -> None:
    state, key = st.session_state, _written(in_lowest_terms(shares))
    state[_SET] = [*dict.fromkeys([*state.get(_SET, []), key])]
    before = [one for one in state.get(_KEY, []) if one != _ALL]  # which stands there where nobody chose
    state[_KEY] = [*dict.fromkeys([*before, key])]
