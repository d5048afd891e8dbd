"""The lossless badge: how many of the chosen tokenizers say a text back, and what the others lose."""

from collections.abc import Sequence

import streamlit as st

from components.cached import corpora as cached_corpora
from components.cached import tokenizers as cached
from components.frame.errors import plain
from components.premium.brought.owner import known_here
from core.common.errors import UserError
from core.common.numbers import count
from core.counting.brought import from_link
from core.counting.table import Counted
from core.jobs.shared_cache import shared
from core.metrics.base import METRICS
from core.premium.atlas.fidelity import Fidelity, fidelity, shipped_fidelity

_SAMPLE = "sample"
_TRIED = "premium_fidelity"  # in the session: by fingerprint


def lossless_badge(keys: Sequence[str]) -> None:
    """A badge for the tokenizers of the page, with each of them on a click; one that a user brought is tried then."""
    known = known_here()
    found = {key: _known(key, known[key]) for key in keys}
    place = st.popover(
        badge_text(list(found.values())),
        type="tertiary",
        width="content",
        icon=":material/undo:",
        key="lossless",
        on_change="rerun",
    )
    if not place.open:
        return
    with place:
        with st.spinner("Trying yours on the sample …"):
            found |= {key: _tried(known[key]) for key, one in found.items() if one is None and from_link(key)}
        st.markdown(plain(METRICS.get("lossless").definition.text))
        st.dataframe(
            {
                "Tokenizer": [known[key].label for key in keys],
                "Exact": [
                    "not tried" if one is None else f"{count(one.n_exact)} of {count(one.n_sentences)}"
                    for one in found.values()
                ],
                "Unknown tokens": [None if one is None else one.unknown_share for one in found.values()],
                "What is lost, in how many sentences": [
                    "" if one is None else ", ".join(f"{what} {count(n)}" for what, n in one.lost)
                    for one in found.values()
                ],
                "Normalises": ["" if one is None else one.normaliser for one in found.values()],
            },
            hide_index=True,
            column_config={"Unknown tokens": st.column_config.NumberColumn(format="percent")},
            placeholder="–",
        )
        st.caption(
            "Tried on every sentence of our own sample. For tokenizers that ship, this was worked out by make atlas; "
            "for yours, it is now."
        )


def badge_text(found: Sequence[Fidelity | None]) -> str:
    """How many are lossless, of those that were tried.

    >>> badge_text([None, Fidelity("f", "c", 2, 2, 0.0, "", ()), Fidelity("f", "c", 2, 1, 0.0, "", ())])
    '1 of 2 lossless · 1 not tried'
    """
    tried = [one for one in found if one is not None]
    left = len(found) - len(tried)
    return f"{sum(one.lossless for one in tried)} of {len(tried)} lossless" + (f" · {left} not tried" if left else "")


def _known(key: str, one: Counted) -> Fidelity | None:
    """What is known without opening anything."""
    tried: dict[str, Fidelity] = st.session_state.get(_TRIED, {})
    return tried.get(one.fingerprint) if from_link(key) else shipped_fidelity().get(key)


def _tried(one: Counted) -> Fidelity | None:
    """Try it now; None if it does not open."""
    try:
        found = shared().get(
            ("fidelity", one.fingerprint),
            lambda: fidelity(cached.tokenizer(one.spec), cached_corpora.corpus(_SAMPLE)),
            most=64,
        )
    except UserError:
        return None
    st.session_state.setdefault(_TRIED, {})[one.fingerprint] = found
    return found
