"""The tokenizers that the page knows: those of the shipped atlas, and those that users of this installation brought."""

from collections.abc import Mapping

from core.common.settings import settings
from core.counting.brought import from_link, in_link, same_content, yours
from core.counting.table import Counted
from core.premium.atlas import atlas_tokenizers


def known_tokenizers() -> dict[str, Counted]:
    """By the key that stands in links."""
    return {**atlas_tokenizers(), **{in_link(one): one for one in yours(owner()).values()}}


def owner() -> str:
    """Whose tokenizers these are; empty where everybody shares runs and so these too."""
    if not settings().private_runs:
        return ""
    from components.frame.visitor import visitor

    return visitor().key


def resolved(key: str, known: Mapping[str, Counted]) -> str | None:
    """The key here of what a link names: the same, or that of a tokenizer of the same content; None if there is none.

    >>> resolved("gpt-2", known_tokenizers()), resolved("file:x~" + atlas_tokenizers()["gpt-2"].fingerprint, {})
    ('gpt-2', 'gpt-2')
    """
    if key in known:
        return key
    named = from_link(key)
    if named is None:
        return None
    one = yours(owner()).get(named[1])
    return in_link(one) if one else same_content(named[1], atlas_tokenizers())
