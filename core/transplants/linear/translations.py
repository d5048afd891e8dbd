"""A dictionary made from sentences and their translations."""

from collections.abc import Sequence

import numpy as np

from core.text.words_of_text import words_of
from core.transplants.linear.word_alignment import Ints, align_both_ways


def dictionary_from_text(parallel: Sequence[tuple[str, str]], least: float = 2.0) -> list[tuple[str, str]]:
    """Pairs of words in lower case, each the other's likeliest translation, those that occur most first.

    Args:
        parallel: (sentence, its translation).
        least: expected alignments that a pair needs.

    >>> lines = [("a cat", "ein Kater"), ("a dog", "ein Hund"), ("the cat", "der Kater"), ("the dog", "der Hund")]
    >>> sorted(dictionary_from_text(lines * 5))
    [('a', 'ein'), ('cat', 'kater'), ('dog', 'hund'), ('the', 'der')]
    """
    old, old_ids = _numbered([left for left, _ in parallel])
    new, new_ids = _numbered([right for _, right in parallel])
    links = align_both_ways(old_ids, new_ids)
    seen_old, seen_new, pairs = set[int](), set[int](), list[tuple[str, str]]()
    for place in np.argsort(-links.counts, kind="stable").tolist():
        a, b = int(links.old[place]), int(links.new[place])
        if a not in seen_old and b not in seen_new and links.counts[place] >= least:
            pairs.append((old[a], new[b]))
        seen_old.add(a)
        seen_new.add(b)
    return pairs


def _numbered(lines: Sequence[str]) -> tuple[list[str], list[Ints]]:
    """(the words that occur, the number of each word of each line)."""
    cut = [[word.lower() for word in words_of(line)] for line in lines]
    words = sorted({word for line in cut for word in line})
    number = {word: n for n, word in enumerate(words)}
    return words, [np.array([number[word] for word in line], np.int64) for line in cut]
