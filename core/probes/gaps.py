"""Does a model fill a gap that begins inside a word better when it is not bound to the tokens before it?"""

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

import regex

from core.common.errors import TooLarge, UserError
from core.common.numbers import count, so_many
from core.common.progress import step
from core.probes.filling.gap import FilledGap, TextGap
from core.probes.probe import Asked, Probe
from core.probes.shipped_words import gap_text
from core.stats.number import Number
from core.stats.ratio_of_sums import ratio_of_sums
from core.stats.shares import share
from core.text.utf8 import utf8

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel

WAYS = {
    "naive": "behind the tokens before the gap",
    "healed": "with the last of them taken back",
    "exact": "byte by byte",
}
FREED = ("healed", "exact")
MOST, MOST_GAPS, MOST_BYTES = 30, 200, 20_000
_WORD = regex.compile(r"(?<![\p{L}\p{M}])\p{L}[\p{L}\p{M}]{5,23}(?![\p{L}\p{M}])")
_MARK = regex.compile(r"\p{M}")


@dataclass(frozen=True)
class GapFilling:
    """Gaps that one model filled.

    Args:
        marked: whether it has tokens of its own that say where a gap is.
        left_out: gaps that it cannot be asked about.
    """

    model: str
    fingerprint: str
    marked: bool
    gaps: tuple[FilledGap, ...]
    left_out: int

    def right(self, way: str) -> Number:
        """Share of gaps that are filled with what was missing, with Wilson's interval."""
        return share(sum(one.right(way) for one in self.gaps), len(self.gaps))

    def first(self, way: str) -> Number:
        """Mean probability of the first missing byte, with an interval of 95 % by resampling gaps."""
        return self._mean([one.first[way] for one in self.gaps])

    def gain(self, way: str) -> Number:
        """Share of gaps that are filled rightly beyond the naive one, on the same gaps."""
        return self._mean([float(one.right(way)) - one.right("naive") for one in self.gaps])

    def _mean(self, values: list[float]) -> Number:
        return ratio_of_sums(values, [1.0] * len(values), "gaps")

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        rows = {way: {"right": _numbers(self.right(way)), "first_byte": _numbers(self.first(way))} for way in WAYS}
        return {
            "model": self.model,
            "fingerprint": self.fingerprint,
            "marked": self.marked,
            "gaps": len(self.gaps),
            "inside_a_token": sum(one.inside for one in self.gaps),
            "left_out": self.left_out,
            "filled": rows,
            "gain": {way: _numbers(self.gain(way)) for way in FREED},
            "each": [
                {
                    "before": one.gap.before[-40:],
                    "missing": one.gap.missing,
                    "inside_a_token": one.inside,
                    "filled": dict(one.filled),
                    "first_byte": dict(one.first),
                }
                for one in self.gaps
            ],
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        inside = sum(one.inside for one in self.gaps)
        said = [
            f"{self.model} filled {so_many(len(self.gaps), 'gap', 'gaps')}, of which {count(inside)} "
            f"{'begins' if inside == 1 else 'begin'} inside a token, with 95 % intervals:"
        ]
        for way, words in WAYS.items():
            gain = f", {in_points(self.gain(way))} more" if way in FREED else ""
            first = self.first(way).value
            said.append(f"  {words}: {in_percent(self.right(way))} right{gain}; the first byte gets {first:.0%}")
        if not self.marked:
            said.append("It has no tokens that say where a gap is: what follows the gap stands above the text.")
        if self.left_out:
            said.append(f"{so_many(self.left_out, 'gap', 'gaps')} cannot be put to it, and were left out.")
        return said


def _numbers(one: Number) -> list[float | None]:
    return [None if isnan(each) else each for each in (one.value, one.low, one.high)]


def in_percent(one: Number) -> str:
    """
    >>> in_percent(share(1, 2))
    '50 % [9, 91]'
    """
    return f"{one.value * 100:.0f} % [{one.low * 100:.0f}, {one.high * 100:.0f}]"


def in_points(one: Number) -> str:
    """
    >>> in_points(Number(0.25, 0, 0.5)), in_points(Number(0.25))
    ('+25 points [+0, +50]', '+25 points')
    """
    interval = "" if isnan(one.low) else f" [{one.low * 100:+.0f}, {one.high * 100:+.0f}]"
    return f"{one.value * 100:+.0f} points{interval}"


def gaps(model: str, text: str = "", most: int = MOST) -> GapFilling:
    """Words of a text, each of which a model ends from its first half and from what stands before and behind it.

    Args:
        model: what opens it.
        text: pieces with empty lines between; empty takes some that ship.
        most: gaps.

    Raises:
        UserError: there is no such model, it cannot be asked, or the text has no word that is long enough.
        TooLarge: the text is too long.
    """
    wanted = gaps_in(text, most)
    from core.models.load import open_model  # torch takes seconds to import

    return gaps_of(open_model(model), wanted)


def gaps_in(text: str, most: int) -> list[TextGap]:
    """The second halves of words of six letters and more, taken evenly from the pieces of a text.

    Raises:
        UserError: there are none, or the text has no UTF-8 form.
        TooLarge: it is too long.

    >>> gaps_in("a number of words", 9)
    [TextGap(before='a num', missing='ber', after=' of words')]
    """
    size = len(utf8(text))
    if size > MOST_BYTES:
        raise TooLarge(f"The text has {count(size)} bytes; up to {count(MOST_BYTES)} are read. Give a part of it.")
    found = [
        TextGap(piece[:at], piece[at : word.end()], piece[word.end() :])
        for piece in (text if text.strip() else gap_text()).strip("\n").split("\n\n")
        for word in _WORD.finditer(piece)
        for at in [_halfway(piece, word.start(), word.end())]
        if at < word.end()
    ]
    if not found:
        raise UserError("No word of this text has six letters or more. Give one with longer words, or none for ours.")
    n = min(most, len(found))
    return [found[k * len(found) // n] for k in range(n)]


def _halfway(text: str, start: int, end: int) -> int:
    """The middle of a word, behind the marks of a letter that stands there."""
    at = (start + end) // 2
    while at < end and _MARK.match(text, at):
        at += 1
    return at


def gaps_of(model: "LanguageModel", wanted: list[TextGap]) -> GapFilling:
    """The same of a model that is open."""
    from core.probes.filling.asked import filled, marks_of

    found, why = list[FilledGap](), ""
    for n, gap in enumerate(wanted):
        with step(n / len(wanted), (n + 1) / len(wanted), f"Gap {n + 1} of {len(wanted)}"):
            try:
                found.append(filled(model, gap))
            except UserError as error:
                why = str(error)
    if not found:
        raise UserError(why)
    marked = bool(marks_of(model.tokenizer))
    return GapFilling(model.name, model.fingerprint, marked, tuple(found), len(wanted) - len(found))


PROBE = Probe(
    key="gaps",
    order=23,
    question="Does a model fill a gap that begins inside a word better when it is not bound to the tokens before it?",
    caution=(
        "Only what was missing counts as right; other words may fit. Each way writes what is likeliest at the time, "
        "tokens in two of them and bytes in the third. A model without tokens for gaps was not trained to fill them: "
        "it ends a word, with what follows the gap shown above. The gaps are few, so read the intervals."
    ),
    source=(
        "Phan et al. 2024 (2410.09303), who report 18 % more for large models trained to fill gaps of code; suffix, "
        "prefix, middle as in Bavarian et al. 2022 (2207.14255); the gaps are our own"
    ),
    asked=(
        Asked(key="model", kind="model", text="a language model"),
        Asked(key="text", kind="text", text="pieces with empty lines between; empty takes ours", default=""),
        Asked(key="most", kind="whole number", text="gaps, at most", default=MOST, least=1, most=MOST_GAPS),
    ),
    find=gaps,
)
