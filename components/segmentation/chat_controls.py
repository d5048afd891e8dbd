"""Controls for what a chat template takes beyond the turns, found in the template itself."""

import json
from collections.abc import Sequence

import streamlit as st

from components.cached import chats
from components.frame.errors import plain
from components.segmentation.rows import Row
from core.common.errors import UserError, shown
from core.common.numbers import count
from core.tokenizers.chat.chat import Given, chosen_template
from core.tokenizers.chat.variables import Variable
from core.tokenizers.tokenizer import Info

MOST_CHARACTERS = 100_000  # of one value
_WIDTH = 240  # px
_UNSET = "as the template has it"
_TOOLS = """[{"type": "function", "function": {"name": "weather", "description": "The weather of a city",
  "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]"""
_ABOUT = {
    "tools": "Functions that the model may call: a list of JSON schemas, as transformers takes them.",
    "documents": "Texts to answer from: a list of objects with a title and a text.",
}


def template_choice(row: Row) -> str:
    """The name of the template to use; empty where the tokenizer has one at most."""
    names = [name for name, _ in row.tokenizer.info.chat_templates]
    if not names:
        return ""
    usual = _usual(row.tokenizer.info)
    chosen = st.selectbox(
        "Template",
        names,
        index=names.index(usual) if usual else None,
        key=f"chat_template_{row.spec}",
        placeholder="Choose a template",
        help="This tokenizer has several. transformers takes tool_use where tools are given, else default; where there "
        "is no default, it asks.",
        width=240,
    )
    return chosen or ""


def template_of(row: Row) -> str:
    """The template chosen for a tokenizer, here or earlier; empty for the usual one."""
    chosen = st.session_state.get(f"chat_template_{row.spec}")
    return chosen if chosen in dict(row.tokenizer.info.chat_templates) else ""


def _usual(info: Info) -> str:
    try:
        return chosen_template(info)
    except UserError:
        return ""


def given(variables: Sequence[Variable]) -> Given:
    """The values that the user gives to a template's variables, as JSON; those left alone are not among them.

    Raises:
        UserError: one is not valid JSON, or too long; says which.
    """
    if not variables:
        return ()
    with st.expander(f"What the template also takes: {', '.join(plain(one.name) for one in variables[:6])}"):
        with st.container(horizontal=True):
            found = {one.name: _asked(one) for one in variables if one.kind != "json"}
        found |= {one.name: _asked(one) for one in variables if one.kind == "json"}
    return tuple((name, _checked(name, value)) for name, value in sorted(found.items()) if value)


def _asked(variable: Variable) -> str:
    """One control; JSON, empty where it is left alone."""
    key, label = f"chat_variable_{variable.name}", plain(variable.name)
    if variable.kind == "json":
        return str(st.text_area(label, key=key, placeholder=_example(variable.name), help=_ABOUT.get(variable.name)))
    if variable.kind == "text":
        text = st.text_input(label, key=key, placeholder=next(iter(variable.options), _UNSET), width=_WIDTH)
        return json.dumps(text) if text else ""
    words = ["true", "false"] if variable.kind == "switch" else list(variable.options)
    word = st.selectbox(label, [_UNSET, *words], key=key, format_func=plain, width=_WIDTH)
    if word not in words:
        return ""
    return str(word) if variable.kind == "switch" else json.dumps(word)


def _example(name: str) -> str:
    return _TOOLS if name == "tools" else "[]"


def _checked(name: str, value: str) -> str:
    if len(value) > MOST_CHARACTERS:
        raise UserError(
            f"{name} has {count(len(value))} characters; at most {count(MOST_CHARACTERS)} are taken. Shorten it."
        )
    try:
        json.loads(value)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name} is not valid JSON: {shown(str(error), 80)[1:-1]}. An empty list is [].") from None
    return value


def variables_of(row: Row, template: str) -> tuple[Variable, ...]:
    """What the chosen template takes; the tools alone for tokenizers whose library writes the chat."""
    if not row.tokenizer.info.chat_template and not row.tokenizer.info.chat_templates:
        return (Variable("tools", "json"),)
    return chats.chat_controls(row.spec, template)
