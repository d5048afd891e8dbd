"""What is taken out of a `tokenizer.json`, and what is not, with the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

BuiltOn = Literal["keep", "remove", "reroute"]
BUILT_ON: tuple[BuiltOn, ...] = ("keep", "remove", "reroute")

NO_ENTRY = "there is no such entry"
ADDED = "an added or special token, which is looked for before a text is cut"
UNKNOWN = "the token for what is unknown"
NEEDED = "nothing else writes its characters"
WORDS = "in a list of whole words nothing else writes it"

_BYTE_LENGTH = len("<0x00>")


@dataclass(frozen=True, eq=False)
class Removal:
    """A tokenizer.json without some entries.

    Args:
        document: the file's content, parsed, as it is afterwards.
        removed: ids that are taken out, ascending; those built on them included.
        kept: ids that were asked for and stay, with the reason.
        n_rerouted: entries that are built from other parts than before.
        exact: whether a text in which none of `removed` stands is certain to be cut as before.
    """

    document: Mapping[str, Any]
    removed: tuple[int, ...]
    kept: Mapping[int, str]
    n_rerouted: int = 0
    exact: bool = True


def added_contents(document: Mapping[str, Any]) -> frozenset[str]:
    """Spellings of the tokens that are looked for before a text is cut."""
    return frozenset(str(token["content"]) for token in document.get("added_tokens") or ())


def is_needed(token: str, text: str, vocabulary: Mapping[str, int], byte_fallback: bool) -> bool:
    """Whether some character could not be written without this entry.

    Args:
        text: of the token, without what marks its place in a word.
        vocabulary: the entries that would be left, by spelling.

    >>> left = {"<0xC3>": 0, "<0xA9>": 1}
    >>> is_needed("é", "é", left, True), is_needed("é", "é", left, False), is_needed("the", "the", left, False)
    (False, True, False)
    """
    if byte_fallback and (byte := _byte_of(token)) is not None:
        return not (byte < 0x80 and (chr(byte) in vocabulary or (byte == 0x20 and "▁" in vocabulary)))
    if len(text) != 1:
        return False
    return not (byte_fallback and all(f"<0x{b:02X}>" in vocabulary for b in text.encode()))


def _byte_of(token: str) -> int | None:
    if len(token) != _BYTE_LENGTH or not (token.startswith("<0x") and token.endswith(">")):
        return None
    try:
        return int(token[3:5], 16)
    except ValueError:
        return None


def refused(
    ids: Sequence[int], spelling: Mapping[int, str], added: frozenset[str], unknown: str | None
) -> dict[int, str]:
    """Of these ids those that no model lets go, with the reason."""
    found = dict[int, str]()
    for i in ids:
        token = spelling.get(i)
        if token is None:
            found[i] = NO_ENTRY
        elif token == unknown:
            found[i] = UNKNOWN
        elif token in added:
            found[i] = ADDED
    return found
