"""Errors written for the person at the screen. Anything else that is raised is a bug."""

from collections.abc import Iterable
from difflib import get_close_matches


class UserError(Exception):
    """Something the user can mend: says what failed, names the value, and says what to do."""


class UnknownName(UserError):
    """A name that is not in a known set; suggests the nearest."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = get_close_matches(name, names, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(names) or 'none'}."
        super().__init__(f"There is no {what} {shown(name)}. {hint}")


class UnreadableFile(UserError):
    """A file that is damaged, truncated or of another format."""


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

    >>> shown("a\\x1b[31mb")
    "'a\\\\x1b[31mb'"
    """
    escaped = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in value[: limit + 1])
    return repr(escaped[:limit] + "…" if len(escaped) > limit else escaped).replace("\\\\", "\\")
