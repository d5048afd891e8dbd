"""The tokenizers on a page with what each made of the text: what every view and tool below is drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from components.cached import tokenizers as cached
from components.frame.errors import show_error
from components.widgets.colours import tokenizer_colours
from components.widgets.names import learn, names_at_hand, put_at_hand
from core.common.errors import UserError
from core.common.sandbox.interest import still_wanted
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import Info, Specials, Tokenizer


@dataclass(frozen=True, eq=False)
class Row:
    """One tokenizer, its segmentation of the text at hand, its colour, and its name on the page if it has one there."""

    spec: str
    tokenizer: Tokenizer
    segmentation: Segmentation
    colour: str
    name: str = ""

    @property
    def label(self) -> str:
        """What it is called on this page."""
        return self.name or self.tokenizer.info.label

    @property
    def info(self) -> Info:
        """Who the tokenizer is, by its name on this page."""
        return replace(self.tokenizer.info, label=self.label)


def segment_rows(specs: Sequence[str], text: str, specials: Specials) -> list[Row]:
    """A row per tokenizer that could be opened; each of the others gives one message in place of its row."""
    done: list[tuple[str, Tokenizer, Segmentation]] = []
    failures: dict[str, UserError] = {}
    with st.spinner("Opening tokenizers and cutting the text …", show_time=True):  # seen only if it takes half a second
        for spec in specs:
            still_wanted()  # a newer text may overtake this run here
            try:
                tokenizer = cached.to_draw(spec)
                done.append((spec, tokenizer, cached.segmentation(spec, text, specials.add, specials.parse)))
            except UserError as error:
                failures[spec] = error
    if learn({spec: tokenizer.info.label for spec, tokenizer, _ in done}, failures):
        st.rerun()  # the chips above were drawn with names that their specs suggested
    for spec, failure in failures.items():
        show_error(failure, about=spec)
    put_at_hand([spec for spec, _, _ in done])
    kept = st.session_state.setdefault("tokenizer_colours", {})
    colours = tokenizer_colours([tokenizer.info.fingerprint for _, tokenizer, _ in done], kept)
    called = names_at_hand()
    return [Row(*parts, colour, called.get(parts[0], "")) for parts, colour in zip(done, colours, strict=True)]
