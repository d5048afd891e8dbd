"""What the vectors of characters are worth: figures computed from the map that ships, and its card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from core.common.numbers import count
from core.segmenters.glyphs import Glyphs

# Capitals that are drawn alike in Latin, Cyrillic and Greek, and small letters of Latin and Cyrillic.
SETS = (
    *("AАΑ", "BВΒ", "EЕΕ", "HНΗ", "IІΙ", "KКΚ", "MМΜ", "OОΟ", "PРΡ", "TТΤ", "XХΧ"),
    *("aа", "cс", "eе", "iі", "jј", "oоο", "pр", "sѕ", "xх"),
)
_BLOCK = 512
_LETTER = regex.compile(r"[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]")


@dataclass(frozen=True)
class Ranks:
    """Where, among all other characters by likeness, the first one stands that is told to be confused with it.

    Args:
        n: characters that have such a one.
        first: share of those where none is more alike than that one.
        ten: where fewer than ten are.
        hundred: where fewer than a hundred are.
    """

    n: int
    first: float
    ten: float
    hundred: float


def ranks(glyphs: Glyphs, told: NDArray[np.uint16]) -> Ranks:
    """Those of pairs of code points (P, 2), each of its left side."""
    lefts = np.unique(told[:, 0])
    places = np.searchsorted(glyphs.points, lefts)
    more = np.empty(len(lefts), np.intp)
    for start in range(0, len(lefts), _BLOCK):
        likeness = glyphs.vectors[places[start : start + _BLOCK]] @ glyphs.vectors.T
        for n, row in enumerate(likeness, start):
            row[places[n]] = -2
            others = np.searchsorted(glyphs.points, told[told[:, 0] == lefts[n], 1])
            more[n] = np.count_nonzero(row > row[others].max() + 1e-4)
    return Ranks(len(lefts), float((more == 0).mean()), float((more < 10).mean()), float((more < 100).mean()))


def told_in_sets(sets: Sequence[str]) -> NDArray[np.uint16]:
    """All pairs of code points within each set of characters, (P, 2)."""
    return np.array([(ord(a), ord(b)) for one in sets for a in one for b in one if a != b], np.uint16)


def told_of_letters(glyphs: Glyphs) -> NDArray[np.uint16]:
    """Unicode's pairs of which both are in Latin, Cyrillic or Greek, (P, 2)."""
    ours = np.array([bool(_LETTER.match(chr(point))) for point in glyphs.confusables.ravel().tolist()])
    return glyphs.confusables[ours.reshape(-1, 2).all(1)]


def drawn_alike(glyphs: Glyphs) -> int:
    """How many characters have the very picture of another one."""
    _, counts = np.unique(glyphs.pictures, axis=0, return_counts=True)
    return int(counts[counts > 1].sum())


def card(glyphs: Glyphs) -> str:
    """README.md of `data/glyphs`, all figures computed from the map."""
    shares = np.cumsum(glyphs.variance)
    told = {
        "capitals and small letters that Latin, Cyrillic and Greek share": told_in_sets(SETS),
        "Unicode's list, both letters Latin, Cyrillic or Greek": told_of_letters(glyphs),
        "Unicode's list, whatever both are": glyphs.confusables,
    }
    return f"""---
license: ofl-1.1
---
# Pictures of characters

| File | What it holds |
| --- | --- |
| `glyphs.npz` | For {count(len(glyphs.points))} characters up to U+FFFF a picture of 16 by 16 pixels; the mean \
picture and the {glyphs.axes.shape[1]} directions in which they differ most; how alike each is to the nearest other; \
{count(len(glyphs.confusables))} pairs that can be confused |
| `OFL.txt` | The licence of the pictures, and whose they are |
| `build.py` | Makes the file from the two below |

**Sources.** The pictures are GNU Unifont 15.0.01 (`unifont.hex` of Debian's package unifont 1:15.0.01-2), © 1998–2022
Roman Czyborra, Paul Hardy and others, under the SIL Open Font License 1.1 (and, as one may choose, the GPL 2 or later
with its font exception). They are repacked and what is derived from them is under the same licence. The pairs are those
of Unicode's confusables.txt (Unicode License v3, Unicode-3.0, © Unicode, Inc.), as in the Python package
confusable-homoglyphs 3.3.1 (MIT), of which both are single characters of the map; in both orders. No model and no text
had a part in it.

**What is in it.** Characters of half width stand in the middle of their picture. Left out is what has no picture of its
own: controls, most format characters, what is drawn as nothing (joiners, variation selectors), private use, surrogates
and what Unicode 15 has not assigned. Beyond U+FFFF, where most emoji are, there is none, as in the paper. Spaces are in
it: all empty, so all the same.

**How a vector is made.** The picture less the mean, on the {glyphs.axes.shape[1]} directions, at length 1. Likeness is
the cosine of two vectors.

## How good they are

Share of the pictures' variance on the first directions: 2 have {shares[1]:.1%}, 16 have {shares[15]:.1%}, 32 have \
{shares[31]:.1%}, {glyphs.axes.shape[1]} have {shares[-1]:.1%}.
{count(drawn_alike(glyphs))} characters have the very picture of another one: no vector made of it tells them apart.

If vectors mean what eyes see, a character's likeness to what it is confused with is greater than to almost all others.
How often nobody, fewer than ten, and fewer than a hundred of the others are more alike than the first of those that it
is told to be confused with:

{_table(glyphs, told)}

Of one drawn at random among the others, fewer than ten would be more alike for \
{10 / (len(glyphs.points) - 1):.2%}. Unicode's
list has much that looks alike to people and not to pixels: other sizes, heights and widths, strokes that a font draws
otherwise. Pixels know nothing of that: a letter moved by one column is another picture.
""".replace("\\\n", "")


def _table(glyphs: Glyphs, told: Mapping[str, NDArray[np.uint16]]) -> str:
    head = ["| told | characters | none | < 10 | < 100 |", "| --- | --- | --- | --- | --- |"]
    found = ((name, ranks(glyphs, pairs)) for name, pairs in told.items())
    rows = [f"| {name} | {count(of.n)} | {of.first:.0%} | {of.ten:.0%} | {of.hundred:.0%} |" for name, of in found]
    return "\n".join([*head, *rows])
