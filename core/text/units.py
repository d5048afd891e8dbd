"""The characters, grapheme clusters and words of a text, as spans of its bytes: what token counts are divided by.

A word is here what a reader would count: of the pieces between boundaries of UAX 29 (`core.text.boundaries`) those that
hold a letter or a digit, and none where the script puts no spaces between words, since the rules find none there.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from core.common.errors import UserError, shown
from core.common.numbers import count
from core.text.boundaries import clusters, words
from core.text.scripts import WITHOUT_SPACES, alphabet, code_points, letters, name, script_shares
from core.text.utf8 import byte_offsets, utf8

# Up to this share of letters in scripts without spaces, words of the other scripts still speak for the text.
MAX_SHARE_WITHOUT_SPACES = 0.05

Ints = NDArray[np.int32]

_WORD_CHARACTER = regex.compile(r"[\p{L}\p{N}]")


@dataclass(frozen=True)
class Segmenter:
    """A program that finds words where no spaces part them.

    Args:
        name: what the page calls it, with its version.
        cut: text to its pieces in order; what it leaves out, such as spaces, belongs to no word.
    """

    name: str
    cut: Callable[[str], list[str]]


SEGMENTERS = {"uax29": Segmenter("UAX 29 boundaries", words)}  # that can be chosen, by what a link calls them


@dataclass(frozen=True, eq=False)
class Units:
    """A text's units, computed once and used for every tokenizer.

    Args:
        text: the text in UTF-8.
        characters: where each code point begins, and where the last ends, in bytes: int32 (C + 1,).
        clusters: the same for grapheme clusters, int32 (K + 1,).
        word_starts, word_ends: bytes of each word, int32 (W,).
        words_by: what found the words.
        no_words: why words are undefined here, empty if they are defined.
        words_left_out: which part of the text the words do not cover, empty if none.
    """

    text: bytes
    characters: Ints
    clusters: Ints
    word_starts: Ints
    word_ends: Ints
    words_by: str
    no_words: str = ""
    words_left_out: str = ""


def units_of(text: str, segmenter: Segmenter | None = None, advice: str = "") -> Units:
    """The characters, grapheme clusters and words of a text.

    Words are the stretches between word boundaries of UAX 29 that hold a letter or a digit. In scripts without spaces
    these rules find no words: where over 5 % of the letters are of such scripts, words are undefined, and below that
    they are left out; unless a segmenter is chosen, which then finds all words.

    Args:
        advice: a sentence on how to choose a segmenter where the reason is read, added to why words are undefined.

    Raises:
        UserError: the text has no UTF-8 form, or the segmenter returned what is not in the text.

    Source: Unicode Standard Annex 29.

    >>> units = units_of("It isn't.")
    >>> units.word_starts.tolist(), units.word_ends.tolist()
    ([0, 3], [2, 8])
    >>> units_of("ไทย and more").no_words
    '30% of the letters are Thai, written without spaces between words.'
    """
    data = utf8(text)
    offsets = byte_offsets(text)
    cluster_ends = _ends(clusters(text))
    if segmenter is not None:
        starts, ends = _located(text, segmenter)
        by, missing, left_out = segmenter.name, "", ""
    else:
        starts, ends = _between_boundaries(text)
        by, (missing, left_out) = "UAX 29", _without_spaces(text, advice)
        if missing:
            starts, ends = starts[:0], ends[:0]
        elif left_out:
            spaced = ~_holds(text, letters(WITHOUT_SPACES, alphabet(code_points(text))[0]), starts, ends)
            starts, ends = starts[spaced], ends[spaced]
    held = _holds(text, "".join(_WORD_CHARACTER.findall(alphabet(code_points(text))[0])), starts, ends)
    starts, ends = starts[held], ends[held]
    cluster_offsets = offsets[np.concatenate([[0], cluster_ends])]
    return Units(data, offsets, cluster_offsets, offsets[starts], offsets[ends], by, missing, left_out)


def _ends(pieces: list[str]) -> NDArray[np.intp]:
    """Where each piece ends when they stand side by side, in characters."""
    return np.cumsum(np.fromiter(map(len, pieces), np.intp, len(pieces)))


def _between_boundaries(text: str) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    ends = _ends(words(text))
    return np.concatenate([[0], ends[:-1]]).astype(np.intp)[: len(ends)], ends


def _located(text: str, segmenter: Segmenter) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Spans of a segmenter's pieces, in characters."""
    starts, ends, at = [], [], 0
    for piece in segmenter.cut(text):
        start = text.find(piece, at)
        if start < 0:
            raise UserError(
                f"{segmenter.name} returned the word {shown(piece)}, which the text does not hold after character "
                f"{count(at)}. A segmenter may leave out text but not change it; choose another."
            )
        at = start + len(piece)
        starts.append(start)
        ends.append(at)
    return np.array(starts, np.intp), np.array(ends, np.intp)


def _holds(text: str, characters: str, starts: NDArray[np.intp], ends: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether each span holds one of the characters, bool (W,)."""
    points = code_points(text)
    wanted = np.zeros(int(points.max(initial=0)) + 1, np.bool_)
    wanted[code_points(characters)] = True
    seen = np.concatenate([[0], np.cumsum(wanted[points])])
    held: NDArray[np.bool_] = seen[ends] > seen[starts]
    return held


def _without_spaces(text: str, advice: str) -> tuple[str, str]:
    """(why words are undefined, which part they leave out); either or both empty."""
    shares = {script: share for script, share in script_shares(text).items() if script in WITHOUT_SPACES}
    total = sum(shares.values())
    if not shares:
        return "", ""
    names = [name(script) for script in shares]
    which = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    if total > MAX_SHARE_WITHOUT_SPACES:
        what = f"{total:.0%} of the letters are {which}"
        return f"{what}, written without spaces between words. {advice}".strip(), ""
    return "", f"Words hold no {which}, written without spaces between words ({total:.1%} of the letters)."
