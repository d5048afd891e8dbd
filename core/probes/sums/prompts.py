"""How sums are put to a model, and how the number is read off what it writes."""

from collections.abc import Mapping, Sequence

import regex

from core.probes.sums.addition import Addition, question
from core.vocabulary.place_values import STYLES

WRITTEN: Mapping[str, str] = {"plain": "12345", "commas": "12,345"}  # keys of STYLES
_SHOWN = Addition(5208, 794)
_NUMBER = regex.compile(r"\s*(\d[\d,]*)")


def prompt(one: Addition, written: str) -> str:
    """A sum with its answer, then the one that is asked, in a style of `WRITTEN`.

    >>> prompt(Addition(1200, 34), "commas").splitlines()
    ['5,208+794=6,002', '1,200+34=']
    """
    style = STYLES[WRITTEN[written]]
    shown, asked = (f"{style(str(s.a))}+{style(str(s.b))}=" for s in (_SHOWN, one))
    return f"{shown}{style(str(_SHOWN.answer))}\n{asked}"


def n_written(sums: Sequence[Addition]) -> int:
    """Tokens that the longest answer takes where each character is one, and one more.

    >>> n_written([Addition(999, 1)])
    6
    """
    return max(len(f"{one.answer:,}") for one in sums) + 1


def bare(one: Addition) -> str:
    """The sum alone, as an adder has learnt it."""
    return question(one)


def number_in(text: str) -> int | None:
    """The number that a continuation begins with; None where it begins with none.

    >>> number_in(" 1,234\\n5+6=11"), number_in("12 is right"), number_in("I think")
    (1234, 12, None)
    """
    found = _NUMBER.match(text)
    return int(found[1].replace(",", "")) if found else None
