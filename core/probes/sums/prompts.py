"""How sums are put to a model, and how the number is read off what it writes."""

from collections.abc import Mapping

import regex

from core.probes.sums.addition import Addition, question
from core.vocabulary.place_values import STYLES

WRITTEN: Mapping[str, str] = {"plain": "12345", "commas": "12,345"}  # keys of STYLES
N_WRITTEN = 12  # tokens that are written at most: a sum of seven digits, each alone, with two commas, and what ends it
_SHOWN = (Addition(7, 5), Addition(48, 36), Addition(316, 927), Addition(5208, 1794), Addition(81463, 40275))
_NUMBER = regex.compile(r"\s*(\d[\d,]*)")


def prompt(one: Addition, written: str) -> str:
    """Five sums with their answers, then the one that is asked, in a style of `WRITTEN`.

    >>> prompt(Addition(1200, 34), "commas").splitlines()[-3:]
    ['5,208+1,794=7,002', '81,463+40,275=121,738', '1,200+34=']
    """
    style = STYLES[WRITTEN[written]]
    shown = [f"{style(str(s.a))}+{style(str(s.b))}={style(str(s.answer))}" for s in _SHOWN]
    return "\n".join([*shown, f"{style(str(one.a))}+{style(str(one.b))}="])


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
