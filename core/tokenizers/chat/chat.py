"""A chat as a tokenizer's model reads it: written by the tokenizer's own template, never by one made up here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.common.errors import UserError
from core.text.utf8 import utf8
from core.tokenizers.chat.template import render_apart
from core.tokenizers.formats.mistral import shipped_file
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import Info, Specials, Tokenizer

_BYTE_SPELLING = re.compile(r"<0x[0-9A-F]{2}>")


@dataclass(frozen=True)
class Turn:
    """What one side says: role "system", "user" or "assistant", and its words."""

    role: str
    content: str


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
    if info.chat_template or info.source == "mistral":
        return ""
    named = ", ".join(spelling for spelling, _ in info.specials[:8]) or "none"
    return (
        f"{info.label} has no chat template, so how its model was taught to read chats is not known here. "
        f"Write the chat as plain text, with special tokens parsed; it has: {named}."
    )


def render_chat(tokenizer: Tokenizer, turns: Sequence[Turn], add_generation_prompt: bool = True) -> RenderedChat:
    """A chat as this tokenizer's model reads it, and its tokens.

    A template's text is cut with special tokens parsed, and none added, for the template writes BOS itself. What a
    user types as `<s>` is then read as the token too, as by transformers. Tokenizers of mistral-common are the
    exception: Mistral's library encodes the turns, no text can spell a control token, and a generation prompt is not a
    thing they have.

    Raises:
        TookTooLong: the template did not end within its limits.
        UserError: there are no turns, there is no template, or the template refuses this chat; with its own message.
    """
    info = tokenizer.info
    if not turns:
        raise UserError("A chat needs at least one turn. Add what the user says.")
    if missing := why_no_chat(info):
        raise UserError(missing)
    for turn in turns:
        utf8(turn.content)
    messages = tuple((turn.role, turn.content) for turn in turns)
    if not info.chat_template:
        from core.tokenizers.chat.mistral import chat_ids

        ids = chat_ids(shipped_file(info.spec.partition(":")[2]), messages)
        segmentation = _from_ids(tokenizer, ids)
        return RenderedChat(segmentation.text.decode(), segmentation, "mistral-common's own chat encoding")
    tokens = tuple((name, token) for name, token in (("bos_token", info.bos), ("eos_token", info.eos)) if token)
    text = render_apart(info.chat_template, messages, add_generation_prompt, tokens, info.label)
    segmentation = tokenizer.segment(text, Specials(add=False, parse=True))
    return RenderedChat(text, segmentation, "its own chat template")


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
