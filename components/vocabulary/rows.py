"""The tokenizers on the page with their entries."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components.cached import vocabulary as cached
from components.frame.errors import show_error
from components.vocabulary.looking import looking
from components.widgets.colours import tokenizer_colours
from components.widgets.names import learn, names_at_hand, put_at_hand
from core.common.errors import UserError
from core.common.sandbox.interest import still_wanted
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.entries import Entries


@dataclass(frozen=True, eq=False)
class VocabularyRow:
    """One tokenizer: its spec, its entries, its name and its colour on this page."""

    spec: str
    entries: Entries
    label: str
    colour: str

    @property
    def tokenizer(self) -> Tokenizer:
        """Whose entries they are."""
        return self.entries.tokenizer

    @property
    def fingerprint(self) -> str:
        """Of the tokenizer; what is found of its entries is kept under it."""
        return self.tokenizer.info.fingerprint


def vocabulary_rows(specs: Sequence[str]) -> list[VocabularyRow]:
    """A row per tokenizer that opens and has a vocabulary; each of the others gives one message."""
    done: dict[str, Entries] = {}
    failures: dict[str, UserError] = {}
    with looking("Reading vocabularies …"):
        for spec in specs:
            still_wanted()
            try:
                done[spec] = cached.entries(spec)
            except UserError as error:
                failures[spec] = error
    if learn({spec: one.tokenizer.info.label for spec, one in done.items()}, failures):
        st.rerun()  # the chips above were drawn with names that their specs suggested
    for spec, failure in failures.items():
        show_error(failure, about=spec)
    put_at_hand(list(done))
    kept = st.session_state.setdefault("tokenizer_colours", {})
    colours = tokenizer_colours([one.tokenizer.info.fingerprint for one in done.values()], kept)
    called = names_at_hand()
    return [VocabularyRow(spec, one, called[spec], c) for (spec, one), c in zip(done.items(), colours, strict=True)]
