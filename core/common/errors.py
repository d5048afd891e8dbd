"""Errors written for the person at the screen. Anything else that is raised is a bug."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from core.common.numbers import count


class UserError(Exception):
    """Something the user can mend: says what failed, names the value, and says what to do."""


class UnknownName(UserError):
    """A name that is not in a known set; suggests the nearest, and lists all only where they are few.

    Args:
        near: what was probably meant, where the caller knows better than the letters do.

    >>> str(UnknownName("animal", "dgo", ["cat", "dog"]))
    "There is no animal 'dgo'. Did you mean dog?"
    """

    def __init__(self, what: str, name: str, known: Iterable[str], near: Sequence[str] = ()) -> None:
        names = sorted(known)
        super().__init__(f"There is no {what} {shown(name)}. {_hint(name, names, near or _nearest(name, names, 0.5))}")


_FEW, _COMPARED = 12, 1_000  # names that are listed in full, and that are compared however unlike


def _nearest(name: str, names: Sequence[str], cutoff: float) -> list[str]:
    """At most three names, in the letters that they are known by; big and small ones are the same here."""
    by_folded = {one.casefold(): one for one in names}
    return [by_folded[one] for one in get_close_matches(name[:200].casefold(), by_folded, n=3, cutoff=cutoff)]


def _hint(name: str, names: Sequence[str], near: Sequence[str]) -> str:
    if near:
        return f"Did you mean {' or '.join(near)}?"
    if len(names) <= _FEW:
        return f"Known: {', '.join(names) or 'none'}."
    some = _nearest(name, names[:_COMPARED], 0.0) or names[:3]
    return f"{count(len(names))} are known; those written most like it: {', '.join(some)}."


class UnreadableFile(UserError):
    """A file that is damaged, truncated or of another format."""


class Changed(UserError):
    """What a job was submitted for is by now something else.

    >>> str(Changed("file:model"))
    "'file:model' has changed since this was asked for. Put it back and try again, or ask anew for what it is now."
    """

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{shown(name)} has changed since this was asked for. Put it back and try again, or ask anew for what it "
            "is now."
        )


class TooLarge(UserError):
    """An input over a stated limit."""


class TookTooLong(UserError):
    """Work on untrusted input that ran past its time or memory."""


def is_failure(error: BaseException) -> bool:
    """Did a library fail, as opposed to somebody ending the program?

    A panic in Rust is no `Exception`: PyO3 raises `PanicException`, a class that cannot be imported.

    >>> is_failure(ValueError()), is_failure(KeyboardInterrupt())
    (True, False)
    """
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def shown(value: str, limit: int = 80) -> str:
    """A value as it may stand in a message: quoted, one line, control characters escaped, cut at `limit` characters.

    A text is cut at its end; a path or an address in its middle, for its end is what names the file.

    >>> shown("a\\x1b[31mb")
    "'a\\\\x1b[31mb'"
    >>> shown("/srv/models/of/everybody/here/vocab.txt", 20)
    "'/srv/m…ere/vocab.txt'"
    """
    if len(value) > limit and _is_path(value):
        front = limit // 3
        value = value[:front] + "…" + value[front + 1 - limit :]
    escaped = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in value[: limit + 1])
    return repr(escaped[:limit] + "…" if len(escaped) > limit else escaped).replace("\\\\", "\\")


_BEGINS_A_PATH = re.compile(r"(?:[\w-]+:)?(?:~|\.{1,2})?/")


def _is_path(value: str) -> bool:
    """Does it begin like one, perhaps after the `kind:` of a specification, or have a slash and no space?"""
    return "/" in value and (_BEGINS_A_PATH.match(value) is not None or len(value.split(maxsplit=1)) == 1)
