"""What is taken out of a tokenizer's file, and what is not, with the reason."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Literal

from core.common.numbers import count, so_many
from core.vocabulary.repair.placeholder import placeholder

BuiltOn = Literal["keep", "remove", "reroute"]
BUILT_ON: tuple[BuiltOn, ...] = ("keep", "remove", "reroute")

NO_ENTRY = "there is no such entry"
GONE = "it was taken out before"
ADDED = "an added or special token, which is looked for before a text is cut"
UNKNOWN = "the token for what is unknown"
NEEDED = "nothing else writes its characters"
BUILT = "built from it"  # how the reason ends where other entries are
WORDS = "in a list of whole words nothing else writes it"

_BYTE_LENGTH = len("<0x00>")
_SPACE = "▁"  # what a pipeline writes for a space; bytes in its place would say the mark itself


@dataclass(frozen=True, eq=False)
class Removal:
    """A tokenizer's file without some entries.

    Args:
        document: the file's content, parsed, as it is afterwards.
        removed: ids that are taken out, ascending; those built on them included.
        kept: ids that were asked for and stay, with the reason.
        n_rerouted: entries that are built from other parts than before.
        exact: whether a text in which none of `removed` stands is certain to be cut as before.
    """

    document: Any
    removed: tuple[int, ...]
    kept: Mapping[int, str]
    n_rerouted: int = 0
    exact: bool = True


@dataclass(frozen=True)
class Spared:
    """Added and special tokens, by spelling and by id: they are no business of the model, and stay."""

    contents: frozenset[str] = frozenset()
    ids: frozenset[int] = frozenset()

    def __or__(self, other: "Spared") -> "Spared":
        return Spared(self.contents | other.contents, self.ids | other.ids)


NOTHING = Spared()


def built_from(n: int) -> str:
    """The reason why an entry stays that so many others are built from.

    >>> built_from(1)
    '1 other entry is built from it'
    """
    return f"{so_many(n, 'other entry is', 'other entries are')} {BUILT}"


def nothing_goes(kept: Mapping[int, str]) -> str:
    """What a person reads where all that was asked for stays.

    >>> nothing_goes({7: NO_ENTRY})
    'None of these entries can be taken out. 7: there is no such entry. Name others.'
    """
    i, why = next(iter(sorted(kept.items())))
    others = f", and {count(len(kept) - 1)} more stay" if len(kept) > 1 else ""
    advice = "Name others"
    if any(BUILT in reason for reason in kept.values()):
        advice += ", or let what is built from them go as well or be built from other parts"
    return f"None of these entries can be taken out. {i}: {why}{others}. {advice}."


def spared_in(document: Mapping[str, Any]) -> Spared:
    """Tokens of a tokenizer.json that are looked for before a text is cut, or put around it."""
    added = document.get("added_tokens") or ()
    contents = {str(token["content"]) for token in added} | _around(document.get("post_processor"))
    return Spared(frozenset(contents), frozenset(token["id"] for token in added))


def _around(processor: Any) -> set[str]:
    """Tokens that a post-processor puts around a text.

    >>> sorted(_around({"processors": [{"sep": ["[SEP]", 2], "cls": ["[CLS]", 1]}]}))
    ['[CLS]', '[SEP]']
    """
    if not isinstance(processor, dict):
        return set()
    named = (processor.get("special_tokens") or {}).values()
    found = {str(token) for one in named for token in one["tokens"]}
    found |= {str(processor[side][0]) for side in ("sep", "cls") if side in processor}
    return found.union(*map(_around, processor.get("processors") or ()))


def needed(chosen: Mapping[str, str], left: Set[str], byte_fallback: bool) -> set[str]:
    """Of the tokens that are to go those without which some character could not be written.

    Args:
        chosen: text of each, without what marks its place in a word.
        left: the entries that are not to go.
        byte_fallback: whether a character without an entry is written in bytes.

    >>> sorted(needed({"é": "é", "a": "a", "ab": "ab", "<0x61>": "<0x61>"}, {"<0xC3>", "<0xA9>", "b"}, True))
    ['a']
    >>> sorted(needed({"é": "é", "ça": "ça"}, {"a"}, False))
    ['ça', 'é']
    """
    single = {token for token, text in chosen.items() if len(text) == 1}
    characters = {token for token in single if not _in_bytes(chosen[token], left, byte_fallback)}
    there = left | characters
    others = ((token, text) for token, text in chosen.items() if token not in single)
    return characters | {token for token, text in others if _leaves_a_gap(token, text, there, byte_fallback)}


def _leaves_a_gap(token: str, text: str, left: Set[str], byte_fallback: bool) -> bool:
    if byte_fallback and (byte := _byte_of(token)) is not None:
        return not (byte < 0x80 and (chr(byte) in left or (byte == 0x20 and _SPACE in left)))
    return not all(character in left or _in_bytes(character, left, byte_fallback) for character in text)


def _in_bytes(character: str, left: Set[str], byte_fallback: bool) -> bool:
    return byte_fallback and character != _SPACE and all(f"<0x{b:02X}>" in left for b in character.encode())


def _byte_of(token: str) -> int | None:
    if len(token) != _BYTE_LENGTH or not (token.startswith("<0x") and token.endswith(">")):
        return None
    try:
        return int(token[3:5], 16)
    except ValueError:
        return None


def refused(ids: Sequence[int], spelling: Mapping[int, str], spared: Spared, unknown: str | None) -> dict[int, str]:
    """Of these ids those that no model lets go, with the reason."""
    why = {i: _why_refused(i, spelling.get(i), spared, unknown) for i in ids}
    return {i: reason for i, reason in why.items() if reason}


def _why_refused(i: int, token: str | None, spared: Spared, unknown: str | None) -> str:
    if token in ("", placeholder(i)):
        return GONE
    if token is not None and token == unknown:
        return UNKNOWN
    if i in spared.ids or token in spared.contents:
        return ADDED
    return NO_ENTRY if token is None else ""
