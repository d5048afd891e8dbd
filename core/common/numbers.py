"""Numbers as people read them: narrow spaces, ratios, bytes, durations, how long ago."""

import re
from math import isfinite, isnan

THIN = "\u202f"  # narrow, and no line ends there
_NEAR = 0.1  # of 1: ratios that get three decimals
_SMALL = 0.095  # two decimals would leave one digit below, or none


def count(number: float) -> str:
    """A whole number in groups of three, one without decimals to its last digit.

    >>> count(1234567.2).replace(THIN, " "), count(2**63 - 1).replace(THIN, " ")
    ('1 234 567', '9 223 372 036 854 775 807')
    """
    return (f"{number:,}" if isinstance(number, int) else f"{number:,.0f}").replace(",", THIN)


def read_number(typed: str) -> float | None:
    """The number that somebody typed, with a point or a comma before decimals, with groups of three; None if none.

    A comma before exactly three digits parts groups, as it does in the numbers that are shown.

    >>> [read_number(text) for text in ("1.5", "1,5", "6,000", "1 234 567,8", "1.234.567", "1e3", "-1", "0,175")]
    [1.5, 1.5, 6000.0, 1234567.8, 1234567.0, 1000.0, -1.0, 0.175]
    >>> [read_number(text) for text in ("", "abc", "1,2,3", "inf", "nan", "1_0", "1e999", "0x10", "1 2")]
    [None, None, None, None, None, None, None, None, None]
    """
    text = re.sub(r"(?<=\d)[\s'\u2019](?=\d{3}(\D|$))", "", typed.strip()).replace("\u2212", "-")
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    elif _GROUPED.fullmatch(text.translate(_SWAPPED)) and ("," in text or text.count(".") > 1):
        text = text.translate(_SWAPPED).replace(",", "")
    elif text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    if not _PLAIN.fullmatch(text):
        return None
    number = float(text)
    return number if isfinite(number) else None


_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")
_PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_SWAPPED = str.maketrans(",.", ".,")


def as_typed(number: float) -> str:
    """A number as it stands in a field, without groups, so that it is read back as the same.

    >>> as_typed(6000.0), as_typed(1.5), as_typed(1e-06), as_typed(1e21), as_typed(-0.0)
    ('6000', '1.5', '1e-06', '1e+21', '0')
    """
    number += 0.0  # of two zeros the one without a sign
    return f"{number:.0f}" if number % 1 == 0 and abs(number) < 1e16 else f"{number!r}"


def so_many(n: int, one: str, more: str) -> str:
    """A count and the words that fit it.

    >>> so_many(1, "row is", "rows are"), so_many(1234, "row is", "rows are").replace(THIN, " ")
    ('1 row is', '1 234 rows are')
    """
    return f"{count(n)} {one if n == 1 else more}"


def decimals(number: float) -> str:
    """A number with two decimals, what stands before them in groups of three.

    >>> decimals(50001.004).replace(THIN, " "), decimals(1.5)
    ('50 001.00', '1.50')
    """
    return f"{number:,.2f}".replace(",", THIN)


def size(n_bytes: float) -> str:
    """Bytes in the unit that suits them.

    >>> size(512), size(20_480), size(3.5e9)
    ('512 B', '20 kB', '3.3 GB')
    """
    for unit, step in (("GB", 2**30), ("MB", 2**20)):
        if n_bytes >= step:
            return f"{n_bytes / step:.1f} {unit}"
    return f"{n_bytes / 1024:.0f} kB" if n_bytes >= 1024 else f"{n_bytes:.0f} B"


def duration(seconds: float) -> str:
    """Time in the two largest units.

    >>> duration(0.04), duration(8.26), duration(75), duration(7380)
    ('under 0.1 s', '8.3 s', '1 min 15 s', '2 h 3 min')
    """
    if seconds < 0.1:
        return "under 0.1 s"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def roughly(seconds: float) -> str:
    """An estimate of time, as exact as estimates are.

    >>> roughly(3), roughly(17), roughly(50), roughly(200), roughly(5000), roughly(9000)
    ('a few seconds', 'about 20 s', 'about 50 s', 'about 3 min', 'about 1 hour', 'about 2 hours')
    """
    if seconds < 8:
        return "a few seconds"
    if seconds < 90:
        return f"about {round(seconds / 10) * 10 or 10} s"
    if seconds < 3000:
        return f"about {round(seconds / 60)} min"
    hours = max(1, round(seconds / 3600 - 0.01))
    return f"about {hours} hour{'s' if hours > 1 else ''}"


def ago(seconds: float) -> str:
    """How long ago.

    >>> ago(-5), ago(40), ago(200), ago(8000), ago(200_000)
    ('just now', 'just now', '3 min ago', '2 h ago', '2 days ago')
    """
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min ago"
    if seconds < 86_400:
        return f"{seconds // 3600:.0f} h ago"
    days = int(seconds // 86_400)
    return f"{days} day{'s' if days > 1 else ''} ago"


def significant(number: float, digits: int = 6) -> float:
    """A number without the noise of single precision; whole numbers stay whole.

    >>> significant(16.657546997070312), significant(29_230_123.0), significant(1e-9 / 3)
    (16.6575, 29230123.0, 3.33333e-10)
    """
    return number if number.is_integer() else float(f"{number:.{digits}g}")


def times(value: float) -> str:
    """A ratio for people: three digits, and three decimals near 1, where the last tells whether there is a difference.

    >>> times(1.984), times(16.94), times(1.0042), times(1.0), times(float("nan"))
    ('1.98', '16.9', '1.004', '1', '–')
    >>> times(0.0042), times(9.996), times(1234.5)
    ('0.0042', '10.0', '1,234')
    """
    if isnan(value):
        return "–"
    if abs(value - 1) < _NEAR:
        return "1" if value == 1 else f"{value:.3f}"
    if value < _SMALL:
        return f"{value:#.2g}"
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:,.0f}"


def between(low: float, high: float) -> str:
    """An interval in brackets; nothing where there is none.

    >>> between(16.7, 17.14), between(float("nan"), 1.0)
    (' [16.7, 17.1]', '')
    """
    return "" if isnan(low) or isnan(high) else f" [{times(low)}, {times(high)}]"
