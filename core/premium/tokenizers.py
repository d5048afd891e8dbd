"""The tokenizers that premiums are known of: those of the shipped atlas, segmenters, and those that users brought."""

from collections.abc import Mapping

from core.counting.brought import from_link, in_link, kept, same_content
from core.counting.table import Counted
from core.premium.atlas import atlas_tokenizers
from core.premium.chunks import chunk_index


def known_tokenizers(owner: str = "") -> dict[str, Counted]:
    """By the key that stands in links, with the shipped segmenters and those that this owner brought."""
    return {
        **atlas_tokenizers(),
        **chunk_index().segmenters,
        **{in_link(one): one for one in kept(owner).values()},
    }


def resolved(key: str, known: Mapping[str, Counted], owner: str = "") -> str | None:
    """The key here of what a link names: the same, or that of a tokenizer of the same content; None if there is none.

    >>> resolved("gpt-2", known_tokenizers()), resolved("file:x~" + atlas_tokenizers()["gpt-2"].fingerprint, {})
    ('gpt-2', 'gpt-2')
    """
    if key in known:
        return key
    named = from_link(key)
    if named is None:
        return None
    one = kept(owner).get(named[1])
    return in_link(one) if one else same_content(named[1], atlas_tokenizers())
