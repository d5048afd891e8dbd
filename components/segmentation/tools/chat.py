"""Chat: system, user and assistant turns as a tokenizer's own template writes them, special tokens marked."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from components.cached import chats
from components.frame.errors import plain, user_errors
from components.segmentation.chat_controls import given, template_choice, variables_of
from components.segmentation.chat_costs import draw_costs
from components.segmentation.context import SegmentationContext
from components.segmentation.rows import Row
from components.segmentation.token_view.component import token_view
from components.segmentation.view_model import token_view_of
from components.widgets import text_state
from components.widgets.row_choice import choose_row
from components.widgets.view import View
from core.common.errors import UserError
from core.common.numbers import count
from core.text.windows import windows
from core.tokenizers.chat.chat import RenderedChat, Turn, chosen_template, templates_of, why_no_chat
from core.tokenizers.chat.variables import Variable
from core.tokenizers.kinds import Kind

_ROLES = ["system", "user", "assistant"]
_OPENING = [
    {"role": "system", "content": "Answer in one sentence."},
    {"role": "user", "content": "How many tokens is a hello?"},
    {"role": "assistant", "content": "Fewer than a good-bye."},
    {"role": "user", "content": "Merci ! 🙏"},
]


def draw(context: SegmentationContext) -> None:
    """An editor of turns, and below it the chat as the chosen tokenizer's model reads it."""
    able = [row for row in context.rows if not why_no_chat(row.info)]
    if not able:
        st.caption(plain(why_no_chat(context.rows[0].info)))
        st.caption(
            "Add a tokenizer that has a template, such as Mistral's or a chat model's tokenizer with its config."
        )
        return
    turns = _turns()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = choose_row(able, "chat_tokenizer")
        template = template_choice(row)
        prompt = st.toggle(
            "Open the assistant's turn",
            value=True,
            key="chat_prompt",
            help="Ends with what tells the model to answer, where its template has such a thing.",
        )
    if not turns:
        st.caption("Write at least one turn above.")
        return
    with user_errors():
        values = given(_taken(row, template))
        with user_errors():  # a template that refuses this chat; others may take it
            _draw_chat(row, chats.chat(row.spec, tuple(turns), prompt, template, values), context)
        _draw_template(row, template)
        draw_costs(context.rows, turns, prompt, values, told=row)


def _taken(row: Row, template: str) -> tuple[Variable, ...]:
    """What the template takes beyond the turns; nothing where it cannot be read, which writing the chat then says."""
    try:
        return variables_of(row, template)
    except UserError:
        return ()


def _turns() -> list[Turn]:
    """The turns as the user edits them; rows without words are left out."""
    edited = st.data_editor(
        pd.DataFrame(_OPENING),
        key="chat_turns",
        num_rows="dynamic",
        hide_index=True,
        column_config={
            "role": st.column_config.SelectboxColumn(
                "Who", options=_ROLES, required=True, default="user", width="small"
            ),
            "content": st.column_config.TextColumn("Says", width="large"),
        },
    )
    rows = edited.to_dict("records")
    return [Turn(str(row["role"]), str(row["content"])) for row in rows if row["content"] and row["role"] in _ROLES]


def _draw_chat(row: Row, chat: RenderedChat, context: SegmentationContext) -> None:
    """The rendered chat in the token view, and a way to take it into the editor."""
    special = int((chat.segmentation.kinds == Kind.SPECIAL).sum())
    st.caption(
        f"{count(len(chat.segmentation))} tokens, {count(special)} of them special, written by {chat.written_by}. "
        "Outlined boxes are special tokens."
    )
    shown = replace(row, segmentation=chat.segmentation)
    token_view(token_view_of([shown], chat.text, windows(chat.text)[0], context.options), key="chat_view")
    st.button(
        "Compare this chat's text under all tokenizers",
        icon=":material/north:",
        on_click=text_state.replace,
        args=(chat.text,),
    )


def _draw_template(row: Row, template: str) -> None:
    """The template as it is written, where one is chosen."""
    try:
        words = templates_of(row.tokenizer.info)[chosen_template(row.tokenizer.info, template)]
    except (KeyError, UserError):
        return
    with st.expander("The template"):
        st.code(words, language="jinja2", wrap_lines=True)


VIEW = View(label="Chat", place=40, draw=draw)
