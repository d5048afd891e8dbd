"""The tokenizers of an experiment that compares several: those that open, and the one that is looked at."""

from collections.abc import Mapping, Sequence

import streamlit as st

from components.cached import tokenizers as cached
from components.frame.errors import show_error
from components.probes.context import ProbeContext
from components.widgets.colours import tokenizer_colours
from core.common.errors import UserError
from core.common.sandbox.interest import still_wanted
from core.export.provenance import CitedTokenizer
from core.probes.probe import Asked
from core.tokenizers.tokenizer import Tokenizer

LOOKED_AT = Asked(key="tokenizer", kind="tokenizer", text="the one that is looked at")


def open_ones(context: ProbeContext) -> dict[str, Tokenizer]:
    """The tokenizers of the page, by the spec that it knows them by; of one that does not open it is said why."""
    found: dict[str, Tokenizer] = {}
    for spec, name in context.names.items():
        still_wanted()
        try:
            found[spec] = cached.tokenizer(spec)
        except UserError as error:
            show_error(error, name)
    return found


def looked_at(context: ProbeContext, opened: Mapping[str, Tokenizer]) -> str:
    """Of these, the spec of the one that was chosen, or of the first."""
    chosen = context.text(LOOKED_AT.key)
    return chosen if chosen in opened else next(iter(opened))


def cited(context: ProbeContext, opened: Mapping[str, Tokenizer]) -> list[CitedTokenizer]:
    """Who they are, for what is taken away."""
    return [CitedTokenizer(context.names[spec], one.info.fingerprint) for spec, one in opened.items()]


def colours(tokenizers: Sequence[Tokenizer]) -> list[str]:
    """Of each its colour, the same on every page."""
    kept = st.session_state.setdefault("tokenizer_colours", {})
    return tokenizer_colours([one.info.fingerprint for one in tokenizers], kept)
