"""Looks for entries: by text, by bytes, by id or by a pattern, each bounded in time."""

import re
import time
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from core.common.errors import TookTooLong, TooLarge, UserError, shown
from core.common.numbers import count
from core.vocabulary.entries import Entries

TEXT, BYTES, ID, PATTERN = "Text", "Bytes", "Id", "Pattern"
MOST_CHARACTERS = 200  # of what is looked for
PATTERN_SECONDS = 3.0  # of processor time, over a whole vocabulary
_READ, _AT_ONCE = (
    256,
    1_024,
)  # characters of an entry that a pattern is tried on, and entries between two looks at the clock
Mask = NDArray[np.bool_]


def matching(entries: Entries, wanted: str, how: str) -> Mask:
    """Whether each entry fits what is wanted, bool (V,); everything fits an empty string.

    Args:
        how: a key of `WAYS`.

    Raises:
        UserError: it cannot be read as that; says what to write instead.
        TookTooLong: a pattern runs for too long.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> from core.vocabulary.entries import entries_of
    >>> bytes_ = entries_of(open_tokenizer("builtin:utf8-bytes"))
    >>> [np.flatnonzero(matching(bytes_, *one)).tolist() for one in (("z", "Text"), ("7a", "Bytes"), ("3-4", "Id"))]
    [[125], [125], [3, 4]]
    >>> np.flatnonzero(matching(bytes_, "^[x-z]$", "Pattern")).tolist()
    [123, 124, 125]
    """
    if len(wanted) > MOST_CHARACTERS:
        raise TooLarge(
            f"{count(len(wanted))} characters are too many to look for: at most {MOST_CHARACTERS}. Take a part of it."
        )
    return WAYS[how](entries, wanted) if wanted else ~entries.holes


def _holding(entries: Entries, wanted: str) -> Mask:
    """Entries that hold a text, or are spelled so, as special tokens are."""
    names = entries.special_names
    found = _with_bytes(entries, wanted.encode(errors="surrogatepass"))
    found[list(names)] = [wanted in name for name in names.values()]
    return found


def _in_hex(entries: Entries, wanted: str) -> Mask:
    digits = wanted.replace("0x", "").replace(",", " ")
    try:
        return _with_bytes(entries, bytes.fromhex(digits))
    except ValueError:
        raise UserError(
            f"{shown(wanted)} is no list of bytes. Write two hexadecimal digits for each, such as e4 bd."
        ) from None


def _with_bytes(entries: Entries, data: bytes) -> Mask:
    return np.fromiter((data in piece for piece in entries.pieces), np.bool_, len(entries))


def _with_ids(entries: Entries, wanted: str) -> Mask:
    found = np.zeros(len(entries), np.bool_)
    parts = wanted.replace(",", " ").split()
    if not all(re.fullmatch(r"[0-9]{1,9}(-[0-9]{1,9})?", part) for part in parts):
        raise UserError(f"{shown(wanted)} is no list of ids. Write numbers or ranges, such as 50256 or 100-199.")
    for part in parts:
        first, _, last = part.partition("-")
        found[int(first) : int(last or first) + 1] = True
    if not found.any():
        raise UserError(f"No entry has the id {shown(wanted)}: they run from 0 to {count(len(entries) - 1)}.")
    return found


def _like(entries: Entries, wanted: str) -> Mask:
    """Entries whose text, or spelling where they are special, a regular expression is found in.

    RE2 reads each text once, whatever the pattern; a long pattern over many texts is still called off.
    """
    import pyarrow as arrow  # type: ignore[import-untyped]
    from pyarrow import compute

    names = entries.special_names
    texts = [(text or names.get(i, ""))[:_READ] for i, text in enumerate(entries.texts)]
    found, until = list[bool](), time.thread_time() + PATTERN_SECONDS
    for first in range(0, len(texts), _AT_ONCE):
        some = arrow.array([text.encode(errors="replace") for text in texts[first : first + _AT_ONCE]]).cast("string")
        try:
            found += compute.match_substring_regex(some, wanted).to_pylist()
        except (arrow.ArrowInvalid, UnicodeError) as error:
            why = str(error).removeprefix("Invalid regular expression: ")
            raise UserError(
                f"{shown(wanted)} is no regular expression that is understood here: {why}. The syntax is RE2's, which "
                "has no references to groups and does not look ahead or behind."
            ) from None
        if time.thread_time() > until:
            raise TookTooLong(
                f"The pattern {shown(wanted)} takes more than {PATTERN_SECONDS:.0f} s of processor time over "
                f"{count(len(entries))} entries. Take a simpler one, without one repetition inside another."
            )
    return np.array(found, np.bool_) & ~entries.holes


WAYS: Mapping[str, Callable[[Entries, str], Mask]] = {
    TEXT: _holding,
    BYTES: _in_hex,
    ID: _with_ids,
    PATTERN: _like,
}
