"""What the same conversation costs under every chosen tokenizer that can write chats."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from components.cached import chats
from components.cached import tokenizers as cached
from components.frame.errors import plain
from components.segmentation.chat_controls import template_of
from components.segmentation.rows import Row
from core.common.errors import UserError
from core.common.numbers import count
from core.tokenizers.chat.chat import Given, Turn, why_no_chat
from core.tokenizers.kinds import Kind


@dataclass(frozen=True)
class ChatCost:
    """Tokens of a conversation under one tokenizer.

    Args:
        spec: of the tokenizer, and `label`, its name.
        tokens: of the whole chat; None where it cannot be written.
        special: of these, special ones.
        words: tokens of what is said alone, each turn by itself.
        note: the template that wrote it, or why none did.
    """

    spec: str
    label: str
    tokens: int | None
    special: int | None
    words: int
    note: str

    @property
    def around(self) -> int | None:
        """Tokens that the template adds to what is said."""
        return None if self.tokens is None else self.tokens - self.words


def cost(row: Row, turns: Sequence[Turn], prompt: bool, given: Given) -> ChatCost:
    """What a conversation costs under one tokenizer."""
    words = sum(len(cached.segmentation(row.spec, turn.content, False, False)) for turn in turns)
    try:
        if missing := why_no_chat(row.info):
            raise UserError(missing)
        chat = chats.chat(row.spec, tuple(turns), prompt, template_of(row), given)
    except UserError as error:
        return ChatCost(row.spec, row.label, None, None, words, str(error))
    special = int((chat.segmentation.kinds == Kind.SPECIAL).sum())
    return ChatCost(row.spec, row.label, len(chat.segmentation), special, words, f"written by {chat.written_by}")


def draw_costs(rows: Sequence[Row], turns: Sequence[Turn], prompt: bool, given: Given, told: Row) -> None:
    """The costs as a table, the fewest tokens first, and why some are missing.

    Args:
        told: why its is missing stands above already.
    """
    costs = sorted((cost(row, turns, prompt, given) for row in rows), key=lambda one: (one.tokens is None, one.tokens))
    st.markdown("**The same conversation under every chosen tokenizer**")
    table = pd.DataFrame(
        {
            "Tokenizer": [one.label for one in costs],
            "Tokens": [_number(one.tokens) for one in costs],
            "of the words": [_number(one.words) for one in costs],
            "of the template": [_number(one.around) for one in costs],
            "Special": [_number(one.special) for one in costs],
            "How": [_how(one, told) for one in costs],
        }
    )
    st.dataframe(
        table, hide_index=True, column_config={"How": st.column_config.TextColumn(width="large")}, placeholder="–"
    )
    for one in costs:
        if one.tokens is None and one.spec != told.spec:
            st.caption(plain(one.note if one.label in one.note else f"{one.label}: {one.note}"))


def _how(one: ChatCost, told: Row) -> str:
    if one.tokens is not None:
        return one.note
    return "see above" if one.spec == told.spec else "see below"


def _number(value: int | None) -> str:
    return "–" if value is None else count(value)
