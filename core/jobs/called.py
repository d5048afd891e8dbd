"""What people call a run: a name and a note, tidied and bounded."""

from core.common.errors import UserError
from core.common.numbers import count
from core.jobs.job import RunName

MOST_NAME, MOST_NOTE = 80, 2_000  # characters
_JOINERS = "\u200c\u200d"  # of letters in Persian and of emoji; no other invisible character has a use in a name


def called(session: str, name: str, note: str) -> RunName:
    """Name and note without invisible characters, the name on one line.

    Raises:
        UserError: one is too long.

    >>> called("ann", "first\\ttry\\x1b[31m ", "two\\nlines\\u202e")
    RunName(session='ann', name='first try [31m', note='two\\nlines')
    """
    name, note = " ".join(_visible(name).split()), "\n".join(map(_visible, note.splitlines())).strip()
    for what, text, most in (("name", name, MOST_NAME), ("note", note, MOST_NOTE)):
        if len(text) > most:
            raise UserError(f"The {what} has {count(len(text))} characters; {count(most)} are the most. Shorten it.")
    return RunName(session, name, note)


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() or c in _JOINERS else " " for c in text).rstrip()
