"""Words that somebody gives, one a line or in a running text."""

from core.common.errors import TooLarge, UserError
from core.common.numbers import count
from core.text.utf8 import utf8

MOST_WORDS = 10_000
MOST_WORD_BYTES = 1_000


def given_words(text: str, by_line: bool = False, most: int = MOST_WORDS) -> tuple[str, ...]:
    """The distinct words of a text, in order, or its lines.

    Raises:
        UserError: there are none, or the text has no UTF-8 form.
        TooLarge: there are too many, or one is too long.

    >>> given_words("to be  or to"), given_words("due process\\n\\ntort\\n", by_line=True)
    (('to', 'be', 'or'), ('due process', 'tort'))
    """
    utf8(text)
    parts = (line.strip() for line in text.split("\n")) if by_line else text.split()
    found = tuple(dict.fromkeys(part for part in parts if part))
    what = "lines" if by_line else "words"
    if not found:
        raise UserError(f"There are no {what}. Give some, or leave the list out for the one that is shipped.")
    if len(found) > most:
        raise TooLarge(f"These are {count(len(found))} different {what}; up to {count(most)} are read. Give fewer.")
    longest = max(len(one.encode()) for one in found)
    if longest > MOST_WORD_BYTES:
        raise TooLarge(
            f"One of the {what} has {count(longest)} bytes; up to {count(MOST_WORD_BYTES)} are read. Leave it out."
        )
    return found
