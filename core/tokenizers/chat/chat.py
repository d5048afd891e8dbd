"""A chat as a tokenizer's model reads it: written by the tokenizer's own template, never by one made up here."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.common.errors import UnknownName, UserError, shown
from core.common.numbers import count
from core.text.utf8 import utf8
from core.tokenizers.chat.template import ChatToWrite, render_apart, variables_apart
from core.tokenizers.chat.variables import Variable
from core.tokenizers.formats.mistral import shipped_file
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import Info, Specials, Tokenizer

Given = tuple[tuple[str, str], ...]  # (name, JSON) of variables for a template

_BYTE_SPELLING = re.compile(r"<0x[0-9A-F]{2}>")


@dataclass(frozen=True)
class Turn:
    """What one side says.

    Args:
        role: "system", "user" or "assistant".
        content: its words.
        thought: before them, in a field of its own, `reasoning_content` or `thinking`, which few templates read.
    """

    role: str
    content: str
    thought: str = ""


@dataclass(frozen=True)
class AskedChat:
    """A chat to be written.

    Args:
        add_generation_prompt: whether what begins the model's turn stands at the end.
        given: (name, JSON) of further variables: tools, enable_thinking and the like.
    """

    turns: tuple[Turn, ...]
    add_generation_prompt: bool = True
    given: Given = ()

    @property
    def values(self) -> dict[str, Any]:
        """The further variables by name."""
        return {name: json.loads(value) for name, value in self.given}

    @property
    def messages(self) -> tuple[tuple[str, str], ...]:
        """(role, content) per turn."""
        return tuple((turn.role, turn.content) for turn in self.turns)

    @property
    def thoughts(self) -> tuple[str, ...]:
        """Of each turn, empty where there is none."""
        return tuple(turn.thought for turn in self.turns)


@dataclass(frozen=True, eq=False)
class RenderedChat:
    """A chat as a model reads it.

    Args:
        text: the whole chat with its special tokens spelled out.
        segmentation: of that text; special tokens in it are of kind `special`.
        written_by: what wrote it, in words.
    """

    text: str
    segmentation: Segmentation
    written_by: str


def why_no_chat(info: Info) -> str:
    """Why a tokenizer cannot write chats, for the person at the screen; empty if it can.

    >>> from core.tokenizers.formats.builtin import ByteTokenizer
    >>> why_no_chat(ByteTokenizer().info)[:51]
    'UTF-8 bytes has no chat template, so how its model '
    """
    if info.chat_template or info.chat_templates or info.source == "mistral":
        return ""
    named = ", ".join(spelling for spelling, _ in info.specials[:8]) or "none"
    return (
        f"{info.label} has no chat template, so how its model was taught to read chats is not known here. "
        f"Write the chat as plain text, with special tokens parsed; it has: {named}."
    )


def templates_of(info: Info) -> dict[str, str]:
    """A tokenizer's chat templates by name; a sole one is called "default"."""
    sole = {"default": info.chat_template} if info.chat_template else {}
    return dict(info.chat_templates) or sole


def chosen_template(info: Info, name: str = "", tools: bool = False) -> str:
    """The name of the template that writes a chat: the one asked for, or the one that transformers would take.

    Args:
        tools: whether tools are given; a template named "tool_use" is then taken before the default.

    Raises:
        UserError: there is none of that name, or several of which none is the default; names them.
    """
    templates = templates_of(info)
    if name:
        if name not in templates:
            raise UnknownName(f"chat template of {info.label}", name, templates)
        return name
    usual = [*(["tool_use"] if tools else []), "default"]
    found = next((one for one in usual if one in templates), None)
    if found is None:
        raise UserError(
            f"{info.label} has {count(len(templates))} chat templates and none is the default. "
            f"Choose one of: {', '.join(shown(one, 40)[1:-1] for one in templates)}."
        )
    return found


def chat_variables(tokenizer: Tokenizer, template: str = "") -> tuple[Variable, ...]:
    """What a tokenizer's chat template takes beyond the turns and its special tokens; none where it has no template.

    Raises:
        TookTooLong: the template could not be read within its limits.
        UserError: it is not valid Jinja, or no template can be chosen.
    """
    info = tokenizer.info
    if not templates_of(info):
        return ()
    tokens = dict(_tokens(info))
    found = variables_apart(templates_of(info)[chosen_template(info, template)], info.label)
    return tuple(one for one in found if one.name not in tokens)


def render_chat(
    tokenizer: Tokenizer,
    turns: Sequence[Turn],
    add_generation_prompt: bool = True,
    template: str = "",
    given: Given = (),
) -> RenderedChat:
    """A chat as this tokenizer's model reads it, and its tokens.

    A template's text is cut with special tokens parsed, and none added, for the template writes BOS itself. What a
    user types as `<s>` is then read as the token too, as by transformers. Tokenizers of mistral-common are the
    exception: Mistral's library encodes the turns, no text can spell a control token, and a generation prompt is not a
    thing they have.

    Args:
        template: the name of one of its templates; empty takes the one that transformers would take.
        given: (name, JSON) of further variables: tools, enable_thinking and the like.

    Raises:
        TookTooLong: the template did not end within its limits.
        UserError: there are no turns, there is no template, or the template refuses this chat; with its own message.
    """
    found = render_chats(tokenizer, [AskedChat(tuple(turns), add_generation_prompt, given)], template)[0]
    if isinstance(found, UserError):
        raise found
    return found


def render_chats(
    tokenizer: Tokenizer, chats: Sequence[AskedChat], template: str = ""
) -> list[RenderedChat | UserError]:
    """The same of several chats at once; the error in place of one that is refused.

    Raises:
        TookTooLong: the template did not end within its limits.
        UserError: one has no turns, or there is no template.
    """
    info = tokenizer.info
    if not all(chat.turns for chat in chats):
        raise UserError("A chat needs at least one turn. Add what the user says.")
    if missing := why_no_chat(info):
        raise UserError(missing)
    for turn in {turn for chat in chats for turn in chat.turns}:
        utf8(turn.content)
    if not templates_of(info):
        return [_by_mistral(tokenizer, chat) for chat in chats]
    names = [chosen_template(info, template, tools=chat.values.get("tools") is not None) for chat in chats]
    asked = [
        ChatToWrite(templates_of(info)[name], chat.messages, chat.add_generation_prompt, chat.values, chat.thoughts)
        for name, chat in zip(names, chats, strict=True)
    ]
    texts = render_apart(asked, _tokens(info), info.label)
    return [
        text if isinstance(text, UserError) else _by_template(tokenizer, name, text)
        for name, text in zip(names, texts, strict=True)
    ]


def _by_template(tokenizer: Tokenizer, name: str, text: str) -> RenderedChat:
    segmentation = tokenizer.segment(text, Specials(add=False, parse=True))
    named = f" {name}" if tokenizer.info.chat_templates else ""
    return RenderedChat(text, segmentation, f"its own chat template{named}")


def _by_mistral(tokenizer: Tokenizer, chat: AskedChat) -> RenderedChat | UserError:
    from core.tokenizers.chat.mistral import chat_ids

    path = shipped_file(tokenizer.info.spec.partition(":")[2])
    try:
        ids = chat_ids(path, chat.messages, chat.values.get("tools"))
    except UserError as error:
        return error.with_traceback(None)
    segmentation = _from_ids(tokenizer, ids)
    return RenderedChat(segmentation.text.decode(), segmentation, "mistral-common's own chat encoding")


def _tokens(info: Info) -> tuple[tuple[str, str], ...]:
    """(name, spelling) of the special tokens that a template is handed, as transformers hands them."""
    ends = {"bos_token": info.bos, "eos_token": info.eos}
    return tuple({**{name: token for name, token in ends.items() if token}, **dict(info.named_tokens)}.items())


def _from_ids(tokenizer: Tokenizer, ids: Sequence[int]) -> Segmentation:
    """The text that ids spell, with them as its tokens."""
    special = {token_id for _, token_id in tokenizer.info.specials}
    entries = tokenizer.describe(ids)
    pieces = [entry.piece or entry.spelling.encode() for entry in entries]
    kinds = [
        Kind.SPECIAL
        if entry.id in special
        else Kind.BYTE
        if _BYTE_SPELLING.fullmatch(entry.spelling)
        else Kind.ORDINARY
        for entry in entries
    ]
    edges = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype(np.int32)
    return Segmentation(
        b"".join(pieces), np.array(ids, np.int32), edges[:-1], edges[1:], np.array(kinds, np.uint8), pieces
    )
