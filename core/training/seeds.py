"""Pieces that Unigram begins with: all parts of words that stand often enough, with how often they do.

SentencePiece finds its own by a suffix array, in which a string is only seen if different characters follow it. Of
words that were cut beforehand none is followed by anything, so that it would begin without whole words.
"""

from collections.abc import Mapping

import numpy as np

MOST = 1_000_000  # the number that SentencePiece takes


def seed_pieces(words: Mapping[str, int], longest: int, least: int = 2, most: int = MOST) -> list[tuple[str, int]]:
    """Parts of words, of two and more characters, with how often they stand in the text, the heaviest first.

    Args:
        words: with how often each stands in the text.
        longest: characters of a part.
        least: times that it must stand there.
        most: parts with the greatest product of length and frequency.

    >>> seed_pieces({"aba": 3, "ab": 2, "c": 9, "cd": 1}, 2)
    [('ab', 5), ('ba', 3)]
    """
    names = sorted(words)
    text = "\0".join([*names, ""])
    characters = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    ends = characters == 0
    weight = np.repeat(np.array([words[name] for name in names]), [len(name) + 1 for name in names])
    alphabet, codes = np.unique(characters, return_inverse=True)
    places = np.flatnonzero(~ends)  # where a part begins that stood often enough so far
    part = codes[places]  # the part of the length so far, by number
    found: list[tuple[str, int]] = []
    for length in range(2, longest + 1):
        further = codes[places + length - 1]  # a word's end comes before the text's
        inside = further != 0
        places, part, further = places[inside], part[inside], further[inside]
        _, first, part = np.unique(part * len(alphabet) + further, return_index=True, return_inverse=True)
        often = np.bincount(part, weights=weight[places], minlength=len(first)).astype(np.int64)
        starts = places[first]
        found += [(text[starts[k] : starts[k] + length], int(often[k])) for k in np.flatnonzero(often >= least)]
        kept = often[part] >= least
        places, part = places[kept], part[kept]
        if not len(places):
            break
    found.sort(key=lambda one: (-len(one[0]) * one[1], one[0]))
    return found[:most]
