"""Numbers of any size in words."""

from core.common.numbers import count
from core.probes.spelling_counts import digits

_NAMES = (
    *("", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion", "septillion"),
    *("octillion", "nonillion", "decillion"),
)
_ATOMS = 10**80  # of the observable universe, about
_LONGEST = 5_000  # digits that are written out


def in_words(n: int) -> str:
    """A whole number as it is said.

    >>> in_words(660), in_words(38_203_680), in_words(10**40)
    ('660', 'about 38.2 million', 'a number of 41 digits')
    >>> in_words(10**90)
    'a number of 91 digits, more than there are atoms in the observable universe'
    """
    written = digits(n)
    group, lead = divmod(len(written) - 1, 3)
    if n < 1_000:
        return written
    if group >= len(_NAMES):
        more = ", more than there are atoms in the observable universe" if n > _ATOMS else ""
        return f"a number of {count(len(written))} digits{more}"
    head, tail = written[: lead + 1], written[lead + 1 : 3]
    return f"about {head}{'.' if tail else ''}{tail} {_NAMES[group]}"


def written_out(n: int) -> str:
    """All digits in groups of three; of a number too long to print the first and the last ones.

    >>> written_out(1234567).replace("\\u202f", " ")
    '1 234 567'
    >>> written_out(10**6000)[-9:]
    '000000000'
    """
    written = digits(n)
    if len(written) > _LONGEST:
        return f"{written[:60]} … {count(len(written) - 120)} more digits … {written[-60:]}"
    first = len(written) % 3
    groups = [written[:first]] if first else []
    return "\u202f".join([*groups, *(written[at : at + 3] for at in range(first, len(written), 3))])
