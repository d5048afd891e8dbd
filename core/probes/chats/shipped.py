"""What became of one conversation under the chat tokenizers at hand, as it ships in data/probes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from core.common.codec import from_json
from core.common.data_folders import DATA

FILE = DATA / "probes" / "chat_prefix.json"


@dataclass(frozen=True)
class ShippedGrowth:
    """What was found of one kind of conversation.

    Args:
        prefix: whether every encoding is the beginning of the next; None where the tokenizer refuses the conversation.
        first: place of the first token that does not stay.
        added: role of the turn with which that is.
        cause: "template" or "seam".
        why: of a refusal.
    """

    prefix: bool | None
    first: int | None
    added: str
    cause: str
    why: str


@dataclass(frozen=True)
class ShippedChats:
    """All that ships.

    Args:
        date: when it was asked, ISO 8601.
        conversation: as `core.probes.chats.turns` reads it.
        versions: of the libraries.
        fingerprints: of the tokenizers, by label.
        rows: what was found, by label and then by a key of `core.probes.chat_prefix.KINDS`.
    """

    date: str
    conversation: str
    versions: tuple[str, ...]
    fingerprints: Mapping[str, str]
    rows: Mapping[str, Mapping[str, ShippedGrowth]]


@cache
def shipped_chats() -> ShippedChats:
    """The file.

    >>> [len(kinds) for kinds in shipped_chats().rows.values()][:1]
    [5]
    """
    return from_json(ShippedChats, json.dumps(json.loads(FILE.read_text(encoding="utf-8"))), {})
