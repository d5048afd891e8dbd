"""Split by budget: where the text would be cut into chunks of at most N tokens."""

import pandas as pd
import streamlit as st

from components.segmentation.context import SegmentationContext
from components.widgets.chips import chips, visible
from components.widgets.row_choice import choose_row
from components.widgets.view import View
from components.widgets.whole_number import whole_number
from core.common.numbers import count
from core.segmentation.chunks import Unit, split_by_budget

_KEEP: dict[str, Unit] = {"Characters": "characters", "Words": "words", "Lines": "lines", "Tokens": "tokens"}
_PREVIEW = 80


def draw(context: SegmentationContext) -> None:
    """Budget, tokenizer and what must stay whole; the chunks as a table and in the text."""
    with st.container(horizontal=True):
        row = choose_row(context.rows, "budget_tokenizer", width=280)
        budget = whole_number("Tokens per chunk", 64, key="budget", width=160) or 1
        keep = st.segmented_control(
            "Never cut inside",
            list(_KEEP),
            default="Words",
            required=True,
            key="budget_keep",
            bind="query-params",
        )
    segmentation = row.segmentation
    chunks = split_by_budget(segmentation, budget, _KEEP[keep])
    over = sum(chunk.over_budget for chunk in chunks)
    st.caption(
        f"{count(len(chunks))} {'chunk' if len(chunks) == 1 else 'chunks'} of at most {count(budget)} tokens"
        + (f"; {count(over)} hold a single unit that is over the budget by itself" if over else "")
        + ". A chunk tokenized by itself may differ by a few tokens at its ends."
    )
    texts = [segmentation.text[chunk.start_byte : chunk.end_byte].decode(errors="backslashreplace") for chunk in chunks]
    chips(texts, marked=lambda i: chunks[i].over_budget)
    table = {
        "chunk": range(1, len(chunks) + 1),
        "tokens": [chunk.n_tokens for chunk in chunks],
        "bytes": [chunk.end_byte - chunk.start_byte for chunk in chunks],
        "first byte": [chunk.start_byte for chunk in chunks],
        "begins": [visible(text[:_PREVIEW]) for text in texts],
    }
    with st.expander("The chunks as a table"):
        st.dataframe(pd.DataFrame(table), hide_index=True, placeholder="–")


VIEW = View(label="Split by budget", place=50, draw=draw)
