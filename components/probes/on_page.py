"""The tokenizers on the page that open, by their names and in their colours."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from components.cached import tokenizers as cached
from components.frame.errors import show_error
from components.widgets.colours import tokenizer_colours
from core.common.errors import UserError
from core.common.sandbox.interest import still_wanted
from core.export.provenance import CitedTokenizer
from core.tokenizers.tokenizer import Info


@dataclass(frozen=True)
class OnPage:
    """A tokenizer.

    Args:
        spec: what it was chosen by.
        key: what it is called in answers.
        label, colour: on the page.
    """

    spec: str
    key: str
    label: str
    colour: str
    fingerprint: str

    @property
    def cited(self) -> CitedTokenizer:
        """It, to be named under a picture."""
        return CitedTokenizer(self.label, self.fingerprint)


def that_open(called: Mapping[str, str]) -> list[OnPage]:
    """Those that open, in order; each of the others gives one message."""
    found: dict[str, Info] = {}
    for spec in called:
        still_wanted()
        try:
            found[spec] = cached.tokenizer(spec).info
        except UserError as error:
            show_error(error, about=spec)
    kept = st.session_state.setdefault("tokenizer_colours", {})
    colours = tokenizer_colours([info.fingerprint for info in found.values()], kept)
    return [
        OnPage(spec, info.spec, called[spec], colour, info.fingerprint)
        for (spec, info), colour in zip(found.items(), colours, strict=True)
    ]
